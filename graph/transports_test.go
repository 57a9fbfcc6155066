package graph_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
)

// patience is how long a test waits for an expected response.
const patience = 20 * time.Second

// stream is an operation that a test has started on a streaming transport.
type stream struct {
	t    *testing.T
	read func() (r reply, ok bool, err error)
	stop func()
}

// next returns the next response. The test fails if the stream ends instead.
func (s *stream) next() reply {
	s.t.Helper()
	got, ok, err := s.read()
	if err != nil || !ok {
		s.t.Fatalf("the stream has ended early: %v", err)
	}
	return got
}

// last returns the next response, after which the stream must end.
func (s *stream) last() reply {
	s.t.Helper()
	got := s.next()
	if more, ok, err := s.read(); err != nil || ok {
		s.t.Errorf("the stream continues with %v, %v", more, err)
	}
	return got
}

// changes reads n changes, and returns the given field of each.
func (s *stream) changes(n int, field string) (values []any) {
	s.t.Helper()
	for range n {
		got := s.next()
		if len(got.Errors) > 0 {
			s.t.Fatalf("got errors instead of a change: %v", got.Errors)
		}
		values = append(values, got.Data["contactChanges"].(object)[field])
	}
	return values
}

// streamTransports are the transports that can stream responses.
var streamTransports = []struct {
	name string
	open func(f *fixture, token, document string, variables object) *stream
}{
	{"WebSocket", func(f *fixture, token, document string, variables object) *stream {
		f.t.Helper()
		return f.socket(token).subscribe(document, variables)
	}},
	{"text/event-stream", (*fixture).events},
}

// url starts a server for the handler, and returns its address.
func (f *fixture) url() string {
	f.t.Helper()
	s := httptest.NewUnstartedServer(f.handler)
	s.Config.ConnState = func(c net.Conn, state http.ConnState) {
		if state == http.StateNew {
			f.conns.Store(c, nil)
		}
	}
	s.Start()
	f.t.Cleanup(func() {
		f.closeConns()
		s.Close()
	})
	return s.URL + "/graphql"
}

// closeConns closes all connections, as a process does when it exits.
func (f *fixture) closeConns() {
	for c := range f.conns.Range {
		c.(net.Conn).Close()
	}
}

// events starts an operation over text/event-stream.
func (f *fixture) events(token, document string, variables object) *stream {
	f.t.Helper()
	return f.eventsOf(token, object{"query": document, "variables": variables})
}

// eventsOf sends a request over text/event-stream.
func (f *fixture) eventsOf(token string, request object) *stream {
	f.t.Helper()
	resp := f.send(http.MethodPost, f.url(), token, "text/event-stream", must(json.Marshal(request))) //nolint:bodyclose // send does
	if !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") {
		return &stream{t: f.t, read: single(resp.Body)}
	}
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 1<<20)
	return &stream{f.t, func() (r reply, ok bool, err error) {
		event := ""
		for lines.Scan() {
			name, value, _ := strings.Cut(lines.Text(), ": ")
			switch {
			case name == "event":
				event = value
			case name == "data" && event == "complete":
				return r, false, nil
			case name == "data":
				return r, true, json.Unmarshal([]byte(value), &r)
			}
		}
		return r, false, fmt.Errorf("the stream has ended without the event complete: %w", lines.Err())
	}, func() { resp.Body.Close() }}
}

// single reads the only response.
func single(body io.Reader) func() (reply, bool, error) {
	d := json.NewDecoder(body)
	return func() (r reply, ok bool, err error) {
		if !d.More() {
			return r, false, nil
		}
		return r, true, d.Decode(&r)
	}
}

// send sends a request that is canceled when the test ends.
func (f *fixture) send(method, url, token, accept string, body []byte) *http.Response {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(f.t.Context(), patience)
	f.t.Cleanup(cancel)
	r := must(http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body)))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", accept)
	if token != "" {
		r.Header.Set("X-ApiKey", token)
	}
	resp := must(http.DefaultClient.Do(r))
	f.t.Cleanup(func() { resp.Body.Close() })
	return resp
}

// socket is a client's WebSocket connection.
type socket struct {
	t     *testing.T
	ctx   context.Context
	conn  *websocket.Conn
	ids   int
	inbox map[string][]message // messages read while waiting for another operation, by id
}

// message is a message of the protocol graphql-transport-ws.
type message struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// socket opens a WebSocket and sends connection_init with the token, which is empty for anonymous
// clients.
func (f *fixture) socket(token string) *socket {
	f.t.Helper()
	return f.dial(nil).connect(initPayload(token))
}

// connect sends connection_init, and waits for the acknowledgement.
func (s *socket) connect(payload json.RawMessage) *socket {
	s.t.Helper()
	s.send(message{Type: "connection_init", Payload: payload})
	if m, err := s.receive(); err != nil || m.Type != "connection_ack" {
		s.t.Fatalf("connection_init: got %v, %v", m, err)
	}
	return s
}

func initPayload(token string) json.RawMessage {
	if token == "" {
		return nil
	}
	return must(json.Marshal(object{"X-ApiKey": token, "other": 7}))
}

// dial opens a WebSocket with these headers.
func (f *fixture) dial(header http.Header) *socket {
	f.t.Helper()
	return f.dialTo(f.url(), header)
}

func (f *fixture) dialTo(address string, header http.Header) *socket {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(f.t.Context(), patience)
	f.t.Cleanup(cancel)
	conn, resp, err := websocket.Dial(ctx, address, &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: header})
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() { conn.CloseNow() })
	if resp.Body != nil {
		resp.Body.Close()
	}
	return &socket{t: f.t, ctx: ctx, conn: conn, inbox: map[string][]message{}}
}

func (s *socket) send(m message) {
	s.t.Helper()
	if err := wsjson.Write(s.ctx, s.conn, m); err != nil {
		s.t.Fatal(err)
	}
}

func (s *socket) receive() (m message, err error) {
	err = wsjson.Read(s.ctx, s.conn, &m)
	return m, err
}

// subscribe starts an operation.
func (s *socket) subscribe(document string, variables object) *stream {
	s.t.Helper()
	return s.request(object{"query": document, "variables": variables})
}

// request sends a request.
func (s *socket) request(request object) *stream {
	s.t.Helper()
	s.ids++
	id := fmt.Sprint(s.ids)
	s.send(message{ID: id, Type: "subscribe", Payload: must(json.Marshal(request))})
	ended := false
	return &stream{s.t, func() (r reply, ok bool, err error) {
		if ended {
			return r, false, nil
		}
		m, err := s.nextMessage(id)
		switch {
		case err != nil:
			return r, false, err
		case m.Type == "next":
			return r, true, json.Unmarshal(m.Payload, &r)
		case m.Type == "error":
			ended = true
			return r, true, json.Unmarshal(m.Payload, &r.Errors)
		}
		return r, false, nil
	}, func() { s.send(message{ID: id, Type: "complete"}) }}
}

// nextMessage returns the next message for the operation.
func (s *socket) nextMessage(id string) (m message, err error) {
	for len(s.inbox[id]) == 0 {
		if m, err = s.receive(); err != nil {
			return m, err
		}
		s.inbox[m.ID] = append(s.inbox[m.ID], m)
	}
	m, s.inbox[id] = s.inbox[id][0], s.inbox[id][1:]
	return m, nil
}
