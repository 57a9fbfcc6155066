package netlimit

import (
	"context"
	"net/http"
	"testing"
)

// TestDrain: a stopping server does not wait for requests that do not arrive, and responds to those
// that have arrived.
func TestDrain(t *testing.T) {
	t.Parallel()
	f := serve(t, nil)
	const home = "127.0.0.1"
	busy := f.dial(home, get("/wait"))
	clients := map[string]*client{
		"without a request":    f.dial(home, ""),
		"between two requests": f.idle(home),
		"in the first header":  f.dial(home, "GET / HTTP/1.1\r\nHost: "),
		"in the second header": f.idle(home),
	}
	clients["in the second header"].send("GET / HT")
	body := f.dial(home, post(1000, 10))
	f.eventually("all are known", func() bool { return f.Open() == 6 && f.waitingConnections() == 5 && f.beingRead() == 1 })

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go f.Drain(ctx)
	stopped := make(chan error, 1)
	go func() { stopped <- f.server.Shutdown(ctx) }()
	for name, c := range clients {
		if got := c.status(); got != 0 {
			t.Errorf("%s: got %d", name, got)
		}
	}
	if got := body.status(); got != http.StatusServiceUnavailable {
		t.Errorf("in a body: got %d", got)
	}
	select {
	case err := <-stopped:
		t.Fatalf("stopped while a request was executed: %v", err)
	default:
	}
	f.finish()
	if got := busy.status(); got != http.StatusOK {
		t.Errorf("the client whose request was executed got %d", got)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}
