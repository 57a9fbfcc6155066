package netlimit

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// calm is how long a condition must not have been noticed before it counts as over.
const calm = time.Minute

// episode logs that a condition has begun, and that it is over: two lines, however often the
// condition is noticed in between.
type episode struct {
	log         *slog.Logger
	begun, over string

	mu     sync.Mutex
	ending *time.Timer // nil while the condition is over
}

func newEpisode(log *slog.Logger, begun, over string) *episode {
	return &episode{log: log, begun: begun, over: over}
}

// notice records that the condition exists.
func (e *episode) notice() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.ending != nil {
		e.ending.Reset(calm)
		return
	}
	e.log.LogAttrs(context.Background(), slog.LevelWarn, e.begun)
	e.ending = time.AfterFunc(calm, e.end)
}

func (e *episode) end() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.ending = nil
	e.log.LogAttrs(context.Background(), slog.LevelInfo, e.over)
}
