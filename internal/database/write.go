package database

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"contactgraph/ent"
	"contactgraph/internal/dberr"
)

// ErrClosed is the error of a write to a store that has been closed.
var ErrClosed = fmt.Errorf("%w: the store is closed", dberr.ErrUnavailable)

// maxWaiting is how many writes can wait for one writer. More would wait longer than their callers do.
const maxWaiting = 1024

// Write runs fn in a transaction and returns when its work is durable, or why it is not. contact is the one that fn is
// about, 0 if none: writes about the same contact run one after the other.
//
// Writes that wait at the same time share the transaction and its commit, each so that it can be undone alone, so fn may
// run twice: nothing outside tx may depend on that. An error or panic of fn undoes what it did, and nothing else.
//
// A caller that goes away does not undo a write that has begun: the context is asked before fn starts, and fn's own is
// never cancelled, because the driver would answer a cancellation by rolling back all.
//
// It fails with dberr.ErrUnavailable if the database is away or too many writes wait, with dberr.ErrUnknown if the commit
// failed, and with ErrClosed.
func (s *DB) Write(ctx context.Context, contact int, fn func(context.Context, *Tx) error) error {
	w := s.writerOf(contact)
	return w.do(ctx, &job{ctx: ctx, writer: w, account: accountOf(ctx), contact: contact, fn: fn, done: make(chan struct{})})
}

// WriteAll is Write for what is about several contacts at once, in a transaction that it shares with nobody: it keeps them all
// from every other write.
func (s *DB) WriteAll(ctx context.Context, contacts []int, fn func(context.Context, *Tx) error) error {
	sorted := slices.Compact(slices.Sorted(slices.Values(contacts)))
	w := s.writerOf(0)
	return w.do(ctx, &job{ctx: ctx, writer: w, account: accountOf(ctx), contacts: sorted, fn: fn, done: make(chan struct{})})
}

// do waits for the job to be run, or runs it.
func (w *writer) do(ctx context.Context, j *job) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err := w.store.stopped(); err != nil {
		return err
	}
	select {
	case w.queue <- j:
	default:
		return fmt.Errorf("%w: %d writes wait already", dberr.ErrUnavailable, maxWaiting)
	}
	patience, stop := w.patience()
	defer stop()
	select {
	case w.turn <- struct{}{}:
		w.lead(j)
	case <-patience:
		if j.claim() {
			return fmt.Errorf("%w: the writes before this one take too long", dberr.ErrUnavailable)
		}
	case <-j.done:
	case <-w.store.closing:
		if j.claim() {
			return ErrClosed
		}
	case <-ctx.Done():
		if j.claim() {
			return context.Cause(ctx)
		}
	}
	<-j.done
	return j.err
}

// patience is a channel that tells when a write has waited for its turn for too long.
func (w *writer) patience() (expired <-chan time.Time, stop func() bool) {
	d := w.store.engine.limits.turn
	if d == 0 {
		return nil, func() bool { return false }
	}
	timer := time.NewTimer(d)
	return timer.C, timer.Stop
}

// writerOf chooses the writer: always the same one for a contact, so that its writes wait in a queue and not for a lock.
func (s *DB) writerOf(contact int) *writer {
	return s.writers[uint(contact)%uint(len(s.writers))]
}

// job is a write that waits, runs, or has run.
type job struct {
	ctx      context.Context //nolint:containedctx // it is the caller's, and waits in a queue
	writer   *writer
	account  int   // 0 for the server itself beyond an account
	contact  int   // 0 for none
	contacts []int // of WriteAll, sorted
	fn       func(context.Context, *Tx) error
	claimed  atomic.Bool

	read    bool                 // found is what the transaction has
	found   *ent.Contact         // nil if there is none
	all     map[int]*ent.Contact // of contacts, those that there are
	updates []Update
	log     []*ent.Change
	err     error
	done    chan struct{} // closed when err is final
}

// unshared reports whether the write is to have a transaction of its own.
func (j *job) unshared() bool { return len(j.contacts) > 0 }

// sameContact reports whether two writes are about one contact.
func (j *job) sameContact(other *job) bool {
	return j.contact != 0 && j.contact == other.contact && j.account == other.account
}

// claim reports whether the one who asks is the first to: who will run the job, or its caller who gives it up.
func (j *job) claim() bool { return j.claimed.CompareAndSwap(false, true) }
