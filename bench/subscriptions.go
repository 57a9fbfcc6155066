package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
)

// subscriptions are open subscriptions, as of pages that show a contact.
type subscriptions struct {
	received atomic.Int64 // changes
	close    func()
}

// openConcurrency is how many subscriptions are opened at the same time.
const openConcurrency = 64

// frame is a message of graphql-transport-ws.
type frame struct {
	ID      string `json:"id,omitempty"`
	Type    string `json:"type"`
	Payload any    `json:"payload,omitempty"`
}

// openSubscriptions opens n subscriptions to the changes of one contact each, each on its own
// connection.
func openSubscriptions(ctx context.Context, url string, contacts, n int) (*subscriptions, error) {
	after, err := endOfLog(ctx, url)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	var reading sync.WaitGroup
	s := &subscriptions{close: func() {
		cancel()
		reading.Wait()
	}}
	slots := make(chan struct{}, openConcurrency)
	err = concurrently(ctx, n, func(opening context.Context, i int) error {
		slots <- struct{}{}
		defer func() { <-slots }()
		c, err := subscribe(opening, url, 1+i%contacts, after)
		if err == nil {
			reading.Go(func() { s.read(ctx, c) })
		}
		return err
	})
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// endOfLog returns the cursor of the last change.
func endOfLog(ctx context.Context, url string) (string, error) {
	c := newConn(url, 0)
	defer c.close()
	var data struct {
		ContactChanges struct {
			LastCursor string `json:"lastCursor"`
		} `json:"contactChanges"`
	}
	_, err := query(ctx, c, `{ contactChanges(first: 0) { lastCursor } }`, nil, &data)
	return data.ContactChanges.LastCursor, err
}

func subscribe(ctx context.Context, url string, contact int, after string) (*websocket.Conn, error) {
	c, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(url, "http")+"/graphql", &websocket.DialOptions{ //nolint:bodyclose // the connection closes it
		Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: http.Header{"X-Apikey": {"demo-agent"}},
	})
	if err != nil {
		return nil, err
	}
	for _, f := range []frame{{Type: "connection_init"}, {ID: "1", Type: "subscribe", Payload: map[string]any{
		"query":     `subscription($id: ID!, $after: String) { contactChanges(contactId: $id, after: $after) { cursor version kind fields { path new } } }`,
		"variables": map[string]any{"id": contact, "after": after},
	}}} {
		if err := wsjson.Write(ctx, c, f); err != nil {
			return nil, err
		}
	}
	var ack frame
	if err := wsjson.Read(ctx, c, &ack); err != nil || ack.Type != "connection_ack" {
		return nil, errors.Join(fmt.Errorf("the server did not acknowledge the connection: %s", ack.Type), err)
	}
	return c, nil
}

// read counts the received changes, until ctx ends.
func (s *subscriptions) read(ctx context.Context, c *websocket.Conn) {
	defer c.CloseNow() //nolint:errcheck // the connection is no longer needed
	for {
		_, text, err := c.Read(ctx)
		if err != nil {
			return
		}
		var f struct {
			Type string `json:"type"`
		}
		if json.Unmarshal(text, &f) != nil {
			return
		}
		switch f.Type {
		case "next":
			s.received.Add(1)
		case "ping":
			if wsjson.Write(ctx, c, frame{Type: "pong"}) != nil {
				return
			}
		}
	}
}
