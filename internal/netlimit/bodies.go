package netlimit

import (
	"container/list"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"sync"
	"time"
)

// ErrInterrupted is the error of a body that is not read any further, because the server is
// stopping or has no memory for it. The request can be sent again.
var ErrInterrupted = errors.New("the request body was not read to its end: send the request again")

// free is how many bytes of each body do not count and are never interrupted: nearly all requests
// are smaller. The limit of connections bounds their sum.
const free = 8 << 10

// unreadRest is how long a client may take to send the rest of a body that the handler has not
// read.
const unreadRest = time.Second

// bodies are the request bodies that are being read.
type bodies struct {
	guard *Guard

	mu      sync.Mutex
	reading map[*body]struct{}

	// Of those with more than the free bytes.
	bytes     int64
	oldest    *list.List // of *body, in the order in which they exceeded the free bytes
	addresses map[netip.Addr]*heldBodies
}

// heldBodies are the bodies from one address with more than the free bytes.
type heldBodies struct {
	bytes  int64
	oldest *list.List // like bodies.oldest
}

// Handler calls next with a request whose body is limited and whose RemoteAddr is the client's
// address without a port. RemoteAddr is empty if the client is not to be limited by address; see
// Proxies.Client.
//
// If the bodies that are being read exceed the limit, the one that is being read for the longest
// time is interrupted: an honest client sends a body within a moment.
func (g *Guard) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		client := g.limits.Proxies.Client(r)
		remote := r.RemoteAddr
		r.RemoteAddr = ""
		if client.IsValid() {
			r.RemoteAddr = client.String()
		}
		if r.Body == nil || r.Body == http.NoBody {
			next.ServeHTTP(w, r)
			return
		}
		b := &body{ReadCloser: r.Body, all: &g.bodies, control: http.NewResponseController(w), address: client}
		if r.ProtoMajor == 1 { // in HTTP/2, a connection has several requests
			b.remote = remote
		}
		r.Body = b
		defer b.finish()
		next.ServeHTTP(w, r)
	})
}

// body is the body of a request. Its reader uses it in one goroutine.
type body struct {
	io.ReadCloser

	all          *bodies
	control      *http.ResponseController
	address      netip.Addr
	remote       string // of its connection
	read         int64
	begun, ended bool // its first byte is awaited; its last byte was read

	// Guarded by bodies.mu.
	interrupted      bool
	bytes            int64         // that count
	inAll, inAddress *list.Element // nil unless it is being read and bytes of it count
}

// Read counts what is read. It returns ErrInterrupted if the body has been interrupted.
func (b *body) Read(p []byte) (int, error) {
	if !b.begun {
		b.begun = true
		b.all.begin(b)
	}
	n, err := b.ReadCloser.Read(p)
	b.read += int64(n)
	if b.all.count(b, n) {
		return 0, ErrInterrupted
	}
	b.ended = b.ended || errors.Is(err, io.EOF)
	if err != nil {
		b.all.end(b)
	}
	return n, err
}

// Stored says that what was read of a request body is not held in memory any more: a handler stores
// it in parts. Bodies that were not limited by a Guard are ignored.
func Stored(of io.ReadCloser) {
	b, ok := of.(*body)
	if !ok {
		return
	}
	b.all.mu.Lock()
	defer b.all.mu.Unlock()
	b.all.remove(b)
	b.read = 0
}

// finish is called when the handler returns. net/http then reads the rest of the body, so that the
// connection can be used again.
func (b *body) finish() {
	b.all.end(b)
	if !b.ended {
		_ = b.control.SetReadDeadline(time.Now().Add(unreadRest)) // a recorder in a test has no deadlines
	}
}

// begin is called before the first byte of a body is read.
func (s *bodies) begin(b *body) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reading[b] = struct{}{}
	s.guard.reading(b.remote, true)
}

// end is called when nothing more of a body will be read. It does nothing the second time.
func (s *bodies) end(b *body) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.reading[b]; !ok {
		return
	}
	delete(s.reading, b)
	s.remove(b)
	s.guard.reading(b.remote, false)
}

// count counts the bytes of a body, and interrupts the oldest ones while there are too many. It
// reports whether the body itself has been interrupted.
func (s *bodies) count(b *body, n int) (interrupted bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if b.read <= free || b.interrupted || n == 0 {
		return b.interrupted
	}
	if b.inAll == nil {
		s.register(b)
	}
	s.add(b, min(int64(n), b.read-free))
	for s.bytes > s.guard.limits.BodyBytes {
		s.interrupt(first(s.oldest))
	}
	for a := s.addresses[b.address]; b.inAddress != nil && a.bytes > s.guard.limits.BodyBytesPerAddress; {
		s.interrupt(first(a.oldest))
	}
	return b.interrupted
}

func (s *bodies) register(b *body) {
	b.inAll = s.oldest.PushBack(b)
	if !b.address.IsValid() {
		return
	}
	a := s.addresses[b.address]
	if a == nil {
		a = &heldBodies{oldest: list.New()}
		s.addresses[b.address] = a
	}
	b.inAddress = a.oldest.PushBack(b)
}

func (s *bodies) add(b *body, n int64) {
	b.bytes += n
	s.bytes += n
	if b.inAddress != nil {
		s.addresses[b.address].bytes += n
	}
}

func (s *bodies) remove(b *body) {
	if b.inAll == nil {
		return
	}
	s.add(b, -b.bytes)
	s.oldest.Remove(b.inAll)
	if b.inAddress != nil {
		a := s.addresses[b.address]
		a.oldest.Remove(b.inAddress)
		if a.oldest.Len() == 0 {
			delete(s.addresses, b.address)
		}
	}
	b.inAll, b.inAddress = nil, nil
}

// first returns the first body of a list that is not empty.
func first(l *list.List) *body {
	return l.Front().Value.(*body) //nolint:forcetypeassert // the lists have nothing else
}

// interrupt makes the pending read of a body fail, so that its handler responds and frees its
// memory.
func (s *bodies) interrupt(b *body) {
	s.remove(b)
	b.interrupted = true
	_ = b.control.SetReadDeadline(time.Now()) // fails only if the connection is closed
}

// drain interrupts all bodies that are being read.
func (s *bodies) drain() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for b := range s.reading {
		if !b.interrupted {
			s.interrupt(b)
		}
	}
}

// reading records whether the server waits for a body on the connection.
func (g *Guard) reading(remote string, begins bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	c := g.byRemote[remote]
	switch {
	case c == nil:
	case begins:
		g.wait(c)
	default:
		g.proceed(c)
	}
}
