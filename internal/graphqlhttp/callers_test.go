package graphqlhttp

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
)

// callerKey is where the tests put the caller of a connection.
type callerKey struct{}

// endless is a schema whose operations return one response and then wait for their end.
type endless struct{ schema }

func (endless) Exec(ctx context.Context) graphql.ResponseHandler {
	beginStream(ctx)
	begun := false
	return func(ctx context.Context) *graphql.Response {
		if begun {
			<-ctx.Done()
			return nil
		}
		begun = true
		return &graphql.Response{Data: []byte(`{"ticks":1}`)}
	}
}

// limited starts a server with streams that never end by themselves. The caller is the header
// X-Caller, or the member of connection_init.
func limited(t *testing.T, change func(*Limits)) *httptest.Server {
	t.Helper()
	callers := testCallers(change)
	callers.identify = func(ctx context.Context) string { name, _ := ctx.Value(callerKey{}).(string); return name }
	onConnect := func(ctx context.Context, h http.Header) (context.Context, error) {
		return context.WithValue(ctx, callerKey{}, h.Get("X-Caller")), nil
	}
	gql := handler.New(endless{})
	Install(gql, Transport{}, WebSocket(Execution{}, onConnect, callers, 0), EventStream{Callers: callers})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.RemoteAddr = r.Header.Get("X-Address")
		gql.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, r.Header.Get("X-Caller"))))
	}))
	t.Cleanup(func() {
		srv.CloseClientConnections()
		srv.Close()
	})
	return srv
}

// dial opens a WebSocket and returns the first message: connection_ack, or why it was closed.
func dial(t *testing.T, srv *httptest.Server, caller, address string) (*websocket.Conn, string) {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), srv.URL, &websocket.DialOptions{ //nolint:bodyclose // a WebSocket has none
		Subprotocols: []string{protocol}, HTTPHeader: http.Header{"X-Address": {address}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.CloseNow() })
	wsjson.Write(t.Context(), conn, map[string]any{"type": "connection_init", "payload": map[string]any{"X-Caller": caller}})
	return conn, nextType(t, conn)
}

// nextType returns the type of the next message, with the text of an error, or the code and reason
// of the end.
func nextType(t *testing.T, conn *websocket.Conn) string {
	t.Helper()
	_, text, err := conn.Read(t.Context())
	if err != nil {
		return fmt.Sprint(int(websocket.CloseStatus(err)), err)
	}
	return string(text)
}

func TestConnectionsOfACallerAreLimited(t *testing.T) {
	t.Parallel()
	srv := limited(t, func(l *Limits) { l.Connections, l.Anonymous = 2, 5 })
	first, _ := dial(t, srv, "key 1", "192.0.2.1")
	for _, tt := range []struct{ name, caller, address, want string }{
		{"the second of a key", "key 1", "192.0.2.1", "connection_ack"},
		{"the third of a key", "key 1", "192.0.2.2", "1013"},
		{"another key at the same address", "key 2", "192.0.2.1", "connection_ack"},
		{"an anonymous one", "", "192.0.2.1", "connection_ack"},
		{"a second anonymous one", "", "192.0.2.1", "connection_ack"},
		{"a third anonymous one", "", "192.0.2.1", "1013"},
		{"an anonymous one at another address", "", "192.0.2.2", "connection_ack"},
		{"an anonymous one behind a proxy", "", "", "connection_ack"},
		{"a second one behind a proxy", "", "", "connection_ack"},
		{"one more than all anonymous ones", "", "192.0.2.3", "1013"},
		{"a key meanwhile", "key 3", "192.0.2.3", "connection_ack"},
	} {
		_, got := dial(t, srv, tt.caller, tt.address)
		if !strings.Contains(got, tt.want) || tt.want == "1013" && !strings.Contains(got, "close one, or try again later") {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
	}
	first.CloseNow()
	for got := ""; !strings.Contains(got, "connection_ack"); time.Sleep(5 * time.Millisecond) {
		_, got = dial(t, srv, "key 1", "192.0.2.1") // the place of a closed connection is free
	}
}

// TestOperationsOfACallerAreLimited: those on all WebSockets and event streams count together.
func TestOperationsOfACallerAreLimited(t *testing.T) {
	t.Parallel()
	srv := limited(t, func(l *Limits) { l.Operations = 3 })
	subscribe := func(conn *websocket.Conn, id string) string {
		wsjson.Write(t.Context(), conn, map[string]any{"type": "subscribe", "id": id, "payload": map[string]any{"query": ticks}})
		return nextType(t, conn)
	}
	a, _ := dial(t, srv, "key 1", "")
	b, _ := dial(t, srv, "key 1", "")
	for conn, id := range map[*websocket.Conn]string{a: "1", b: "2"} {
		if got := subscribe(conn, id); !strings.Contains(got, "next") {
			t.Errorf("operation %s: %s", id, got)
		}
	}
	if status := events(t, srv, "key 1"); status != http.StatusOK {
		t.Errorf("an event stream: %d", status)
	}
	if got := subscribe(a, "4"); !strings.Contains(got, `"error"`) || !strings.Contains(got, errTooManyOperations.message) {
		t.Errorf("the operation over the limit: %s", got)
	}
	if status := events(t, srv, "key 1"); status != http.StatusTooManyRequests {
		t.Errorf("the event stream over the limit: %d", status)
	}
	if status := events(t, srv, "key 2"); status != http.StatusOK {
		t.Errorf("another key: %d", status)
	}
	b.CloseNow()
	for status := 0; status != http.StatusOK; time.Sleep(5 * time.Millisecond) {
		status = events(t, srv, "key 1") // the operation of the closed connection has ended
	}
}

// events subscribes over text/event-stream and returns the status.
func events(t *testing.T, srv *httptest.Server, caller string) int {
	t.Helper()
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL, strings.NewReader(document(ticks)))
	r.Header = http.Header{"Content-Type": {jsonType}, "Accept": {eventStreamType}, "X-Caller": {caller}}
	resp, err := srv.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	return resp.StatusCode
}

// TestAnonymousConnectionsEnd, even if the client answers pings; others stay.
func TestAnonymousConnectionsEnd(t *testing.T) {
	t.Parallel()
	srv := limited(t, func(l *Limits) { l.AnonymousLifetime = 100 * time.Millisecond })
	known, _ := dial(t, srv, "key 1", "")
	anonymous, _ := dial(t, srv, "", "")
	if got := nextType(t, anonymous); !strings.Contains(got, "4401") || !strings.Contains(got, errAnonymous.reason) {
		t.Errorf("the anonymous connection got %s", got)
	}
	wsjson.Write(t.Context(), known, map[string]any{"type": "ping"})
	if got := nextType(t, known); !strings.Contains(got, "pong") {
		t.Errorf("the connection with a key got %s", got)
	}
}

// TestSilentConnectionIsClosed: a client that does not send connection_init, and does not answer
// that the connection is closed, is disconnected a second after the timeout. The time is that of
// the test's bubble.
func TestSilentConnectionIsClosed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, server := net.Pipe()
		srv := &http.Server{Handler: newServer(WebSocket(Execution{}, nil, testCallers(nil), 0))}
		go srv.Serve(&single{conn: server, closed: make(chan struct{})})
		defer srv.Close()
		begin := time.Now()
		io.WriteString(client, "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"+
			"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: "+protocol+"\r\n\r\n")
		sent, err := io.ReadAll(client)
		if err != nil || !strings.Contains(string(sent), errInitTimeout.reason) {
			t.Errorf("the client received %q, %v", sent, err)
		}
		if took := time.Since(begin); took != initTimeout+closeTimeout {
			t.Errorf("the connection was closed after %s", took)
		}
	})
}

// single is a listener with one connection.
type single struct {
	conn   net.Conn
	closed chan struct{}
}

func (s *single) Accept() (net.Conn, error) {
	if c := s.conn; c != nil {
		s.conn = nil
		return c, nil
	}
	<-s.closed
	return nil, net.ErrClosed
}

func (s *single) Close() error {
	close(s.closed)
	return nil
}

func (s *single) Addr() net.Addr { return &net.TCPAddr{} }
