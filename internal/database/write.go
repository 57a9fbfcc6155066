package database

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"contactgraph/ent"
	"contactgraph/internal/dberr"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
)

// ErrClosed is the error of a write to a database that has been closed.
var ErrClosed = fmt.Errorf("%w: the database is closed", dberr.ErrUnavailable)

// errOverloaded is the error of a write that has waited in vain, or could not wait.
var errOverloaded = fmt.Errorf("%w: there are too many writes", dberr.ErrUnavailable)

// Write runs fn in a transaction and returns when its work is durable, or the reason why it is not.
// contact is the contact that fn is about, 0 if it is about none: writes to the same contact run
// one after the other.
//
// Up to 64 writes of an account that wait at the same time share a transaction and its commit, and
// up to 16 while other accounts write, too. If that transaction fails, each of them is run again
// alone, unless the database cannot be reached or the outcome is unknown. Alone, a write is tried
// up to 8 times while it loses against others. So fn may run several times: nothing outside tx may
// depend on how often. An error or a panic of fn undoes what fn did, and nothing else: in a shared
// transaction, its first statement that changes something sets a savepoint.
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
//     long, 1,024 writes of the account are already waiting, or writing has stopped;
//   - ErrClosed, which is also a dberr.ErrUnavailable, if the database has been closed;
//   - dberr.ErrUnknown if it is unknown whether the commit took effect.
func (db *DB) Write(ctx context.Context, contact int, fn func(context.Context, *Tx) error) error {
	return db.submit(ctx, newRequest(ctx, fn, contact))
}

// WriteAll is Write for several contacts at once. Its transaction is not shared with other writes,
// and locks all the contacts against them.
func (db *DB) WriteAll(ctx context.Context, contacts []int, fn func(context.Context, *Tx) error) error {
	sorted := slices.Compact(slices.Sorted(slices.Values(contacts)))
	r := newRequest(ctx, fn, 0)
	r.contacts = sorted
	return db.submit(ctx, r)
}

// submit queues the request and returns its outcome. The caller either waits until a leader has run
// the request, or becomes the leader.
func (db *DB) submit(ctx context.Context, r *request) error {
	var span trace.Span
	r.ctx, span = beginSpan(ctx, "write")
	err := db.queue(ctx, r)
	waited := r.waited
	if waited == 0 { // it never ran
		waited = time.Since(r.submitted)
	}
	if span != nil {
		span.SetAttributes(attribute.Float64("contactgraph.queue_seconds", waited.Seconds()))
		endSpan(span, err)
	}
	db.observer.Wrote(waited, err)
	return err
}

// queue is submit without the observer.
func (db *DB) queue(ctx context.Context, r *request) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err := db.stopped(); err != nil {
		return err
	}
	if err := db.scheduler.add(r); err != nil {
		return err
	}
	expired, stop := db.queueTimer()
	defer stop()
	closing, gone := db.closing, ctx.Done()
	for {
		select {
		case b := <-r.lead:
			db.run(b)
		case <-r.done:
			return r.err
		case <-expired:
			if r.claim() {
				return fmt.Errorf("%w: earlier writes are taking too long", errOverloaded)
			}
			expired = nil // it is in a batch
		case <-closing:
			if r.claim() {
				return ErrClosed
			}
			closing = nil
		case <-gone:
			if r.claim() {
				return context.Cause(ctx)
			}
			gone = nil
		}
	}
}

// run runs a batch as its leader.
func (db *DB) run(b *batch) {
	defer db.scheduler.finish(b)
	b.writer.runBatch(b.requests)
}

// queueTimer returns a channel that receives when a request has waited in the queue for too long,
// nil if requests may wait without a limit.
func (db *DB) queueTimer() (expired <-chan time.Time, stop func() bool) {
	d := db.conn.Limits.Queue
	if d == 0 {
		return nil, func() bool { return false }
	}
	timer := time.NewTimer(d)
	return timer.C, timer.Stop
}

// request is a write that waits, runs, or has run.
type request struct {
	ctx      context.Context //nolint:containedctx // it is the caller's, and waits in a queue
	account  int             // 0 for the server itself, which acts outside an account
	contact  int             // 0 for none
	contacts []int           // of WriteAll, sorted
	fn       func(context.Context, *Tx) error
	claimed  atomic.Bool
	lead     chan *batch // receives a batch if the caller becomes its leader

	submitted time.Time
	waited    time.Duration // until it ran; 0 if it has not

	// Set while the request runs.
	read    bool                 // whether found is current
	found   *ent.Contact         // the contact, nil if there is none
	all     map[int]*ent.Contact // those of contacts that exist
	updates []Update
	log     []*ent.Change

	err  error
	done chan struct{} // closed when err is final
}

func newRequest(ctx context.Context, fn func(context.Context, *Tx) error, contact int) *request {
	return &request{ctx: ctx, account: accountOf(ctx), contact: contact, fn: fn, lead: make(chan *batch, 1), done: make(chan struct{}), submitted: time.Now()}
}

// unshared reports whether the write must have a transaction of its own.
func (r *request) unshared() bool { return len(r.contacts) > 0 }

// sameContact reports whether two writes of one account are about one contact.
func (r *request) sameContact(other *request) bool {
	return r.contact != 0 && r.contact == other.contact
}

// claim decides between the leader, who wants to run the request, and its caller, who wants to
// abandon it: it returns true to the first of them.
func (r *request) claim() bool { return r.claimed.CompareAndSwap(false, true) }
