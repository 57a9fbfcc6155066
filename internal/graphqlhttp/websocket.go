package graphqlhttp

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler/transport"
)

const (
	// initTimeout is how long a client may take to introduce itself.
	initTimeout = 10 * time.Second
	// wsPingInterval is how often the server asks whether the client is still
	// there; one that does not answer for twice as long is cut off.
	wsPingInterval = 25 * time.Second
	// closeForbidden is what the protocol has for a client that is refused.
	closeForbidden = 4403
)

// Greeter says in which context the operations of a WebSocket run, whose client
// has introduced itself by the headers that it could not send: browsers let
// pages set none. If it fails, the connection is closed with 4403.
type Greeter func(ctx context.Context, introduction http.Header) (context.Context, error)

// WebSocket answers the handshakes of WebSockets, by the protocol
// graphql-transport-ws of
// https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md. It is
// gqlgen's, with limits. Pages of another origin are refused.
func WebSocket(greet Greeter) graphql.Transport {
	return webSocket{transport.Websocket{
		Implementation:   accept{},
		InitTimeout:      initTimeout,
		PingPongInterval: wsPingInterval,
		PayloadReadLimit: new(int64(DefaultMaxBody)),
		InitFunc: func(ctx context.Context, payload transport.InitPayload) (context.Context, *transport.InitPayload, error) {
			introduction := http.Header{}
			for name, value := range payload {
				if text, ok := value.(string); ok {
					introduction.Set(name, text)
				}
			}
			ctx, err := greet(ctx, introduction)
			if err != nil {
				ctx = transport.AppendCloseReason(transport.WithWebsocketCloseCode(ctx, closeForbidden), "Forbidden")
			}
			return ctx, nil, err
		},
	}}
}

type webSocket struct{ transport.Websocket }

// Supports tells whether the request is a handshake. gqlgen takes any other
// upgrade for one, too.
func (webSocket) Supports(r *http.Request) bool {
	return strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}

// accept takes connections that cut off who does not read.
type accept struct {
	transport.CoderWebsocketImplementation
}

func (a accept) Accept(w http.ResponseWriter, r *http.Request, o transport.WebsocketAcceptOptions) (transport.WebsocketConn, error) {
	conn, err := a.CoderWebsocketImplementation.Accept(w, r, o)
	if err != nil {
		return nil, err
	}
	return timed{conn}, nil
}

// timed is a connection on which nothing is sent for longer than SendTimeout.
type timed struct{ transport.WebsocketConn }

func (c timed) WriteJSON(v any) error {
	cut := time.AfterFunc(SendTimeout, func() { _ = c.Close() })
	defer cut.Stop()
	return c.WebsocketConn.WriteJSON(v)
}

// SetReadLimit bounds what is read.
func (c timed) SetReadLimit(limit int64) {
	if conn, ok := c.WebsocketConn.(transport.WebsocketReadLimiter); ok {
		conn.SetReadLimit(limit)
	}
}

// SetReadDeadline bounds how long is waited for the client.
func (c timed) SetReadDeadline(t time.Time) error {
	if conn, ok := c.WebsocketConn.(transport.WebsocketReadDeadliner); ok {
		return conn.SetReadDeadline(t)
	}
	return nil
}
