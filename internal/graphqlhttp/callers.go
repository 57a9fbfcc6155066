package graphqlhttp

import (
	"context"
	"sync"
	"time"
)

// Limits bound what the callers of streams can hold.
type Limits struct {
	Connections int // WebSockets of one caller
	Operations  int // operations of one caller that run on WebSockets and event streams
	// Anonymous is how many WebSockets without credentials there can be in all, and
	// AnonymousLifetime how long each can stay open. Nothing that such a client may do takes long.
	Anonymous         int
	AnonymousLifetime time.Duration
}

// Callers holds the streams of each caller and keeps them within the limits. The transports of a
// server share one.
type Callers struct {
	limits   Limits
	identify func(context.Context) string

	mu        sync.Mutex
	anonymous int // connections
	held      map[string]*held
}

// held is what one caller holds.
type held struct{ connections, operations int }

// NewCallers returns limits for callers. identify returns what identifies the caller of a request
// or connection by its credentials, and "" for an anonymous one, which is identified by its
// address.
func NewCallers(limits Limits, identify func(context.Context) string) *Callers {
	return &Callers{limits: limits, identify: identify, held: map[string]*held{}}
}

// caller is the caller of a request or connection.
type caller struct {
	all       *Callers
	id        string // "" if the caller and its address are unknown, so that it shares no limit with others
	anonymous bool
}

// caller returns the caller of a request or connection. address is the RemoteAddr of the request.
func (c *Callers) caller(ctx context.Context, address string) caller {
	if id := c.identify(ctx); id != "" {
		return caller{all: c, id: "credentials " + id}
	}
	if address == "" {
		return caller{all: c, anonymous: true}
	}
	return caller{all: c, id: "address " + address, anonymous: true}
}

// connect counts a connection. It reports whether the limits allow it; if so, the caller must call
// disconnect later.
func (c caller) connect() bool {
	c.all.mu.Lock()
	defer c.all.mu.Unlock()
	h := c.holds()
	if h.connections >= c.all.limits.Connections && c.id != "" || c.anonymous && c.all.anonymous >= c.all.limits.Anonymous {
		return false
	}
	c.change(1, 0)
	return true
}

func (c caller) disconnect() {
	c.all.mu.Lock()
	defer c.all.mu.Unlock()
	c.change(-1, 0)
}

// begin counts an operation. It reports whether the limits allow it; if so, the caller must call
// end later.
func (c caller) begin() bool {
	c.all.mu.Lock()
	defer c.all.mu.Unlock()
	if c.holds().operations >= c.all.limits.Operations && c.id != "" {
		return false
	}
	c.change(0, 1)
	return true
}

func (c caller) end() {
	c.all.mu.Lock()
	defer c.all.mu.Unlock()
	c.change(0, -1)
}

func (c caller) holds() held {
	if h := c.all.held[c.id]; h != nil {
		return *h
	}
	return held{}
}

func (c caller) change(connections, operations int) {
	if c.anonymous {
		c.all.anonymous += connections
	}
	h := c.all.held[c.id]
	if h == nil {
		h = &held{}
		c.all.held[c.id] = h
	}
	h.connections += connections
	h.operations += operations
	if *h == (held{}) {
		delete(c.all.held, c.id)
	}
}
