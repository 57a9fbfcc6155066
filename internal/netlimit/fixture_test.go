package netlimit

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// fixture is a server within limits. Its paths are /, which answers with the length of the body,
// /wait, which answers when the test calls finish, and /large, whose response is larger than all
// buffers.
type fixture struct {
	*Guard

	t      *testing.T
	server *http.Server
	addr   string
	finish func()

	mu  sync.Mutex
	log bytes.Buffer
	// errs are the errors of reading bodies.
	errs []error
}

func (f *fixture) Write(b []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.log.Write(b)
}

func (f *fixture) logged() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.log.String()
}

// roomy are limits that no test reaches.
func roomy() Limits {
	return Limits{Connections: 1000, ConnectionsPerAddress: 1000, BodyBytes: 100 << 20, BodyBytesPerAddress: 100 << 20}
}

func serve(t *testing.T, change func(*Limits)) *fixture {
	t.Helper()
	limits := roomy()
	if change != nil {
		change(&limits)
	}
	f := &fixture{t: t}
	finished := make(chan struct{})
	f.finish = sync.OnceFunc(func() { close(finished) })
	f.Guard = New(limits, slog.New(slog.NewTextHandler(f, nil)))
	mux := http.NewServeMux()
	mux.HandleFunc("/", f.echo)
	mux.HandleFunc("/wait", func(w http.ResponseWriter, _ *http.Request) {
		<-finished
		io.WriteString(w, "waited")
	})
	mux.HandleFunc("/large", func(w http.ResponseWriter, _ *http.Request) {
		for range 64 {
			w.Write(make([]byte, 1<<20))
		}
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f.addr = l.Addr().String()
	f.server = &http.Server{Handler: f.Handler(mux), ConnState: f.State, ReadTimeout: time.Minute}
	go f.server.Serve(f.Listen(l))
	t.Cleanup(func() {
		f.finish()
		f.server.Close()
	})
	return f
}

func (f *fixture) echo(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		f.mu.Lock()
		f.errs = append(f.errs, err)
		f.mu.Unlock()
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	fmt.Fprint(w, len(body), " bytes for ", r.RemoteAddr)
}

func (f *fixture) bodyErrors() []error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.errs
}

// client is a connection that the test controls byte by byte.
type client struct {
	net.Conn
	t *testing.T
	r *bufio.Reader
}

// dial connects from a loopback address, such as 127.0.0.2, and sends text.
func (f *fixture) dial(from, text string) *client {
	f.t.Helper()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	nc, err := d.DialContext(f.t.Context(), "tcp", f.addr)
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() { nc.Close() })
	c := &client{nc, f.t, bufio.NewReader(nc)}
	c.send(text)
	return c
}

func (c *client) send(text string) { io.WriteString(c, text) }

// status returns the status of the next response, 0 if the connection was closed instead.
func (c *client) status() int {
	c.t.Helper()
	c.SetReadDeadline(time.Now().Add(30 * time.Second))
	resp, err := http.ReadResponse(c.r, nil)
	if err != nil {
		if errors.Is(err, os.ErrDeadlineExceeded) {
			c.t.Fatal("neither a response nor the end of the connection")
		}
		return 0
	}
	io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	return resp.StatusCode
}

// eventually waits until the condition holds.
func (f *fixture) eventually(what string, holds func() bool) {
	f.t.Helper()
	for end := time.Now().Add(30 * time.Second); !holds(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			f.t.Fatal("never: " + what)
		}
	}
}

// idle returns a connection that has been served a request and waits for the next one.
func (f *fixture) idle(from string) *client {
	f.t.Helper()
	c := f.dial(from, get("/"))
	if got := c.status(); got != http.StatusOK {
		f.t.Fatalf("status %d", got)
	}
	f.eventually("the connection waits", func() bool {
		f.Guard.mu.Lock()
		defer f.Guard.mu.Unlock()
		known := f.byRemote[c.LocalAddr().String()]
		return known != nil && known.between && known.inAll != nil
	})
	return c
}

func get(path string) string { return "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n" }

// post returns a request whose body has length bytes, of which sent are sent.
func post(length, sent int) string {
	return fmt.Sprintf("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n", length) + strings.Repeat("x", sent)
}

// Open returns the number of open connections.
func (g *Guard) Open() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.open)
}
