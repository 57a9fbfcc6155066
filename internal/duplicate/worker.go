package duplicate

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/duplicatekey"
	"contactgraph/ent/duplicatepair"
	"contactgraph/ent/duplicateprofile"
	"contactgraph/ent/duplicatestate"
	"contactgraph/ent/externalid"
	"contactgraph/internal/database"
	"contactgraph/internal/dberr"
)

// worker works on one account. Its contexts are those of the server in the account.
type worker struct {
	*Service

	account   int
	postcodes []int // the properties that are postcodes
	externals bool  // the account has external ids
	renewed   time.Time
	worked    bool // it had something to do
}

// errNotHeld is the error if another process works on the account.
var errNotHeld = errors.New("another process holds the lease")

// run looks at everything that has changed.
func (w *worker) run(ctx context.Context) error {
	last, cut, err := w.db.LogEnd(ctx, w.account)
	if err != nil {
		return err
	}
	st, err := w.state(ctx)
	switch {
	case err != nil:
		return err
	case st == nil:
		err = w.begin(ctx, last)
	case st.Seq < cut && st.Seq != last: // retention has deleted changes that were not looked at
		err = w.restart(ctx, last)
	case st.isComplete() && st.Seq == last:
		return nil
	default:
		err = w.renew(ctx)
	}
	if err == nil {
		err = w.prepare(ctx)
	}
	for more := err == nil; more; {
		w.worked = true
		began := time.Now()
		if more, err = w.step(ctx); err != nil {
			return err
		}
		select {
		case <-time.After(time.Since(began) / rest): // clients need the machine more
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return err
}

// rest is the part of the time of each step after which the next one begins: a half.
const rest = 2

// state is the row of an account.
type state struct{ *ent.DuplicateState }

func (s state) isComplete() bool { return s.Profiled == nil && s.Compared == nil }

func (w *worker) state(ctx context.Context) (*state, error) {
	st, err := w.db.Client().DuplicateState.Query().Where(duplicatestate.AccountID(w.account)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	return &state{st}, err
}

// prepare reads what the persons of the account can have.
func (w *worker) prepare(ctx context.Context) (err error) {
	if w.postcodes, err = postcodeProperties(ctx, w.db.Client(), w.account); err != nil {
		return err
	}
	w.externals, err = w.db.Client().ExternalID.Query().Where(externalid.AccountID(w.account)).Exist(ctx)
	return err
}

// step does the next batch, and reports whether there may be more.
func (w *worker) step(ctx context.Context) (more bool, err error) {
	st, err := w.state(ctx)
	switch {
	case err != nil || st == nil:
		return false, err
	case st.Profiled != nil:
		return true, w.profile(ctx, *st.Profiled)
	case st.Compared != nil:
		return true, w.compare(ctx, *st.Compared)
	}
	return w.follow(ctx, st.Seq)
}

// begin begins the first pass. The changes after last are looked at when it is complete.
func (w *worker) begin(ctx context.Context, last int64) error {
	return w.db.Write(ctx, 0, func(ctx context.Context, tx *database.Tx) error {
		w.renewed = time.Now()
		err := tx.Ent.DuplicateState.Create().SetSeq(last).SetProfiled(0).SetHolder(w.holder).SetLease(w.now().UTC().Add(leaseTime)).Exec(ctx)
		if dberr.IsUnique(err) {
			err = errNotHeld // another process was faster
		}
		return err
	})
}

// restart begins the first pass again. Pairs that were dismissed stay: they are not listed.
func (w *worker) restart(ctx context.Context, last int64) error {
	w.log.WarnContext(ctx, "looking for duplicates among all contacts again, because the change log does not reach back to the last ones",
		slog.Int("account_id", w.account))
	const batchSize = 2000
	for more := true; more; {
		err := w.write(ctx, func(ctx context.Context, tx *database.Tx) error {
			keys, err := tx.Ent.DuplicateKey.Query().Where(duplicatekey.AccountID(w.account)).Limit(batchSize).IDs(ctx)
			if err != nil {
				return err
			}
			profiles, err := tx.Ent.DuplicateProfile.Query().Where(duplicateprofile.AccountID(w.account)).Limit(batchSize).IDs(ctx)
			if err != nil {
				return err
			}
			if _, err := tx.Ent.DuplicateKey.Delete().Where(duplicatekey.AccountID(w.account), duplicatekey.IDIn(keys...)).Exec(ctx); err != nil {
				return err
			}
			_, err = tx.Ent.DuplicateProfile.Delete().Where(duplicateprofile.AccountID(w.account), duplicateprofile.IDIn(profiles...)).Exec(ctx)
			more = len(keys)+len(profiles) > 0
			return err
		})
		if err != nil {
			return err
		}
	}
	return w.write(ctx, func(ctx context.Context, tx *database.Tx) error {
		_, err := tx.Ent.DuplicatePair.Delete().Where(duplicatepair.AccountID(w.account), duplicatepair.Dismissed(false)).Exec(ctx)
		if err != nil {
			return err
		}
		return tx.Ent.DuplicateState.Update().Where(duplicatestate.AccountID(w.account)).SetSeq(last).SetProfiled(0).ClearCompared().Exec(ctx)
	})
}

// write runs fn in a transaction, if the process can have the lease, which it extends.
func (w *worker) write(ctx context.Context, fn func(context.Context, *database.Tx) error) error {
	return w.db.Write(ctx, 0, func(ctx context.Context, tx *database.Tx) error {
		now := w.now().UTC()
		n, err := tx.Ent.DuplicateState.Update().
			Where(duplicatestate.AccountID(w.account), duplicatestate.Or(duplicatestate.Holder(w.holder), duplicatestate.LeaseLT(now))).
			SetHolder(w.holder).SetLease(now.Add(leaseTime)).Save(ctx)
		if err == nil && n == 0 {
			err = errNotHeld
		}
		if err != nil {
			return err
		}
		w.renewed = time.Now()
		return fn(ctx, tx)
	})
}

// renew takes or extends the lease, if it was not extended a short time ago.
func (w *worker) renew(ctx context.Context) error {
	if time.Since(w.renewed) < leaseTime/4 {
		return nil
	}
	return w.write(ctx, func(context.Context, *database.Tx) error { return nil })
}
