package rekey

import (
	"context"
	"errors"
	"time"

	"contactgraph/ent"
	entaccount "contactgraph/ent/account"
	"contactgraph/ent/derivation"
	"contactgraph/internal/database"
	"contactgraph/internal/dberr"
	"contactgraph/internal/normalize"
	"contactgraph/internal/viewer"
)

// errMoved is the error of a batch that another process has done, or whose country has changed.
var errMoved = errors.New("another process has gone on")

// Created stores that the contacts of an account have the current forms, which is being created.
func Created(ctx context.Context, tx *database.Tx, at time.Time) error {
	return tx.Ent.Derivation.Create().SetForms(normalize.FormsVersion).SetSince(at.UTC()).Exec(ctx)
}

// Lock returns the state of the account, nil if there is none, and keeps other transactions from
// changing it. Lock it before the account itself.
func Lock(ctx context.Context, tx *database.Tx, account int) (*ent.Derivation, error) {
	st, err := tx.Ent.Derivation.Query().Where(derivation.AccountID(account), tx.ForUpdate).Only(viewer.NewSystemContext(ctx, account))
	if ent.IsNotFound(err) {
		return nil, nil
	}
	return st, err
}

// Restart makes the next run compute all contacts of the account with this country. The caller has
// locked st, and wakes the service when its transaction is committed.
func Restart(ctx context.Context, tx *database.Tx, account int, st *ent.Derivation, country string, at time.Time) error {
	ctx = viewer.NewSystemContext(ctx, account)
	if st == nil {
		_, err := create(ctx, tx, country, at.UTC().Add(-margin))
		return err
	}
	return tx.Ent.Derivation.Update().Where(derivation.AccountID(account)).SetCountry(country).SetDone(0).Exec(ctx)
}

// create stores that all contacts of an account without a state have to be computed.
func create(ctx context.Context, tx *database.Tx, country string, since time.Time) (*ent.Derivation, error) {
	st, err := tx.Ent.Derivation.Create().SetForms(normalize.FormsVersion).SetCountry(country).SetDone(0).SetSince(since).Save(ctx)
	if dberr.IsUnique(err) { // another process was faster
		err = dberr.Raced(err)
	}
	return st, err
}

// Running reports whether contacts of the account are being computed again.
func (s *Service) Running(ctx context.Context, account int) (bool, error) {
	return s.db.Client().Derivation.Query().Where(derivation.AccountID(account), derivation.DoneNotNil()).
		Exist(viewer.NewSystemContext(ctx, account))
}

// begin returns the state from which the run starts, and whether there is anything to do.
func (r *run) begin(ctx context.Context, at time.Time) (st *ent.Derivation, due bool, err error) {
	st, err = r.db.Client().Derivation.Query().Where(derivation.AccountID(r.account)).Only(ctx)
	switch {
	case ent.IsNotFound(err):
	case err != nil:
		return nil, false, err
	case st.Forms > normalize.FormsVersion && r.scope < Always:
		return st, false, nil // the newer version of the program does it
	case st.Forms == normalize.FormsVersion:
		return st, st.Done != nil || r.scope > Outdated, nil
	}
	r.outdated = true
	err = r.db.Write(ctx, 0, func(ctx context.Context, tx *database.Tx) error {
		st, err = r.store(ctx, tx, at)
		return err
	})
	return st, true, err
}

// store stores that all contacts of the account have to be computed.
func (r *run) store(ctx context.Context, tx *database.Tx, at time.Time) (*ent.Derivation, error) {
	st, err := Lock(ctx, tx, r.account)
	if err != nil || st != nil && st.Forms == normalize.FormsVersion { // another process was faster
		return st, err
	}
	owner, err := tx.Ent.Account.Query().Where(entaccount.ID(r.account), tx.ForShare).Only(ctx)
	if err != nil {
		return nil, err
	}
	country := owner.Settings.DefaultCountry
	if st != nil {
		err := tx.Ent.Derivation.Update().Where(derivation.AccountID(r.account)).
			SetForms(normalize.FormsVersion).SetCountry(country).SetDone(0).SetSince(at).Exec(ctx)
		if err != nil {
			return nil, err
		}
		return Lock(ctx, tx, r.account)
	}
	return create(ctx, tx, country, at)
}

// check locks the state, and fails with errMoved if it is not st any more.
func (r *run) check(ctx context.Context, tx *database.Tx, st *ent.Derivation) error {
	now, err := Lock(ctx, tx, r.account)
	if err != nil {
		return err
	}
	same := now != nil && now.Forms == st.Forms && now.Country == st.Country && (now.Done == nil) == (st.Done == nil) &&
		(now.Done == nil || *now.Done == *st.Done)
	if !same {
		return errMoved
	}
	return nil
}

// advance stores that all contacts up to this one are done; all of them if it is 0.
func (r *run) advance(ctx context.Context, tx *database.Tx, done int) error {
	update := tx.Ent.Derivation.Update().Where(derivation.AccountID(r.account))
	if done == 0 {
		return update.ClearDone().Exec(ctx)
	}
	return update.SetDone(done).Exec(ctx)
}

// finish stores that all contacts that were modified before at are done.
func (r *run) finish(ctx context.Context, st *ent.Derivation, at time.Time) error {
	err := r.db.Write(ctx, 0, func(ctx context.Context, tx *database.Tx) error {
		if err := r.check(ctx, tx, st); err != nil {
			return err
		}
		return tx.Ent.Derivation.Update().Where(derivation.AccountID(r.account), derivation.SinceLT(at)).SetSince(at).Exec(ctx)
	})
	if errors.Is(err, errMoved) {
		return nil // the country has changed: Serve begins again
	}
	return err
}
