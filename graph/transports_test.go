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

// patience is how long a test waits for what must come.
const patience = 20 * time.Second

// stream is a subscription that a test has opened.
type stream struct {
	t    *testing.T
	read func() (r reply, ok bool, err error)
	stop func()
}

// next is the next answer, which must come.
func (s *stream) next() reply {
	s.t.Helper()
	got, ok, err := s.read()
	if err != nil || !ok {
		s.t.Fatalf("the stream has ended instead of going on: %v", err)
	}
	return got
}

// last is the next answer, behind which the stream must end.
func (s *stream) last() reply {
	s.t.Helper()
	got := s.next()
	if more, ok, err := s.read(); err != nil || ok {
		s.t.Errorf("the stream goes on with %v, %v", more, err)
	}
	return got
}

// changes reads n changes, and returns a field of each.
func (s *stream) changes(n int, field string) (values []any) {
	s.t.Helper()
	for range n {
		got := s.next()
		if len(got.Errors) > 0 {
			s.t.Fatalf("instead of a change: %v", got.Errors)
		}
		values = append(values, got.Data["contactChanges"].(object)[field])
	}
	return values
}

// streamTransports are the transports of subscriptions.
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

// url is the address of a server for the handler.
func (f *fixture) url() string {
	f.t.Helper()
	s := httptest.NewUnstartedServer(f.handler)
	s.Config.ConnState = func(c net.Conn, state http.ConnState) {
		if state == http.StateNew {
			f.lines.Store(c, nil)
		}
	}
	s.Start()
	f.t.Cleanup(func() {
		f.hangUp()
		s.Close()
	})
	return s.URL + "/graphql"
}

// hangUp closes all connections, as a process does that ends.
func (f *fixture) hangUp() {
	for c := range f.lines.Range {
		c.(net.Conn).Close()
	}
}

// events subscribes over text/event-stream.
func (f *fixture) events(token, document string, variables object) *stream {
	f.t.Helper()
	body := must(json.Marshal(object{"query": document, "variables": variables}))
	resp := f.send(http.MethodPost, f.url(), token, "text/event-stream", body) //nolint:bodyclose // send does
	if !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") {
		return &stream{t: f.t, read: once(resp.Body)}
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
		return r, false, fmt.Errorf("no event says that the stream is complete: %w", lines.Err())
	}, func() { resp.Body.Close() }}
}

// once reads the only answer.
func once(body io.Reader) func() (reply, bool, error) {
	d := json.NewDecoder(body)
	return func() (r reply, ok bool, err error) {
		if !d.More() {
			return r, false, nil
		}
		return r, true, d.Decode(&r)
	}
}

// send makes a request that is given up when the test ends.
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

// socket is a WebSocket.
type socket struct {
	t    *testing.T
	ctx  context.Context
	conn *websocket.Conn
	ids  int
	came map[string][]message // what was read for others
}

// message is one of the protocol graphql-transport-ws.
type message struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// socket opens a WebSocket and authenticates the client, as the protocol of graphql-ws does; "" sends no credentials.
func (f *fixture) socket(token string) *socket {
	f.t.Helper()
	return f.dial(nil).connectionInit(introduction(token))
}

// introduce has the client greeted.
func (s *socket) connectionInit(payload json.RawMessage) *socket {
	s.t.Helper()
	s.send(message{Type: "connection_init", Payload: payload})
	if m, err := s.receive(); err != nil || m.Type != "connection_ack" {
		s.t.Fatalf("the introduction is answered by %v, %v", m, err)
	}
	return s
}

func introduction(token string) json.RawMessage {
	if token == "" {
		return nil
	}
	return must(json.Marshal(object{"X-ApiKey": token, "other": 7}))
}

// dial opens a WebSocket, with these headers.
func (f *fixture) dial(header http.Header) *socket {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(f.t.Context(), patience)
	f.t.Cleanup(cancel)
	conn, resp, err := websocket.Dial(ctx, f.url(), &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: header})
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() { conn.CloseNow() })
	if resp.Body != nil {
		resp.Body.Close()
	}
	return &socket{t: f.t, ctx: ctx, conn: conn, came: map[string][]message{}}
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

// subscribe begins an operation.
func (s *socket) subscribe(document string, variables object) *stream {
	s.t.Helper()
	s.ids++
	id := fmt.Sprint(s.ids)
	s.send(message{ID: id, Type: "subscribe", Payload: must(json.Marshal(object{"query": document, "variables": variables}))})
	ended := false
	return &stream{s.t, func() (r reply, ok bool, err error) {
		if ended {
			return r, false, nil
		}
		m, err := s.of(id)
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

// of is the next message for an operation.
func (s *socket) of(id string) (m message, err error) {
	for len(s.came[id]) == 0 {
		if m, err = s.receive(); err != nil {
			return m, err
		}
		s.came[m.ID] = append(s.came[m.ID], m)
	}
	m, s.came[id] = s.came[id][0], s.came[id][1:]
	return m, nil
}
