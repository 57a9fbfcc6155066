package server_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"contactgraph/internal/server"
)

// serving runs f on a free port.
func serving(t *testing.T, f *fixture) (url string, stop func(), stopped chan error) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	stopped = make(chan error, 1)
	go func() { stopped <- f.Serve(ctx, listener) }()
	return "http://" + listener.Addr().String(), cancel, stopped
}

func TestServeWaitsForRunningRequests(t *testing.T) {
	t.Parallel()
	begun, finish := make(chan struct{}), make(chan struct{})
	f := newFixture(t, func(c *server.Config) {
		c.GraphQL = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			close(begun)
			<-finish
			if r.Context().Err() != nil {
				w.WriteHeader(http.StatusTeapot)
			}
			io.WriteString(w, "done")
		})
	})
	url, stop, stopped := serving(t, f)
	answered := make(chan string, 1)
	go func() {
		resp, err := http.Get(url + "/graphql")
		if err != nil {
			answered <- err.Error()
			return
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		answered <- resp.Status + " " + string(body)
	}()
	<-begun
	stop()
	for f.send(t, http.MethodGet, "/readyz").Code != http.StatusServiceUnavailable {
		time.Sleep(time.Millisecond)
	}
	if body := f.send(t, http.MethodGet, "/readyz").Body.String(); !strings.Contains(body, "shutting down") {
		t.Errorf("/readyz answered %q", body)
	}
	select {
	case err := <-stopped:
		t.Fatalf("Serve returned %v while a request was running", err)
	case <-time.After(50 * time.Millisecond):
	}
	close(finish)
	if got := <-answered; got != "200 OK done" {
		t.Errorf("the running request got %q", got)
	}
	if err := <-stopped; err != nil {
		t.Errorf("Serve returned %v", err)
	}
	if late, err := http.Get(url + "/healthz"); err == nil {
		late.Body.Close()
		t.Error("new connections are still accepted")
	}
}

// TestDrainDelay: a server that is stopping ends its streams at once, and answers requests until
// the delay is over. Its connections are not used again.
func TestDrainDelay(t *testing.T) {
	t.Parallel()
	closed := make(chan struct{})
	f := newFixture(t, func(c *server.Config) {
		c.DrainDelay = time.Second
		c.CloseStreams = func() { close(closed) }
	})
	url, stop, stopped := serving(t, f)
	begin := time.Now()
	stop()
	<-closed
	get := func(path string) (status int, closes bool) {
		resp, err := http.Get(url + path)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		return resp.StatusCode, resp.Close
	}
	for status := 0; status != http.StatusServiceUnavailable; status, _ = get("/readyz") {
		time.Sleep(time.Millisecond)
	}
	if err := f.Usable(t.Context()); err == nil {
		t.Error("the metric contactgraph_ready would be 1")
	}
	if status, closes := get("/healthz"); status != http.StatusOK || !closes {
		t.Errorf("/healthz answered %d, and closes the connection: %t", status, closes)
	}
	if err := <-stopped; err != nil || time.Since(begin) < time.Second {
		t.Errorf("Serve returned %v after %s", err, time.Since(begin))
	}
	if late, err := http.Get(url + "/healthz"); err == nil {
		late.Body.Close()
		t.Error("new connections are still accepted")
	}
}

func TestServeFailsIfTheListenerFails(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener.Close()
	if err := newFixture(t, nil).Serve(t.Context(), listener); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Serve returned %v", err)
	}
}

func TestHeadersAreLimited(t *testing.T) {
	t.Parallel()
	url, _, _ := serving(t, newFixture(t, nil))
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/healthz", nil)
	r.Header.Set("X-Much", strings.Repeat("x", 64<<10))
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("answered %s", resp.Status)
	}
}
