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
	"contactgraph/internal/database/dialect"
	"contactgraph/internal/dberr"
)

const (
	// maxAttempts bounds how often a write is tried that loses against other transactions.
	maxAttempts = 8
	// maxPause is the longest wait before the next attempt.
	maxPause = 50 * time.Millisecond
)

// errBroken is the error of a transaction that takes no more statements.
var errBroken = errors.New("an earlier statement failed and aborted the transaction")

// writer runs batches of writes, one after the other, each in one transaction.
type writer struct {
	db     *DB
	driver *writeDriver
	client *ent.Client

	// Used by the leader only.
	statements map[statementKey]string
	earlier    []*request // the requests of the transaction that have run
	pending    []Update   // of those that succeeded: staged, and not yet in the database
}

// runBatch runs a batch and wakes its callers, even if one of the functions ends the goroutine, as
// Fatal of a test does. It sorts them by contact, because transactions that lock rows in different
// orders deadlock; requests about no contact come first.
func (w *writer) runBatch(batch []*request) {
	slices.SortStableFunc(batch, func(a, b *request) int { return cmp.Compare(a.contact, b.contact) })
	begun := time.Now()
	for _, r := range batch {
		r.waited = max(1, begun.Sub(r.submitted))
	}
	finished := false
	defer func() {
		for _, r := range batch {
			if !finished {
				r.err = errors.New("the write was abandoned")
			}
			close(r.done)
		}
	}()
	w.runRequests(batch)
	finished = true
}

// runRequests runs those requests alone that want a transaction of their own, and the others
// together. If their transaction fails, each of them is run again alone, also one that had failed
// by itself: it may have failed because of what it read from the others, which is undone.
func (w *writer) runRequests(batch []*request) {
	if slices.ContainsFunc(batch, (*request).unshared) {
		for _, r := range batch {
			if r.unshared() {
				w.runAlone(r)
			}
		}
		batch = slices.DeleteFunc(slices.Clone(batch), (*request).unshared)
	}
	var shared error
	if len(batch) > 1 {
		shared = w.runTransaction(batch)
		unreachable := errors.Is(shared, dberr.ErrUnavailable) && !dberr.IsConflict(shared)
		if unreachable || errors.Is(shared, dberr.ErrUnknown) {
			for _, r := range batch {
				r.err = shared
			}
			return
		}
		if shared != nil {
			w.db.observer.Retried(len(batch), shared)
		}
	}
	for _, r := range batch {
		if len(batch) == 1 || shared != nil || dberr.IsConflict(r.err) {
			w.runAlone(r)
		}
	}
}

// runAlone runs one request in a transaction of its own, again while it loses against others.
func (w *writer) runAlone(r *request) {
	for attempt := range maxAttempts {
		if attempt > 0 {
			w.db.observer.Retried(1, r.err)
			time.Sleep(rand.N(maxPause)) // at random, so that two that collided do not collide again
		}
		r.err = w.runTransaction([]*request{r})
		if !dberr.IsConflict(r.err) {
			return
		}
	}
}

// runTransaction runs the requests, flushes what they have staged, and commits.
func (w *writer) runTransaction(batch []*request) (err error) {
	begun := time.Now()
	background, span := beginBatch(context.Background(), batch)
	defer func() { endSpan(span, err) }()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in a batch of writes: %v\n%s", p, debug.Stack())
		}
	}()
	ctx, dog := watch(background, w.db.conn.Limits.Write)
	defer dog.stop()
	defer func() {
		if err != nil && ctx.Err() != nil && !errors.Is(err, dberr.ErrUnknown) {
			err = fmt.Errorf("%w: a statement took too long: %w", dberr.ErrUnavailable, err)
		}
	}()
	w.driver.dog = dog
	tx, err := w.client.Tx(ctx)
	if err != nil {
		return fmt.Errorf("beginning a write: %w", err)
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to roll back, and before it err says why
	w.pending = nil
	if err := w.runAll(ctx, tx.Client(), batch); err != nil {
		return err
	}
	var rows []*ent.Change
	if changelogEnabled {
		rows = changesOf(batch)
	}
	if err := w.driver.tx.run(ctx, append(w.flushPending(), w.numberChanges(rows)...)); err != nil {
		return err
	}
	if w.driver.tx.last, err = w.insertChanges(rows); err != nil {
		return fmt.Errorf("logging writes: %w", err)
	}
	committing := time.Now()
	if err := w.commit(tx); err != nil {
		return err
	}
	w.db.observer.Committed(len(batch), time.Since(begun), time.Since(committing))
	return nil
}

// runAll runs the requests one after the other.
func (w *writer) runAll(ctx context.Context, c *ent.Client, batch []*request) error {
	shared := len(batch) > 1
	if !shared {
		batch[0].read = false
		if err := w.lockContacts(ctx, batch[0]); err != nil {
			return err
		}
	} else if err := w.prefetch(ctx, batch); err != nil {
		return err
	}
	for i, r := range batch {
		w.earlier = batch[:i]
		if i > 0 && r.sameContact(batch[i-1]) { // it must see what that one did
			r.read = false
			if err := w.driver.tx.run(ctx, w.flushPending()); err != nil {
				return err
			}
		}
		if err := w.runOne(ctx, c, r, shared); err != nil {
			return err
		}
		if r.err == nil {
			w.pending = append(w.pending, r.updates...)
		}
	}
	return nil
}

// runOne runs one request. The request's own error is in r.err; the error that runOne returns ends
// the transaction.
func (w *writer) runOne(ctx context.Context, c *ent.Client, r *request, shared bool) error {
	own, cancel := endingWith(ctx, context.WithoutCancel(r.ctx))
	defer cancel()
	if shared {
		w.driver.tx.guard()
	}
	r.log, r.updates = nil, nil
	r.err = call(own, &Tx{Ent: c, writer: w, request: r}, r.fn)
	if !shared {
		return r.err
	}
	return w.driver.tx.release(ctx, r.err != nil)
}

// call runs fn and turns a panic into an error.
func call(ctx context.Context, tx *Tx, fn func(context.Context, *Tx) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in a write: %v\n%s", p, debug.Stack())
		}
	}()
	return fn(ctx, tx)
}

// commit commits. After a failure it is either known that nothing was committed, or the outcome is
// unknown. In the second case an SQLite file is not written to again: what its cache holds may
// differ from what is on the disk. If its files have been deleted or replaced, what was committed
// to them is not acknowledged: it would be gone after a restart.
func (w *writer) commit(tx *ent.Tx) error {
	err := tx.Commit()
	_, before := errors.AsType[dialect.StepError](err)
	switch {
	case err == nil:
		if err = w.db.checkFiles(); err == nil {
			return nil
		}
	case before, dberr.IsRolledBack(err):
		return w.db.classify(err)
	case w.db.conn.StopOnFailedCommit:
		w.db.stop(errCommitFailed, w.db.classify(err), "a commit failed. Restart the server")
	}
	return errors.Join(dberr.ErrUnknown, err)
}
