package acceptance

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
)

// socket is a WebSocket of the protocol graphql-transport-ws, with one subscription after the other.
type socket struct {
	conn *websocket.Conn
	id   int // of the latest subscription
}

// socketMessage is a message of the protocol.
type socketMessage struct {
	Type    string          `json:"type"`
	ID      string          `json:"id,omitempty"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// openSocket connects and introduces itself by an API key.
func (s *process) openSocket(ctx context.Context, apiKey string) (*socket, error) {
	address := strings.Replace(s.url, "http", "ws", 1) + "/graphql"
	o := &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}}
	conn, _, err := websocket.Dial(ctx, address, o) //nolint:bodyclose // the body is the connection's
	if err != nil {
		return nil, err
	}
	conn.SetReadLimit(1 << 20)
	k := &socket{conn: conn}
	if err := k.send(ctx, "connection_init", "", variables{"X-ApiKey": apiKey}); err != nil {
		conn.CloseNow()
		return nil, err
	}
	return k, nil
}

func (k *socket) send(ctx context.Context, kind, id string, payload variables) error {
	m := socketMessage{Type: kind, ID: id}
	if payload != nil {
		body, err := json.Marshal(payload)
		if err != nil {
			return err
		}
		m.Payload = body
	}
	return wsjson.Write(ctx, k.conn, m)
}

// subscribe begins another subscription.
func (k *socket) subscribe(ctx context.Context, document string, v variables) error {
	k.id++
	return k.send(ctx, "subscribe", strconv.Itoa(k.id), variables{"query": document, "variables": v})
}

// unsubscribe ends the subscription.
func (k *socket) unsubscribe(ctx context.Context) error {
	return k.send(ctx, "complete", strconv.Itoa(k.id), nil)
}

// next is the next answer of the subscription. It fails with errEnded behind the last.
func (k *socket) next(ctx context.Context) (g graphql, err error) {
	for {
		var m socketMessage
		if err := wsjson.Read(ctx, k.conn, &m); err != nil {
			return g, err
		}
		switch {
		case m.Type == "ping":
			err = k.send(ctx, "pong", "", nil)
		case m.ID != strconv.Itoa(k.id): // of one before, or of the connection
		case m.Type == "next":
			return g, json.Unmarshal(m.Payload, &g)
		case m.Type == "error":
			return g, json.Unmarshal(m.Payload, &g.Errors)
		default:
			return g, errEnded
		}
		if err != nil {
			return g, err
		}
	}
}
