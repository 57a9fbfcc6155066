package changelog

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"contactgraph/ent"
)

const (
	// backlog is how many of the latest changes of an account are kept in memory. Followers that
	// are further behind read the database.
	backlog = 1024
	// contactBuffer is how many changes are kept for a follower of one contact that has not read
	// them.
	contactBuffer = 16
	// readBatch is how many changes one query reads.
	readBatch = 500
	// pollInterval is how often the database is polled. It is the same for changes by this process
	// and by others.
	pollInterval = 50 * time.Millisecond
	// defaultRecheck is the initial value of Hub.Recheck.
	defaultRecheck = time.Minute
	// slotTimeout is after how long a follower that catches up loses its slot: its client does not
	// read, so that it does not use the processor.
	slotTimeout = 100 * time.Millisecond
	// drainTimeout is how long Close waits for the streams.
	drainTimeout = 5 * time.Second
)

// ErrClosed is the error of waiting followers when the server stops.
var ErrClosed = errors.New("the server is stopping")

// HubDB is the part of database.DB that the hub needs.
type HubDB interface {
	// LogEnd returns the sequence number of the account's latest change, 0 if there is none, and
	// that of the latest change that has been deleted from the log, 0 if the log is complete.
	LogEnd(ctx context.Context, account int) (last, cut int64, err error)
	// ReadLog returns at most limit changes of the account after a sequence number, in their order.
	ReadLog(ctx context.Context, account int, after int64, limit int) ([]*ent.Change, error)
}

// Hub caches the end of each account's change log in memory for its followers. However many they
// are, the database is read once. Followers read at their own pace, so a slow one costs no more
// than a fast one.
type Hub struct {
	// Recheck is how long a viewer may follow before its credentials are checked again: a minute,
	// unless it is set before the first call of Follow.
	Recheck time.Duration

	// Observer learns how the feed fares; nil for none. It is set before the first call of Follow.
	Observer Observer

	source  HubDB
	log     *slog.Logger
	closed  chan struct{}
	close   sync.Once
	streams atomic.Int64
	slots   chan struct{} // a value for each follower that catches up
	waiting atomic.Int64  // followers that wait for a slot

	mu    sync.Mutex
	tails map[int]*tail
}

// NewHub returns a hub without followers. It does nothing until there are any.
func NewHub(source HubDB, log *slog.Logger) *Hub {
	return &Hub{Recheck: defaultRecheck, source: source, log: log, closed: make(chan struct{}), slots: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2)), tails: map[int]*tail{}}
}

// Observer learns how the feed fares, to measure it. Its methods are called by many goroutines at
// the same time.
type Observer interface {
	// Read reports that changes were read for followers, and when the latest of them was written.
	Read(written time.Time)
	// Left reports that a follower has ended, and why: as Feed.Follow returns it.
	Left(reason error)
}

// Stats is what the hub is doing at a moment.
type Stats struct {
	Followers  int
	CatchingUp int   // followers that wait to read the log from the database
	Lag        int64 // how many changes have not been sent yet to the follower of an account that is furthest behind
}

// Stats returns what the hub is doing.
func (h *Hub) Stats() Stats {
	s := Stats{CatchingUp: int(h.waiting.Load())}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, t := range h.tails {
		t.addStats(&s)
	}
	return s
}

// addStats adds the followers of an account.
func (t *tail) addStats(to *Stats) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, followers := range t.followers {
		to.Followers += len(followers)
	}
	for f := range t.followers[0] { // those of one contact are sent few of the changes
		if sent := f.sent.Load(); sent > 0 {
			to.Lag = max(to.Lag, t.last()-sent)
		}
	}
}

// Close ends all waiting with ErrClosed. It returns when all streams have ended, or after 5
// seconds.
func (h *Hub) Close() {
	h.close.Do(func() { close(h.closed) })
	for end := time.Now().Add(drainTimeout); h.streams.Load() > 0 && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
}

// Stream registers a stream that ends with ctx, for which Close waits. Nothing else waits for the
// stream of a WebSocket.
func (h *Hub) Stream(ctx context.Context) {
	h.streams.Add(1)
	context.AfterFunc(ctx, func() { h.streams.Add(-1) })
}

// Streams returns the number of open streams.
func (h *Hub) Streams() int { return int(h.streams.Load()) }

// Follower follows the change log of an account, or of one of its contacts.
type Follower struct {
	hub     *Hub
	tail    *tail
	contact int
	wake    chan struct{}
	sent    atomic.Int64 // the sequence number up to which changes were sent, 0 if it is unknown

	// For a follower of one contact, guarded by tail.mu: its unread changes after from, which may
	// have left the tail long ago.
	from   int64
	buffer []*ent.Change
}

// Follow registers a follower of the account, or of one of its contacts unless contact is 0. The
// caller must close it.
func (h *Hub) Follow(account, contact int) *Follower {
	h.mu.Lock()
	defer h.mu.Unlock()
	t := h.tails[account]
	if t == nil {
		ctx, stop := context.WithCancel(context.Background())
		t = &tail{account: account, stop: stop, followers: map[int]map[*Follower]struct{}{}}
		h.tails[account] = t
		go h.run(ctx, t)
	}
	f := &Follower{hub: h, tail: t, contact: contact, wake: make(chan struct{}, 1)}
	t.join(f)
	return f
}

// Close unregisters the follower.
func (f *Follower) Close() {
	f.hub.mu.Lock()
	defer f.hub.mu.Unlock()
	if f.tail.leave(f) == 0 {
		f.tail.stop()
		delete(f.hub.tails, f.tail.account)
	}
}

// Since returns the changes after a sequence number that are in memory, and the number up to which
// they are complete. covered is false if some of the changes may be in the database only.
func (f *Follower) Since(after int64) (rows []*ent.Change, upTo int64, covered bool) {
	return f.tail.since(after, f)
}

// Wait returns nil when there may be new changes, and after d at the latest. It fails with
// ErrClosed when the server stops, even if there are new changes, and when ctx ends.
func (f *Follower) Wait(ctx context.Context, d time.Duration) error {
	select {
	case <-f.hub.closed:
		return ErrClosed
	default:
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-f.wake:
	case <-timer.C:
	case <-f.hub.closed:
		return ErrClosed
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	return nil
}

// slot waits until the follower may read a part of the log from the database and send it. Without
// slots, many followers that start far behind would leave no processor to other requests: if others
// wait, a slot that was used is not given to the next follower until four times as long has passed.
// end frees the slot; it may be called twice.
func (f *Follower) slot(ctx context.Context) (end func(), err error) {
	f.hub.waiting.Add(1)
	defer f.hub.waiting.Add(-1)
	select {
	case f.hub.slots <- struct{}{}:
	case <-f.hub.closed:
		return nil, ErrClosed
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	begin := time.Now()
	end = sync.OnceFunc(func() {
		pause := time.Duration(0)
		if f.hub.waiting.Load() > 0 {
			pause = 4 * time.Since(begin)
		}
		time.AfterFunc(pause, func() { <-f.hub.slots })
	})
	time.AfterFunc(slotTimeout, end)
	return end, nil
}

// run reads the end of a log until the last follower leaves. If the database fails, it keeps
// trying.
func (h *Hub) run(ctx context.Context, t *tail) {
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	failing := false
	for {
		more, err := h.poll(ctx, t)
		if err != nil && ctx.Err() == nil && !failing {
			h.log.WarnContext(ctx, "the change log cannot be read; trying again", slog.Any("error", err))
		}
		failing = err != nil
		if more {
			continue
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// poll reads new changes, and reports whether there may be more.
func (h *Hub) poll(ctx context.Context, t *tail) (more bool, err error) {
	if !t.loaded {
		last, _, err := h.source.LogEnd(ctx, t.account)
		if err != nil {
			return false, err
		}
		t.reset(last)
	}
	rows, err := h.source.ReadLog(ctx, t.account, t.last(), readBatch)
	if err != nil {
		return false, err
	}
	t.extend(rows)
	if len(rows) > 0 && h.Observer != nil {
		h.Observer.Read(rows[len(rows)-1].At)
	}
	return len(rows) == readBatch, nil
}
