package netlimit

import (
	"container/list"
	"errors"
	"net"
	"net/netip"
	"os"
	"sync/atomic"
	"time"
)

// conn is a connection of a client.
type conn struct {
	net.Conn

	guard   *Guard
	remote  string     // the address and port of the client
	address netip.Addr // by which it is limited; the zero Addr for a proxy
	writing atomic.Int64

	// Guarded by Guard.mu.
	between          bool // it waits for a request, or for the rest of its header
	inAll, inAddress *list.Element
}

// Write records since when the client has not read what is sent. If the client has not read it in
// time, the kernel must not keep it when the connection is closed.
func (c *conn) Write(b []byte) (int, error) {
	c.writing.Store(time.Now().UnixNano())
	defer c.writing.Store(0)
	n, err := c.Conn.Write(b)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		c.discard()
	}
	return n, err
}

// discard makes the kernel discard what the client has not read when the connection is closed.
func (c *conn) discard() {
	if tcp, ok := c.Conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // fails only if the connection is closed
	}
}

// Close closes the connection and makes room for another one.
func (c *conn) Close() error {
	c.guard.mu.Lock()
	c.guard.drop(c)
	c.guard.mu.Unlock()
	return c.Conn.Close()
}

// CloseWrite lets net/http end a connection so that the client still reads the last response.
func (c *conn) CloseWrite() error {
	if tcp, ok := c.Conn.(*net.TCPConn); ok {
		return tcp.CloseWrite()
	}
	return nil
}
