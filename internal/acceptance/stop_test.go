package acceptance

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
)

// TestStoppingTellsWhoFollows stops a server that many follow over WebSockets, which nothing else keeps: each learns before the
// server goes away that it does.
func TestStoppingTellsWhoFollows(t *testing.T) {
	t.Parallel()
	s := demo(t, 20)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	const document = `subscription { contactChanges { cursor } }`
	last := into[struct{ LastCursor string }](s, key("demo-agent"), `{ contactChanges(first: 0) { lastCursor } }`, nil).LastCursor
	const readers = 100
	var read []func() (graphql, error)
	for range readers {
		read = append(read, s.openSocket(ctx, "demo-agent", document))
	}
	for i, next := range read {
		for cursor := ""; cursor != last; {
			g, err := next()
			if err != nil {
				t.Fatal(i, err)
			}
			var c struct{ Cursor string }
			json.Unmarshal(g.Data["contactChanges"], &c)
			cursor = c.Cursor
		}
	}
	var stopping sync.WaitGroup
	stopping.Go(s.stop)
	defer stopping.Wait()
	untold := map[string]int{}
	for _, next := range read {
		g, err := next()
		if got := fmt.Sprint(g.Errors, err); err != nil || len(g.Errors) != 1 || g.Errors[0].Extensions.Code != "SERVICE_UNAVAILABLE" {
			untold[got]++
		}
	}
	if len(untold) > 0 {
		t.Errorf("of %d readers these are told nothing: %v", len(read), untold)
	}
}

// openSocket subscribes over a WebSocket, and returns what reads the answers.
func (s *process) openSocket(ctx context.Context, token, document string) func() (graphql, error) {
	s.t.Helper()
	conn, _, err := websocket.Dial(ctx, s.url+"/graphql", &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}}) //nolint:bodyclose // a WebSocket has none
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { conn.CloseNow() })
	type message struct {
		Type    string          `json:"type"`
		ID      string          `json:"id,omitempty"`
		Payload json.RawMessage `json:"payload,omitempty"`
	}
	payload := func(v any) json.RawMessage {
		b, err := json.Marshal(v)
		if err != nil {
			s.t.Fatal(err)
		}
		return b
	}
	for _, m := range []message{
		{Type: "connection_init", Payload: payload(map[string]any{"X-ApiKey": token})},
		{Type: "subscribe", ID: "1", Payload: payload(map[string]any{"query": document})},
	} {
		if err := wsjson.Write(ctx, conn, m); err != nil {
			s.t.Fatal(err)
		}
	}
	return func() (g graphql, err error) {
		for {
			var m message
			if err := wsjson.Read(ctx, conn, &m); err != nil {
				return g, err
			}
			switch m.Type {
			case "next":
				return g, json.Unmarshal(m.Payload, &g)
			case "error":
				return g, json.Unmarshal(m.Payload, &g.Errors)
			}
		}
	}
}
