package database

import (
	"context"
	"time"
)

// watchdog ends the context of a transaction in which one statement, or several that are sent together, take longer than its
// limit. The transaction as a whole may take as long as it needs. Without a limit it is nil, and does nothing.
type watchdog struct {
	limit  time.Duration
	timer  *time.Timer
	cancel context.CancelFunc
}

// watch begins a watch over a context; without a limit it returns the context as it is.
func watch(ctx context.Context, limit time.Duration) (context.Context, *watchdog) {
	if limit == 0 {
		return ctx, nil
	}
	ctx, cancel := context.WithCancel(ctx)
	return ctx, &watchdog{limit, time.AfterFunc(limit, cancel), cancel}
}

// feed says that a statement begins, or several that are sent together.
func (d *watchdog) reset() {
	if d != nil {
		d.timer.Reset(d.limit)
	}
}

// stop ends the watch, and the context.
func (d *watchdog) stop() {
	if d != nil {
		d.timer.Stop()
		d.cancel()
	}
}

// endingWith is ctx, ended when other ends; ctx itself if other never does.
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
