package database

import (
	"context"
	"time"
)

// watchdog cancels the context of a transaction in which one statement, or several that are sent
// together, take longer than the limit. The transaction as a whole may take as long as it needs. A
// nil watchdog has no limit.
type watchdog struct {
	limit  time.Duration
	timer  *time.Timer
	cancel context.CancelFunc
}

// watch returns a context that the watchdog cancels. Without a limit it returns ctx, and no
// watchdog.
func watch(ctx context.Context, limit time.Duration) (context.Context, *watchdog) {
	if limit == 0 {
		return ctx, nil
	}
	ctx, cancel := context.WithCancel(ctx)
	return ctx, &watchdog{limit, time.AfterFunc(limit, cancel), cancel}
}

// reset starts the time again, for a statement that begins.
func (d *watchdog) reset() {
	if d != nil {
		d.timer.Reset(d.limit)
	}
}

// stop ends the watch and cancels the context.
func (d *watchdog) stop() {
	if d != nil {
		d.timer.Stop()
		d.cancel()
	}
}

// endingWith returns ctx, cancelled when other ends; ctx itself if other never ends.
func endingWith(other, ctx context.Context) (context.Context, context.CancelFunc) {
	if other.Done() == nil {
		return ctx, func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(other, cancel)
	return ctx, func() {
		stop()
		cancel()
	}
}
