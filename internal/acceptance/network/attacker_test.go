package network

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"contactgraph/internal/acceptance/harness"

	"golang.org/x/sys/unix"
)

// attack is a number of slow clients.
type attack struct {
	t     *testing.T
	addr  string
	end   context.CancelFunc
	all   sync.WaitGroup
	kinds []*kind
}

// kind is a kind of slow client: what it sends at once, and what it then sends byte by byte. A
// client that is disconnected connects again after a pause.
type kind struct {
	name        string
	clients     int
	begin, rest string
	pause       time.Duration

	opened, failed atomic.Int64 // connections
}

const (
	perGoroutine = 50                       // slow clients of one goroutine
	pace         = time.Second              // between two bytes
	ramp         = pace / perGoroutine * 10 // between two connections: all connect within ten seconds
)

// begin opens the slow clients.
func (c clients) begin(t *testing.T, s *harness.Server) *attack {
	t.Helper()
	ctx, end := context.WithCancel(t.Context())
	a := &attack{t: t, addr: strings.TrimPrefix(s.URL, "http://"), end: end, kinds: c.kinds(s)}
	t.Cleanup(end)
	started := 0
	for _, k := range a.kinds {
		for n := k.clients; n > 0; n -= perGoroutine {
			first, count := started, min(n, perGoroutine)
			started += count
			a.all.Go(func() { a.run(ctx, k, first, count) })
		}
	}
	return a
}

func (c clients) kinds(s *harness.Server) []*kind {
	asset := regexp.MustCompile(`/assets/docs-[^"]+\.js`).FindString(s.Send(harness.Anonymous, "GET", "/docs", "", "").Body)
	const post = "POST /graphql HTTP/1.1\r\nHost: localhost\r\nX-ApiKey: demo-agent\r\nContent-Type: application/json\r\n"
	const stream = `{"query": "subscription { contactChanges(after: \"TG9nOjA\") { id contact { id firstName lastName email } } }"}`
	slowly := strings.Repeat(" ", 60)
	return []*kind{
		{name: "header", clients: c.headers, begin: "GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ", rest: slowly, pause: pace},
		{name: "body", clients: c.bodies, begin: post + "Content-Length: 1000\r\n\r\n", rest: slowly, pause: pace},
		{name: "unfinished", clients: c.unfinished, begin: post + "Content-Length: 250000\r\n\r\n" + strings.Repeat(" ", 240_000), rest: slowly, pause: 30 * time.Second},
		{name: "reader", clients: c.readers, begin: "GET " + asset + " HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n", pause: pace},
		{name: "stream", clients: c.streams, begin: fmt.Sprintf("%sAccept: text/event-stream\r\nContent-Length: %d\r\n\r\n%s", post, len(stream), stream), pause: pace},
	}
}

func (a *attack) stop() {
	a.end()
	a.all.Wait()
}

func (a *attack) counts() string {
	var text []string
	for _, k := range a.kinds {
		if k.clients > 0 {
			text = append(text, fmt.Sprintf("%d connections of %d of the kind %s (%d not accepted)", k.opened.Load(), k.clients, k.name, k.failed.Load()))
		}
	}
	return strings.Join(text, ", ")
}

// client is a slow client.
type client struct {
	net.Conn // nil while it is not connected

	sent  int       // bytes of kind.rest
	again time.Time // when it may connect
}

// run keeps a number of clients of one kind connected. Their addresses are spread over 127.0.0.0/8.
func (a *attack) run(ctx context.Context, k *kind, first, count int) {
	all := make([]client, count)
	defer func() {
		for _, c := range all {
			if c.Conn != nil {
				c.Close()
			}
		}
	}()
	for connected := false; ctx.Err() == nil; connected = true {
		begin := time.Now()
		for n := range all {
			c := &all[n]
			if c.Conn != nil && !c.goOn(k) {
				c.Close()
				*c = client{again: time.Now().Add(k.pause)}
			}
			if c.Conn == nil && time.Now().After(c.again) {
				*c = client{Conn: a.connect(ctx, k, first+n)}
				if !connected {
					time.Sleep(ramp)
				}
			}
			// Evenly, so that what is measured is the server and not a burst of this process.
			select {
			case <-ctx.Done():
				return
			case <-time.After(time.Until(begin.Add(pace * time.Duration(n+1) / time.Duration(count)))):
			}
		}
	}
}

func (a *attack) connect(ctx context.Context, k *kind, number int) net.Conn {
	from := net.IPv4(127, 1, byte(number/100), 1)
	c, err := (&net.Dialer{LocalAddr: &net.TCPAddr{IP: from}, Timeout: 5 * time.Second}).DialContext(ctx, "tcp", a.addr)
	if err != nil {
		k.failed.Add(1)
		return nil
	}
	k.opened.Add(1)
	c.(*net.TCPConn).SetReadBuffer(16 << 10)
	c.SetWriteDeadline(time.Now().Add(5 * time.Second))
	io.WriteString(c, k.begin) // if it fails, goOn notices
	return c
}

// goOn sends the next byte, and reports whether the connection is still open.
func (c *client) goOn(k *kind) bool {
	if c.sent < len(k.rest) {
		c.SetWriteDeadline(time.Now().Add(time.Second))
		_, err := io.WriteString(c, k.rest[c.sent:c.sent+1])
		c.sent++
		return err == nil
	}
	return !hungUp(c.Conn)
}

// hungUp reports whether the server has closed the connection, without reading from it.
func hungUp(c net.Conn) (closed bool) {
	raw, err := c.(*net.TCPConn).SyscallConn()
	if err != nil {
		return true
	}
	err = raw.Control(func(fd uintptr) {
		poll := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLRDHUP}}
		_, err := unix.Poll(poll, 0)
		closed = err == nil && poll[0].Revents&(unix.POLLRDHUP|unix.POLLERR|unix.POLLHUP) != 0
	})
	return closed || errors.Is(err, net.ErrClosed)
}

// raiseFileLimit lets this process, and those that it starts from now on, open so many files.
func raiseFileLimit(t *testing.T, files int) {
	t.Helper()
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	if limit.Cur >= uint64(files) {
		return
	}
	limit.Cur = min(uint64(files), limit.Max)
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &limit); err != nil || limit.Cur < uint64(files) {
		fmt.Fprintln(os.Stderr, "ulimit -n allows", limit.Cur, "files")
		t.Skipf("the test opens %d files: raise the limit of open files (ulimit -n)", files)
	}
}
