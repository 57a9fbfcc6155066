package database

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"time"

	"contactgraph/ent"
	"contactgraph/internal/dberr"
)

const (
	// maxBatch is how many writes share a transaction: PostgreSQL keeps 64 subtransactions of a backend in memory, and
	// slows everybody down when there are more.
	maxBatch = 64
	// maxAttempts bounds how often a write is tried that loses against other transactions.
	maxAttempts = 8
	// maxPause is the longest wait before the next attempt.
	maxPause = 50 * time.Millisecond
)

// errBroken says that a transaction takes no more statements.
var errBroken = errors.New("a statement failed before, and took the transaction with it")

// writer runs the writes of its queue one after the other, as many as wait in one transaction. It has no goroutine of its
// own: of the callers that wait, whoever gets the turn runs what has queued up, for all of them. A caller alone so pays for
// no change of goroutines.
type writer struct {
	store  *DB
	begin  *begin
	client *ent.Client
	queue  chan *job
	turn   chan struct{} // holds a token while a batch runs

	// Of the one who has the turn.
	texts map[statementKey]string
	ran   []*job   // the writes of the transaction so far
	noted []Update // of those that have succeeded, and that nothing has been done about
}

// lead runs batches until one has had j in it, and gives the turn back.
func (w *writer) lead(j *job) {
	defer func() { <-w.turn }()
	for {
		select {
		case <-j.done:
			return
		default:
			w.finish(w.collect())
		}
	}
}

// collect takes the writes that wait, but those whose callers have given up. They are sorted by contact, because batches that
// lock rows in different orders end in deadlocks; those about no contact come first.
func (w *writer) collect() (jobs []*job) {
	for len(jobs) < maxBatch {
		select {
		case j := <-w.queue:
			if j.claim() {
				jobs = append(jobs, j)
			}
			continue
		default:
		}
		break
	}
	slices.SortStableFunc(jobs, func(a, b *job) int {
		return cmp.Or(cmp.Compare(min(a.contact, 1), min(b.contact, 1)), cmp.Compare(a.account, b.account), cmp.Compare(a.contact, b.contact))
	})
	return jobs
}

// finish runs a batch and answers its callers, even if a function ends the goroutine, as a test's Fatal does.
func (w *writer) finish(jobs []*job) {
	ran := false
	defer func() {
		for _, j := range jobs {
			if !ran {
				j.err = errors.New("the write was abandoned")
			}
			close(j.done)
		}
	}()
	w.run(jobs)
	ran = true
}

// run runs a batch, but those that are to have a transaction of their own. If its writes fail together, each is run alone, also
// one that had failed by itself: what it saw of the others is not to be.
func (w *writer) run(jobs []*job) {
	var together error
	if slices.ContainsFunc(jobs, (*job).unshared) {
		for _, j := range jobs {
			if j.unshared() {
				w.alone(j)
			}
		}
		jobs = slices.DeleteFunc(slices.Clone(jobs), (*job).unshared)
	}
	if len(jobs) > 1 {
		together = w.transact(jobs)
		away := errors.Is(together, dberr.ErrUnavailable) && !dberr.IsConflict(together)
		if away || errors.Is(together, dberr.ErrUnknown) {
			for _, j := range jobs {
				j.err = together
			}
			return
		}
	}
	for _, j := range jobs {
		if len(jobs) == 1 || together != nil || dberr.IsConflict(j.err) {
			w.alone(j)
		}
	}
}

// alone runs one write in a transaction of its own, again and again while it loses against others.
func (w *writer) alone(j *job) {
	for attempt := range maxAttempts {
		if attempt > 0 {
			time.Sleep(rand.N(maxPause)) // two that met shall not meet again
		}
		j.err = w.transact([]*job{j})
		if !dberr.IsConflict(j.err) {
			return
		}
	}
}

// transact runs the writes, numbers their log and commits.
func (w *writer) transact(jobs []*job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in a batch of writes: %v\n%s", p, debug.Stack())
		}
	}()
	ctx, dog := watch(context.Background(), w.store.engine.limits.write)
	defer dog.stop()
	defer func() {
		if err != nil && ctx.Err() != nil && !errors.Is(err, dberr.ErrUnknown) {
			err = fmt.Errorf("%w: a statement took too long: %w", dberr.ErrUnavailable, err)
		}
	}()
	w.begin.dog = dog
	tx, err := w.client.Tx(ctx)
	if err != nil {
		return fmt.Errorf("beginning a write: %w", err)
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to roll back, and before it err says why
	w.noted = nil
	if err := w.runAll(ctx, tx.Client(), jobs); err != nil {
		return err
	}
	var rows []*ent.Change
	if keepsLog {
		rows = rowsOf(jobs)
	}
	if err := w.begin.tx.run(ctx, append(w.effects(), w.numbering(rows)...)); err != nil {
		return err
	}
	if w.begin.tx.last, err = w.logging(rows); err != nil {
		return fmt.Errorf("logging writes: %w", err)
	}
	return w.commit(tx)
}

// runAll runs the writes one after the other.
func (w *writer) runAll(ctx context.Context, c *ent.Client, jobs []*job) error {
	shared := len(jobs) > 1
	if !shared {
		jobs[0].read = false
		if err := w.lock(ctx, jobs[0]); err != nil {
			return err
		}
	} else if err := w.prefetch(ctx, jobs); err != nil {
		return err
	}
	for i, j := range jobs {
		w.ran = jobs[:i]
		if i > 0 && j.sameContact(jobs[i-1]) { // it has to see what that one did
			j.read = false
			if err := w.begin.tx.run(ctx, w.effects()); err != nil {
				return err
			}
		}
		if err := w.one(ctx, c, j, shared); err != nil {
			return err
		}
		if j.err == nil {
			w.noted = append(w.noted, j.updates...)
		}
	}
	return nil
}

// one runs one write. Its own error is in j.err; what it returns ends the transaction.
func (w *writer) one(ctx context.Context, c *ent.Client, j *job, shared bool) error {
	own, cancel := endingWith(ctx, context.WithoutCancel(j.ctx))
	defer cancel()
	if shared {
		w.begin.tx.guard()
	}
	j.log, j.updates = nil, nil
	j.err = call(own, &Tx{Ent: c, writer: w, request: j}, j.fn)
	if !shared {
		return j.err
	}
	return w.begin.tx.end(ctx, j.err != nil)
}

// call runs fn and turns its panic into an error.
func call(ctx context.Context, tx *Tx, fn func(context.Context, *Tx) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in a write: %v\n%s", p, debug.Stack())
		}
	}()
	return fn(ctx, tx)
}

// commit commits. If that fails, it may be known that nothing is committed; else nobody knows, and an SQLite file is not
// written to again: what its cache holds may not be what the disk has.
func (w *writer) commit(tx *ent.Tx) error {
	err := tx.Commit()
	_, before := errors.AsType[stepError](err)
	switch {
	case err == nil:
		return nil
	case before, dberr.IsRolledBack(err):
		return dberr.Classify(err)
	case w.store.engine.stops:
		w.store.stop(err)
	}
	return errors.Join(dberr.ErrUnknown, err)
}
