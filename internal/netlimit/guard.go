package netlimit

import (
	"container/list"
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"
)

// Guard holds the connections of a server and keeps them within the limits.
type Guard struct {
	limits Limits
	full   *episode // a limit of connections is reached
	files  *episode // the process has no file descriptors left
	bodies bodies

	mu        sync.Mutex
	open      map[*conn]struct{}
	byRemote  map[string]*conn // by the address and port of the client
	waiting   *list.List       // of *conn, the longest waiting first
	addresses map[netip.Addr]*address
}

// address is what one client address holds.
type address struct {
	open    int
	waiting *list.List // of *conn, like Guard.waiting
}

// New returns a guard without connections.
func New(limits Limits, log *slog.Logger) *Guard {
	g := &Guard{
		limits: limits, open: map[*conn]struct{}{}, byRemote: map[string]*conn{},
		waiting: list.New(), addresses: map[netip.Addr]*address{},
		full: newEpisode(log, "a limit of connections is reached: clients that are slow, idle or have too many connections are disconnected; "+
			"if they are honest, raise --max-connections or --max-connections-per-address",
			"the connections are within their limits again"),
		files: newEpisode(log, "no file descriptor is left, so connections cannot be accepted: "+
			"raise the limit of open files (ulimit -n), or lower --max-connections",
			"connections can be accepted again"),
	}
	g.bodies = bodies{guard: g, reading: map[*body]struct{}{}, oldest: list.New(), addresses: map[netip.Addr]*heldBodies{}}
	return g
}

// add registers a new connection, which takes the place of another one if a limit is reached. It
// returns nil if no other one can be closed.
func (g *Guard) add(nc net.Conn) *conn {
	c := &conn{Conn: nc, guard: g, remote: nc.RemoteAddr().String(), address: g.limits.Proxies.Key(addressOf(nc.RemoteAddr()))}
	g.mu.Lock()
	victim, ok := g.makeRoom(c.address)
	if ok {
		if victim != nil {
			g.drop(victim)
		}
		g.register(c)
	}
	g.mu.Unlock()
	if victim != nil || !ok {
		g.full.notice()
	}
	if victim != nil {
		victim.discard()
		_ = victim.Conn.Close() // its handler notices
	}
	if !ok {
		return nil
	}
	return c
}

// makeRoom returns the connection that must be closed before another one from the address can be
// accepted, or nil if none must be. ok is false if one must be closed but none can be.
func (g *Guard) makeRoom(from netip.Addr) (victim *conn, ok bool) {
	a := g.addresses[from]
	switch {
	case a != nil && a.open >= g.limits.ConnectionsPerAddress:
		victim = longestWaiting(a.waiting)
		if victim == nil {
			victim = g.stalled(func(c *conn) bool { return c.address == from })
		}
	case len(g.open) >= g.limits.Connections:
		victim = longestWaiting(g.waiting)
		if victim == nil {
			victim = g.stalled(func(*conn) bool { return true })
		}
	default:
		return nil, true
	}
	return victim, victim != nil
}

// closeLongestWaiting closes a connection, if one is waiting for its client.
func (g *Guard) closeLongestWaiting() {
	g.mu.Lock()
	c := longestWaiting(g.waiting)
	if c != nil {
		g.drop(c)
	}
	g.mu.Unlock()
	if c != nil {
		_ = c.Conn.Close() // its handler notices
	}
}

func longestWaiting(l *list.List) *conn {
	if first := l.Front(); first != nil {
		return first.Value.(*conn) //nolint:forcetypeassert // the list has nothing else
	}
	return nil
}

// stalled returns the connection whose client has not read for the longest time. It looks at all
// connections, but is called only if none is waiting to receive something.
func (g *Guard) stalled(may func(*conn) bool) (longest *conn) {
	oldest := time.Now().Add(-stalledAfter).UnixNano()
	for c := range g.open {
		if since := c.writing.Load(); since != 0 && since < oldest && may(c) {
			longest, oldest = c, since
		}
	}
	return longest
}

func (g *Guard) register(c *conn) {
	g.open[c] = struct{}{}
	g.byRemote[c.remote] = c
	if c.address.IsValid() {
		a := g.addresses[c.address]
		if a == nil {
			a = &address{waiting: list.New()}
			g.addresses[c.address] = a
		}
		a.open++
	}
	g.wait(c)
}

// drop removes a connection. It does nothing if that has happened before.
func (g *Guard) drop(c *conn) {
	if _, ok := g.open[c]; !ok {
		return
	}
	g.proceed(c)
	delete(g.open, c)
	if g.byRemote[c.remote] == c {
		delete(g.byRemote, c.remote)
	}
	if a := g.addresses[c.address]; a != nil {
		if a.open--; a.open == 0 {
			delete(g.addresses, c.address)
		}
	}
}

// wait records that the server waits for the client of the connection from now on.
func (g *Guard) wait(c *conn) {
	if _, ok := g.open[c]; !ok || c.inAll != nil {
		return
	}
	c.inAll = g.waiting.PushBack(c)
	if a := g.addresses[c.address]; a != nil {
		c.inAddress = a.waiting.PushBack(c)
	}
}

// proceed records that the server does not wait for the client anymore.
func (g *Guard) proceed(c *conn) {
	if c.inAll == nil {
		return
	}
	g.waiting.Remove(c.inAll)
	if c.inAddress != nil {
		g.addresses[c.address].waiting.Remove(c.inAddress)
	}
	c.inAll, c.inAddress = nil, nil
}

// State is a hook for http.Server.ConnState: it learns which connections wait for a request.
func (g *Guard) State(nc net.Conn, state http.ConnState) {
	if t, ok := nc.(*tls.Conn); ok {
		nc = t.NetConn()
	}
	c, ok := nc.(*conn)
	if !ok {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	switch state {
	case http.StateNew, http.StateIdle: // the server waits for the rest of a header, too
		c.between = true
		g.wait(c)
	case http.StateActive, http.StateHijacked:
		c.between = false
		g.proceed(c)
	case http.StateClosed:
		g.drop(c)
	}
}
