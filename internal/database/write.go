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

// ErrClosed is the error of a write to a database that has been closed.
var ErrClosed = fmt.Errorf("%w: the database is closed", dberr.ErrUnavailable)

// errOverloaded is the error of a write that has waited in vain, or could not wait.
var errOverloaded = fmt.Errorf("%w: there are too many writes", dberr.ErrUnavailable)

// maxQueue is how many writes can wait for one writer. Those behind them would wait longer than
// their callers do.
const maxQueue = 1024

// Write runs fn in a transaction and returns when its work is durable, or the reason why it is not.
// contact is the contact that fn is about, 0 if it is about none: writes to the same contact run
// one after the other.
//
// Up to 64 writes that wait at the same time share a transaction and its commit. If that
// transaction fails, each of them is run again alone, unless the database cannot be reached or the
// outcome is unknown. Alone, a write is tried up to 8 times while it loses against others. So fn
// may run several times: nothing outside tx may depend on how often. An error or a panic of fn
// undoes what fn did, and nothing else: in a shared transaction, its first statement that changes
// something sets a savepoint.
//
// ctx can end only the wait in the queue. A write that has begun continues when its caller goes
// away: the context that fn gets does not end with ctx, because the driver would answer by rolling
// back the whole transaction. It ends if a statement of the transaction takes too long (see
// dialect.Limits).
//
// Write fails with
//
//   - fn's own error;
//   - the cause of ctx, if ctx ends before the write begins;
//   - dberr.ErrUnavailable if the database cannot be reached, a statement or the wait takes too
//     long, 1,024 writes are already waiting for the same writer, or writing has stopped;
//   - ErrClosed, which is also a dberr.ErrUnavailable, if the database has been closed;
//   - dberr.ErrUnknown if it is unknown whether the commit took effect.
func (db *DB) Write(ctx context.Context, contact int, fn func(context.Context, *Tx) error) error {
	w := db.writerOf(contact)
	return w.submit(ctx, &request{
		ctx: ctx, writer: w, account: accountOf(ctx), contact: contact, fn: fn, done: make(chan struct{}),
	})
}

// WriteAll is Write for several contacts at once. Its transaction is not shared with other writes,
// and locks all the contacts against them.
func (db *DB) WriteAll(ctx context.Context, contacts []int, fn func(context.Context, *Tx) error) error {
	sorted := slices.Compact(slices.Sorted(slices.Values(contacts)))
	w := db.writerOf(0)
	return w.submit(ctx, &request{
		ctx: ctx, writer: w, account: accountOf(ctx), contacts: sorted, fn: fn, done: make(chan struct{}),
	})
}

// submit queues the request and returns its outcome. The caller either waits until a leader has run
// the request, or becomes the leader.
func (w *writer) submit(ctx context.Context, r *request) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err := w.db.stopped(); err != nil {
		return err
	}
	select {
	case w.queue <- r:
	default:
		return fmt.Errorf("%w: %d writes are already waiting", errOverloaded, maxQueue)
	}
	expired, stop := w.queueTimer()
	defer stop()
	select {
	case w.leader <- struct{}{}:
		w.runAsLeader(r)
	case <-expired:
		if r.claim() {
			return fmt.Errorf("%w: earlier writes are taking too long", errOverloaded)
		}
	case <-r.done:
	case <-w.db.closing:
		if r.claim() {
			return ErrClosed
		}
	case <-ctx.Done():
		if r.claim() {
			return context.Cause(ctx)
		}
	}
	<-r.done
	return r.err
}

// queueTimer returns a channel that receives when a request has waited in the queue for too long,
// nil if requests may wait without a limit.
func (w *writer) queueTimer() (expired <-chan time.Time, stop func() bool) {
	d := w.db.conn.Limits.Queue
	if d == 0 {
		return nil, func() bool { return false }
	}
	timer := time.NewTimer(d)
	return timer.C, timer.Stop
}

// writerOf chooses the writer. A contact always has the same one, so that its writes wait in a
// queue and not for a lock of the database.
func (db *DB) writerOf(contact int) *writer {
	return db.writers[uint(contact)%uint(len(db.writers))]
}

// request is a write that waits, runs, or has run.
type request struct {
	ctx      context.Context //nolint:containedctx // it is the caller's, and waits in a queue
	writer   *writer
	account  int   // 0 for the server itself, which acts outside an account
	contact  int   // 0 for none
	contacts []int // of WriteAll, sorted
	fn       func(context.Context, *Tx) error
	claimed  atomic.Bool

	// Set while the request runs.
	read    bool                 // whether found is current
	found   *ent.Contact         // the contact, nil if there is none
	all     map[int]*ent.Contact // those of contacts that exist
	updates []Update
	log     []*ent.Change

	err  error
	done chan struct{} // closed when err is final
}

// unshared reports whether the write must have a transaction of its own.
func (r *request) unshared() bool { return len(r.contacts) > 0 }

// sameContact reports whether two writes are about one contact.
func (r *request) sameContact(other *request) bool {
	return r.contact != 0 && r.contact == other.contact && r.account == other.account
}

// claim decides between the leader, who wants to run the request, and its caller, who wants to
// abandon it: it returns true to the first of them.
func (r *request) claim() bool { return r.claimed.CompareAndSwap(false, true) }
