package netlimit

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestNewcomersReplaceWhoKeepsTheServerWaiting: the client that has done so for the longest time is
// disconnected.
func TestNewcomersReplaceWhoKeepsTheServerWaiting(t *testing.T) {
	t.Parallel()
	const home = "127.0.0.1"
	for name, open := range map[string]func(*fixture) *client{
		"without a request":       func(f *fixture) *client { return f.dial(home, "") },
		"between two requests":    func(f *fixture) *client { return f.idle(home) },
		"in the first header":     func(f *fixture) *client { return f.dial(home, "GET / HTTP/1.1\r\nHost: ") },
		"in the second header":    func(f *fixture) *client { c := f.idle(home); c.send("GET / HTTP/1.1\r\nHo"); return c },
		"in a body":               func(f *fixture) *client { return f.inBody(f.dial(home, post(1000, 10))) },
		"in the body of a second": func(f *fixture) *client { c := f.idle(home); c.send(post(1000, 10)); return f.inBody(c) },
		"without reading": func(f *fixture) *client {
			c := f.dial(home, get("/large"))
			time.Sleep(stalledAfter)
			return c
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := serve(t, func(l *Limits) { l.Connections = 3 })
			busy := f.dial(home, get("/wait"))
			f.eventually("the request is executed", func() bool { return f.waitingConnections() == 0 })
			slow := open(f)
			f.eventually("the server waits for the client", func() bool { return f.waitingConnections() == 1 || f.stalls() })
			later := f.idle(home)
			if got := f.dial(home, get("/")).status(); got != http.StatusOK {
				t.Errorf("the newcomer got %d", got)
			}
			if strings.HasPrefix(name, "without reading") {
				slow = later // it waits, whereas the other client merely stalls
			}
			if got := slow.status(); got != 0 {
				t.Errorf("the slow client got %d", got)
			}
			f.finish()
			if got := busy.status(); got != http.StatusOK {
				t.Errorf("the client whose request is executed got %d", got)
			}
			if n := strings.Count(f.logged(), "limit of connections is reached"); n != 1 {
				t.Errorf("logged %d times: %s", n, f.logged())
			}
		})
	}
}

// inBody waits until the server reads the body that the client sends.
func (f *fixture) inBody(c *client) *client {
	f.t.Helper()
	f.eventually("the body is read", func() bool { return f.beingRead() == 1 })
	return c
}

func (f *fixture) waitingConnections() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.Guard.mu.Lock()
	defer f.Guard.mu.Unlock()
	return f.waiting.Len()
}

func (f *fixture) stalls() bool {
	f.Guard.mu.Lock()
	defer f.Guard.mu.Unlock()
	return f.stalled(func(*conn) bool { return true }) != nil
}

// TestStalledReaderIsReplaced if no connection waits for a request.
func TestStalledReaderIsReplaced(t *testing.T) {
	t.Parallel()
	f := serve(t, func(l *Limits) { l.Connections = 2 })
	f.dial("127.0.0.1", get("/wait"))
	f.dial("127.0.0.1", get("/large"))
	f.eventually("the second client stalls", func() bool { return f.waitingConnections() == 0 && f.stalls() })
	if got := f.dial("127.0.0.1", get("/")).status(); got != http.StatusOK {
		t.Errorf("the newcomer got %d", got)
	}
}

func TestRunningRequestsAreNotReplaced(t *testing.T) {
	t.Parallel()
	f := serve(t, func(l *Limits) { l.Connections = 2 })
	busy := []*client{f.dial("127.0.0.1", get("/wait")), f.dial("127.0.0.1", get("/wait"))}
	f.eventually("both are executed", func() bool { return f.Open() == 2 && f.waitingConnections() == 0 })
	if got := f.dial("127.0.0.1", get("/")).status(); got != 0 {
		t.Errorf("the connection over the limit got %d", got)
	}
	f.finish()
	for _, c := range busy {
		if got := c.status(); got != http.StatusOK {
			t.Errorf("got %d", got)
		}
	}
	f.eventually("both wait for a request", func() bool { return f.waitingConnections() == 2 })
	f.idle("127.0.0.1")
}

// TestConnectionsOfAnAddressAreLimited, and those of other addresses are left alone.
func TestConnectionsOfAnAddressAreLimited(t *testing.T) {
	t.Parallel()
	f := serve(t, func(l *Limits) {
		l.ConnectionsPerAddress = 2
		l.Proxies = proxies(t, "127.0.0.9")
	})
	other, first := f.idle("127.0.0.3"), f.idle("127.0.0.2")
	f.idle("127.0.0.2")
	f.idle("127.0.0.2")
	if got := first.status(); got != 0 {
		t.Errorf("the first connection of the address got %d", got)
	}
	other.send(get("/"))
	if got := other.status(); got != http.StatusOK {
		t.Errorf("the other address got %d", got)
	}
	proxied := []*client{f.idle("127.0.0.9"), f.idle("127.0.0.9"), f.idle("127.0.0.9")}
	proxied[0].send(get("/"))
	if got := proxied[0].status(); got != http.StatusOK {
		t.Errorf("the first connection of the proxy got %d", got)
	}
}

// TestClosedConnectionsAreForgotten: otherwise the limits would be reached at some time.
func TestClosedConnectionsAreForgotten(t *testing.T) {
	t.Parallel()
	f := serve(t, nil)
	for _, text := range []string{"", "GET / HT", get("/"), post(100, 10), "nonsense\r\n\r\n"} {
		c := f.dial("127.0.0.1", text)
		c.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
		c.Read(make([]byte, 1))
		c.Close()
	}
	f.eventually("no connection is left", func() bool { return f.Open() == 0 && f.waitingConnections() == 0 })
	f.Guard.mu.Lock()
	defer f.Guard.mu.Unlock()
	if len(f.addresses)+len(f.byRemote) != 0 {
		t.Errorf("left: %v, %v", f.addresses, f.byRemote)
	}
}
