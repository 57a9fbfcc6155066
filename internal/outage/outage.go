// Package outage keeps the log readable while the database cannot be reached: every request fails
// then, each for the same reason.
package outage

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"contactgraph/internal/dberr"
)

// interval is how long the records of an outage are counted until the log has their number.
const interval = 10 * time.Second

// Handler returns a handler that passes records on to next, except those about a request whose
// attributes have an error that is a dberr.ErrUnavailable. Of these it passes on the first one, and
// then, every ten seconds, a record with the number of the others. When ten seconds have passed
// without one, it reports that the outage is over. ofRequest reports whether the context of a
// record is that of a request.
func Handler(next slog.Handler, ofRequest func(context.Context) bool) slog.Handler {
	return handler{next, ofRequest, &counter{next: next}}
}

type handler struct {
	slog.Handler

	ofRequest func(context.Context) bool
	counter   *counter
}

// Handle passes the record on, or counts it.
func (h handler) Handle(ctx context.Context, r slog.Record) error {
	if h.ofRequest(ctx) && concerns(r) && h.counter.count() {
		return nil
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs keeps the counter.
func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return handler{h.Handler.WithAttrs(attrs), h.ofRequest, h.counter}
}

// WithGroup keeps the counter.
func (h handler) WithGroup(name string) slog.Handler {
	return handler{h.Handler.WithGroup(name), h.ofRequest, h.counter}
}

// concerns reports whether a record is about a database that cannot be reached.
func concerns(r slog.Record) (found bool) {
	r.Attrs(func(a slog.Attr) bool {
		err, ok := a.Value.Any().(error)
		found = ok && errors.Is(err, dberr.ErrUnavailable)
		return !found
	})
	return found
}

// counter counts the records of an outage.
type counter struct {
	next slog.Handler

	mu     sync.Mutex
	begun  time.Time // of the outage; zero if there is none
	missed int       // records that were not passed on since the latest report
}

// count counts a record, and reports false for the first one of an outage.
func (c *counter) count() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.begun.IsZero() {
		c.missed++
		return true
	}
	c.begun, c.missed = time.Now(), 0
	time.AfterFunc(interval, c.report)
	return false
}

// report logs how many records were not passed on, or that the outage is over.
func (c *counter) report() {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := slog.NewRecord(time.Now(), slog.LevelWarn, "the database is still unavailable", 0)
	r.AddAttrs(slog.Int("failures", c.missed), slog.Time("since", c.begun))
	if c.missed == 0 {
		r = slog.NewRecord(time.Now(), slog.LevelInfo, "the database has not been unavailable for ten seconds", 0)
		c.begun = time.Time{}
	} else {
		time.AfterFunc(interval, c.report)
	}
	c.missed = 0
	if ctx := context.Background(); c.next.Enabled(ctx, r.Level) {
		_ = c.next.Handle(ctx, r) // nothing can be done about a log that cannot be written
	}
}
