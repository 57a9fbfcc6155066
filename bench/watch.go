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

// watchers are open subscriptions, as pages have them that show a contact.
type watchers struct {
	came atomic.Int64 // changes
	stop func()
}

// opened is how many are opened at the same time.
const opened = 64

// frame is a message of graphql-transport-ws.
type frame struct {
	ID      string `json:"id,omitempty"`
	Type    string `json:"type"`
	Payload any    `json:"payload,omitempty"`
}

// watch opens n subscriptions, each on a connection of its own, to what comes of one contact.
func watch(ctx context.Context, url string, contacts, n int) (*watchers, error) {
	after, err := endOfLog(ctx, url)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	var reading sync.WaitGroup
	w := &watchers{stop: func() {
		cancel()
		reading.Wait()
	}}
	free := make(chan struct{}, opened)
	err = each(ctx, n, func(opening context.Context, i int) error {
		free <- struct{}{}
		defer func() { <-free }()
		c, err := subscribe(opening, url, 1+i%contacts, after)
		if err == nil {
			reading.Go(func() { w.read(ctx, c) })
		}
		return err
	})
	if err != nil {
		w.stop()
		return nil, err
	}
	return w, nil
}

// endOfLog is the cursor behind which nothing has happened yet.
func endOfLog(ctx context.Context, url string) (string, error) {
	c := newConn(url, 0)
	defer c.close()
	var data struct {
		ContactChanges struct {
			LastCursor string `json:"lastCursor"`
		} `json:"contactChanges"`
	}
	_, err := ask(ctx, c, `{ contactChanges(first: 0) { lastCursor } }`, nil, &data)
	return data.ContactChanges.LastCursor, err
}

func subscribe(ctx context.Context, url string, contact int, after string) (*websocket.Conn, error) {
	c, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(url, "http")+"/graphql", &websocket.DialOptions{ //nolint:bodyclose // it is the connection's
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
		return nil, errors.Join(fmt.Errorf("the server did not welcome the connection: %s", ack.Type), err)
	}
	return c, nil
}

// read counts the changes that come, until ctx ends.
func (w *watchers) read(ctx context.Context, c *websocket.Conn) {
	defer c.CloseNow() //nolint:errcheck // nobody waits for it
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
			w.came.Add(1)
		case "ping":
			if wsjson.Write(ctx, c, frame{Type: "pong"}) != nil {
				return
			}
		}
	}
}
