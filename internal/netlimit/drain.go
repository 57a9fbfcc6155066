package netlimit

import (
	"context"
	"time"
)

const (
	// grace is how long a stopping server waits for the rest of requests.
	grace = 250 * time.Millisecond
	// drainInterval is how often a stopping server looks for connections to end.
	drainInterval = 20 * time.Millisecond
	// sendGrace is how long a write may wait for its client when the server stops.
	sendGrace = 5 * time.Second
)

// Drain ends what a stopping server would otherwise wait for, until ctx ends: requests that do not
// arrive completely within a moment, and responses that the client does not read. Requests that
// have arrived are executed.
func (g *Guard) Drain(ctx context.Context) {
	pause := grace
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
		pause = drainInterval
		g.bodies.drain()
		for _, c := range g.silent() {
			_ = c.Close() // the client has lost nothing that was executed
		}
	}
}

// silent returns the connections that wait for a header, and those whose client does not read.
func (g *Guard) silent() (all []*conn) {
	late := time.Now().Add(-sendGrace).UnixNano()
	g.mu.Lock()
	defer g.mu.Unlock()
	for c := range g.open {
		if since := c.writing.Load(); c.between || since != 0 && since < late {
			all = append(all, c)
		}
	}
	return all
}
