// Package feed keeps the end of each account's change log in memory, for those who follow it: however many they are, the
// database is read once. Followers come for what there is at their own pace, so a slow one costs no more than a fast one.
package changelog

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"contactgraph/ent"
)

const (
	// kept is how many of the latest changes of an account stay in memory. Who is further behind reads the database.
	backlog = 1024
	// keptOfContact is how many changes are kept for who follows one contact and has not come for them.
	contactBuffer = 16
	// atOnce is how many changes are read in one query.
	readBatch = 500
	// interval is how often the database is asked for more. It is the same for changes of this process and of others.
	pollInterval = 50 * time.Millisecond
	// recheck is what Hub.Recheck is unless it is set.
	defaultRecheck = time.Minute
	// farewell is how long Close waits for the streams.
	drainTimeout = 5 * time.Second
)

// ErrClosed is the error of waiting when the server stops.
var ErrClosed = errors.New("the server is stopping")

// Log is what the hub reads: internal/database has it.
type HubDB interface {
	// LogEnd returns the number of the latest change of the account, 0 if there is none, and of the latest that is cut off.
	LogEnd(ctx context.Context, account int) (last, cut int64, err error)
	// ReadLog returns at most limit changes of the account behind a number, in their order.
	ReadLog(ctx context.Context, account int, after int64, limit int) ([]*ent.Change, error)
}

// Hub hands out the ends of the logs.
type Hub struct {
	// Recheck is how long somebody may follow without being asked again who it is. To be set before anybody does.
	Recheck time.Duration

	source  HubDB
	log     *slog.Logger
	closed  chan struct{}
	close   sync.Once
	streams atomic.Int64

	mu    sync.Mutex
	tails map[int]*tail
}

// New returns a hub that nobody follows, and which does nothing until somebody does.
func NewHub(source HubDB, log *slog.Logger) *Hub {
	return &Hub{Recheck: defaultRecheck, source: source, log: log, closed: make(chan struct{}), tails: map[int]*tail{}}
}

// Close ends all waiting with ErrClosed. It returns when the streams have told that to their readers, or have had their time.
func (h *Hub) Close() {
	h.close.Do(func() { close(h.closed) })
	for end := time.Now().Add(drainTimeout); h.streams.Load() > 0 && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
}

// Stream tells the hub of a stream that ends with ctx, for Close to wait for: nothing else does if it is a WebSocket's.
func (h *Hub) Stream(ctx context.Context) {
	h.streams.Add(1)
	context.AfterFunc(ctx, func() { h.streams.Add(-1) })
}

// Streams is how many streams are open.
func (h *Hub) Streams() int { return int(h.streams.Load()) }

// Follower follows the log of an account, or of one contact.
type Follower struct {
	hub     *Hub
	tail    *tail
	contact int
	wake    chan struct{}

	// Of one contact's, under the tail's lock: its changes behind from, which may be long out of the tail.
	from   int64
	buffer []*ent.Change
}

// Follow registers a follower of the account, and of one of its contacts only unless that is 0. It must Leave.
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

// Leave ends the following.
func (f *Follower) Close() {
	f.hub.mu.Lock()
	defer f.hub.mu.Unlock()
	if f.tail.leave(f) == 0 {
		f.tail.stop()
		delete(f.hub.tails, f.tail.account)
	}
}

// Since returns the changes behind a number that are in memory, and the number up to which that is all of them. covered is false
// if changes in between may be in the database only.
func (f *Follower) Since(after int64) (rows []*ent.Change, upTo int64, covered bool) {
	return f.tail.since(after, f)
}

// Wait returns nil when there may be something new, and at the latest after d. It fails with ErrClosed, also if there is something
// new, or if ctx ends.
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

// run reads the end of a log until nobody follows it. While the database is away it goes on asking.
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

// read takes what is new, and reports whether there may be more.
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
	return len(rows) == readBatch, nil
}
