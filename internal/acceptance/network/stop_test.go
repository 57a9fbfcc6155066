package network

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"contactgraph/internal/acceptance/harness"
)

// TestHalfSentRequestsDoNotDelayTheStop: the server exits with status 0, although clients have not
// sent their requests completely. It would exit with another one if they were still open after the
// time that it waits for running requests.
func TestHalfSentRequestsDoNotDelayTheStop(t *testing.T) {
	t.Parallel()
	s := harness.Demo(t, 5)
	const idle = ""
	want := map[string]int{
		idle:                                 0,
		"GET / HTTP/1.1\r\nHost: ":           0,
		post("/graphql", "X-A: a"):           http.StatusServiceUnavailable,
		post("/nowhere", "X-A: a"):           http.StatusNotFound,
		post("/api/v1/contacts/7", "X-A: a"): http.StatusMethodNotAllowed,
		post("/f/webapp-api-custinfo?api=setdetails", "X-ApiKey: demo-agent"):                 http.StatusServiceUnavailable,
		strings.Replace(post("/api/v1/contacts/7", "X-ApiKey: demo-agent"), "POST", "PUT", 1): http.StatusServiceUnavailable,
	}
	conns := map[string]net.Conn{}
	for text := range want {
		c, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		io.WriteString(c, text)
		conns[text] = c
	}
	// The server has read the requests when it has answered one that was sent later.
	s.Send(harness.Anonymous, "GET", "/healthz", "", "")
	time.Sleep(100 * time.Millisecond)
	s.Stop()
	for text, c := range conns {
		c.SetReadDeadline(time.Now().Add(time.Minute))
		status := 0
		if resp, err := http.ReadResponse(bufio.NewReader(c), nil); err == nil {
			status = resp.StatusCode
			resp.Body.Close()
		}
		if status != want[text] {
			t.Errorf("%q: got %d, want %d", text, status, want[text])
		}
	}
	if log := s.Log.String(); strings.Contains(log, "aborted") {
		t.Errorf("the log says that requests were aborted: %s", log)
	}
}

// post is a request with a part of its body.
func post(path, header string) string {
	return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\n" + header + "\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
}
