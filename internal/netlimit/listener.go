package netlimit

import (
	"errors"
	"net"
	"syscall"
	"time"
)

// acceptPause is how long a listener waits after it could not accept a connection.
const acceptPause = 20 * time.Millisecond

// Listen returns a listener whose connections are those of l, as far as the limits allow.
func (g *Guard) Listen(l net.Listener) net.Listener { return listener{l, g} }

type listener struct {
	net.Listener
	guard *Guard
}

// Accept returns the next connection. If the process has no file descriptors left, it closes the
// connection that has been waiting for the longest time.
func (l listener) Accept() (net.Conn, error) {
	for {
		nc, err := l.Listener.Accept()
		switch {
		case exhausted(err):
			l.guard.files.notice()
			l.guard.closeLongestWaiting()
			time.Sleep(acceptPause) // the descriptors may be used by something else
			continue
		case err != nil:
			return nil, err
		}
		if tcp, ok := nc.(*net.TCPConn); ok {
			_ = tcp.SetWriteBuffer(sendBuffer) // the connection works without it
		}
		if c := l.guard.add(nc); c != nil {
			return c, nil
		}
		_ = nc.Close() // nothing was sent
	}
}

// exhausted reports whether the process or the machine lacks what a connection needs.
func exhausted(err error) bool {
	for _, cause := range []error{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM} {
		if errors.Is(err, cause) {
			return true
		}
	}
	return false
}
