package graphqlhttp

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
)

// source is a schema whose subscription returns responses of a given size, with pauses in between.
type source struct {
	schema

	responses int64 // 0 for an endless stream
	size      int
	pause     time.Duration
	taken     *atomic.Int64
}

func (s source) Exec(ctx context.Context) graphql.ResponseHandler {
	beginStream(ctx)
	data := []byte(`{"ticks":"` + strings.Repeat("x", s.size) + `"}`)
	return func(ctx context.Context) *graphql.Response {
		select {
		case <-time.After(s.pause):
		case <-ctx.Done():
		}
		if n := s.taken.Add(1); ctx.Err() != nil || s.responses > 0 && n > s.responses {
			return nil
		}
		return &graphql.Response{Data: data}
	}
}

// serve starts a server for the source. It closes ended when a stream has ended.
func (s source) serve(t *testing.T, timeout time.Duration) (srv *httptest.Server, ended chan struct{}) {
	t.Helper()
	gql := handler.New(s)
	Install(gql, Transport{}, WebSocket(Execution{}, func(ctx context.Context, _ http.Header) (context.Context, error) { return ctx, nil }, testCallers(nil), timeout),
		EventStream{Callers: testCallers(nil), SendTimeout: timeout})
	ended = make(chan struct{})
	srv = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		gql.ServeHTTP(w, r)
		close(ended)
	}))
	t.Cleanup(func() {
		srv.CloseClientConnections()
		srv.Close()
	})
	return srv, ended
}

const ticks = `subscription { ticks }`

// openEvents subscribes over text/event-stream.
func openEvents(t *testing.T, srv *httptest.Server) io.Reader {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL, strings.NewReader(document(ticks)))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", jsonType)
	r.Header.Set("Accept", eventStreamType)
	resp, err := srv.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	return resp.Body
}

// openSocket subscribes over a WebSocket.
func openSocket(t *testing.T, srv *httptest.Server) *websocket.Conn {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), srv.URL, &websocket.DialOptions{Subprotocols: []string{protocol}}) //nolint:bodyclose // a WebSocket has none
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.CloseNow() })
	for _, message := range []any{
		map[string]any{"type": "connection_init"},
		map[string]any{"type": "subscribe", "id": "1", "payload": map[string]any{"query": ticks}},
	} {
		if err := wsjson.Write(t.Context(), conn, message); err != nil {
			t.Fatal(err)
		}
	}
	return conn
}

// TestStalledReaderIsDisconnected: until then, the server has sent no more than the buffers of the
// connection and one response.
func TestStalledReaderIsDisconnected(t *testing.T) {
	t.Parallel()
	const size, most = 1 << 20, 32
	for name, open := range map[string]func(*testing.T, *httptest.Server){
		"events":    func(t *testing.T, srv *httptest.Server) { openEvents(t, srv) },
		"WebSocket": func(t *testing.T, srv *httptest.Server) { openSocket(t, srv) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			taken := new(atomic.Int64)
			srv, ended := source{size: size, taken: taken}.serve(t, 300*time.Millisecond)
			open(t, srv)
			select {
			case <-ended:
			case <-time.After(20 * time.Second):
				t.Fatal("the stream does not end")
			}
			if n := taken.Load(); n > most {
				t.Errorf("%d MB were read from the source", n)
			}
		})
	}
}

// TestLongStreamIsNotDisconnected: the timeout is for each response, not for the stream.
func TestLongStreamIsNotDisconnected(t *testing.T) {
	t.Parallel()
	const responses = 10
	slow := func() source {
		return source{responses: responses, size: 10, pause: 150 * time.Millisecond, taken: new(atomic.Int64)}
	}
	t.Run("events", func(t *testing.T) {
		t.Parallel()
		srv, _ := slow().serve(t, time.Second)
		n, last := 0, ""
		for lines := bufio.NewScanner(openEvents(t, srv)); lines.Scan(); {
			if event, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
				n, last = n+1, event
			}
		}
		if n != responses+1 || last != "complete" {
			t.Errorf("%d events, the last %q", n, last)
		}
	})
	t.Run("WebSocket", func(t *testing.T) {
		t.Parallel()
		srv, _ := slow().serve(t, time.Second)
		conn := openSocket(t, srv)
		n := 0
		for message := (struct{ Type string }{}); message.Type != "complete"; n++ {
			if err := wsjson.Read(t.Context(), conn, &message); err != nil {
				t.Fatal(err)
			}
		}
		if n != responses+2 { // connection_ack and complete
			t.Errorf("%d messages", n)
		}
	})
}

// TestConnectionServesAfterAStream: the send timeout of a stream does not apply to later requests
// on the same connection.
func TestConnectionServesAfterAStream(t *testing.T) {
	t.Parallel()
	const timeout = 100 * time.Millisecond
	s := newServer(EventStream{Callers: testCallers(nil), SendTimeout: timeout})
	var connections atomic.Int64
	srv := httptest.NewUnstartedServer(s)
	srv.Config.ConnContext = func(ctx context.Context, _ net.Conn) context.Context {
		connections.Add(1)
		return ctx
	}
	srv.Start()
	defer srv.Close()
	for range 3 {
		body, err := io.ReadAll(openEvents(t, srv))
		if err != nil || !strings.HasSuffix(string(body), completeEvent) {
			t.Fatalf("got %q, %v", body, err)
		}
		time.Sleep(2 * timeout)
	}
	if n := connections.Load(); n != 1 {
		t.Errorf("%d connections were opened", n)
	}
}

// TestHandshake: which handshakes are rejected, and with which code.
func TestHandshake(t *testing.T) {
	t.Parallel()
	onConnect := func(ctx context.Context, header http.Header) (context.Context, error) {
		switch header.Get("X-Test") {
		case "forbidden":
			return ctx, errors.New("forbidden")
		case "later":
			return ctx, ErrTryAgain
		}
		return ctx, nil
	}
	srv := httptest.NewServer(newServer(WebSocket(Execution{}, onConnect, testCallers(nil), 0)))
	t.Cleanup(srv.Close)
	tests := []struct {
		name      string
		protocols []string
		payload   string
		want      websocket.StatusCode // -1 if it is not closed
	}{
		{"accepted", []string{protocol}, `{"X-Test": 7}`, -1},
		{"one of several protocols", []string{"graphql-ws", protocol}, `null`, -1},
		{"rejected", []string{protocol}, `{"X-Test": "forbidden"}`, closeForbidden},
		{"rejected, by another case of the name", []string{protocol}, `{"x-test": "forbidden"}`, closeForbidden},
		{"rejected, by the member headers", []string{protocol}, `{"headers": {"x-tEST": "forbidden"}}`, closeForbidden},
		{"rejected, by a name outside of headers", []string{protocol}, `{"headers": {"X-Test": "accepted"}, "x-test": "forbidden"}`, closeForbidden},
		{"accepted, by a name in headers next to a blank one", []string{protocol}, `{"headers": {"X-Test": "accepted"}, "X-Test": ""}`, -1},
		{"accepted, without headers", []string{protocol}, `{"headers": "X-Test: forbidden", "x": {"X-Test": "forbidden"}}`, -1},
		{"not an object", []string{protocol}, `["X-Test"]`, closeInvalid},
		{"temporarily unavailable", []string{protocol}, `{"X-Test": "later"}`, closeTryAgain},
		{"an older protocol", []string{"graphql-ws"}, `null`, closeProtocol},
		{"no protocol", nil, `null`, closeProtocol},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			conn, _, err := websocket.Dial(t.Context(), srv.URL, &websocket.DialOptions{Subprotocols: tt.protocols}) //nolint:bodyclose // the same
			if err != nil {
				t.Fatal(err)
			}
			defer conn.CloseNow()
			_ = conn.Write(t.Context(), websocket.MessageText, []byte(`{"type": "connection_init", "payload": `+tt.payload+`}`))
			if _, message, err := conn.Read(t.Context()); websocket.CloseStatus(err) != tt.want {
				t.Errorf("got %s, %v, want it closed with %d", message, err, tt.want)
			}
		})
	}
}
