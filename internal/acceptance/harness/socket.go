package harness

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
)

// Socket is a WebSocket with the protocol graphql-transport-ws. It has one subscription at a time.
type Socket struct {
	conn *websocket.Conn
	id   int // of the latest subscription
}

// message is a message of the protocol.
type message struct {
	Type    string          `json:"type"`
	ID      string          `json:"id,omitempty"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// OpenSocket connects and sends the API key. The server's acknowledgement is not awaited.
func (s *Server) OpenSocket(ctx context.Context, apiKey string) (*Socket, error) {
	return s.OpenSocketAs(ctx, nil, Variables{"X-ApiKey": apiKey})
}

// OpenSocketAs connects with these headers, and sends these in the first message. The server's
// acknowledgement is not awaited.
func (s *Server) OpenSocketAs(ctx context.Context, handshake Caller, init Variables) (*Socket, error) {
	url := strings.Replace(s.URL, "http", "ws", 1) + "/graphql"
	o := &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: http.Header(handshake)}
	conn, _, err := websocket.Dial(ctx, url, o) //nolint:bodyclose // the body is the connection's
	if err != nil {
		return nil, err
	}
	conn.SetReadLimit(1 << 20)
	k := &Socket{conn: conn}
	if err := k.send(ctx, "connection_init", "", init); err != nil {
		conn.CloseNow()
		return nil, err
	}
	return k, nil
}

func (k *Socket) send(ctx context.Context, kind, id string, payload Variables) error {
	m := message{Type: kind, ID: id}
	if payload != nil {
		body, err := json.Marshal(payload)
		if err != nil {
			return err
		}
		m.Payload = body
	}
	return wsjson.Write(ctx, k.conn, m)
}

// Subscribe starts another subscription.
func (k *Socket) Subscribe(ctx context.Context, document string, v Variables) error {
	k.id++
	return k.send(ctx, "subscribe", strconv.Itoa(k.id), Variables{"query": document, "variables": v})
}

// Unsubscribe ends the subscription.
func (k *Socket) Unsubscribe(ctx context.Context) error {
	return k.send(ctx, "complete", strconv.Itoa(k.id), nil)
}

// Next returns the next result of the subscription, and ErrEnded after the last. It answers pings.
func (k *Socket) Next(ctx context.Context) (r Result, err error) {
	for {
		var m message
		if err := wsjson.Read(ctx, k.conn, &m); err != nil {
			return r, err
		}
		switch {
		case m.Type == "ping":
			err = k.send(ctx, "pong", "", nil)
		case m.ID != strconv.Itoa(k.id): // of an earlier subscription, or of the connection
		case m.Type == "next":
			return r, json.Unmarshal(m.Payload, &r)
		case m.Type == "error":
			return r, json.Unmarshal(m.Payload, &r.Errors)
		default:
			return r, ErrEnded
		}
		if err != nil {
			return r, err
		}
	}
}

// Close closes the connection without a closing handshake.
func (k *Socket) Close() { k.conn.CloseNow() }
