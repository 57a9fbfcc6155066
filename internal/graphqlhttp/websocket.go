package graphqlhttp

import (
	"cmp"
	"context"
	"errors"
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
	// protocol is the only one that is spoken.
	protocol = "graphql-transport-ws"
)

// Codes that a connection is closed with.
const (
	closeTryAgain  = 1013
	closeForbidden = 4403 // this and what follows are of the protocol
	closeProtocol  = 4406
)

// ErrTryAgain is the error of a Greeter that cannot tell for now.
var ErrTryAgain = errors.New("try again later")

// Greeter says in which context the operations of a WebSocket run, whose client
// has introduced itself by the headers that it could not send: browsers let
// pages set none. If it fails, the connection is closed: with 1013 if that is
// ErrTryAgain, else with 4403.
type Greeter func(ctx context.Context, introduction http.Header) (context.Context, error)

// WebSocket answers the handshakes of WebSockets, by the protocol
// graphql-transport-ws of
// https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md. It is
// gqlgen's, with limits. Pages of another origin are refused. Who does not take
// what is sent for sendTimeout is cut off; zero means DefaultSendTimeout.
func WebSocket(greet Greeter, sendTimeout time.Duration) graphql.Transport {
	return webSocket{transport.Websocket{
		Implementation:   accept{timeout: cmp.Or(sendTimeout, DefaultSendTimeout)},
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
			switch {
			case errors.Is(err, ErrTryAgain):
				ctx = transport.AppendCloseReason(transport.WithWebsocketCloseCode(ctx, closeTryAgain), "Try again later")
			case err != nil:
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

	timeout time.Duration
}

func (a accept) Accept(w http.ResponseWriter, r *http.Request, o transport.WebsocketAcceptOptions) (transport.WebsocketConn, error) {
	o.Subprotocols = []string{protocol}
	conn, err := a.CoderWebsocketImplementation.Accept(w, r, o)
	if err != nil { // which has been answered
		return refused{}, nil //nolint:nilerr // gqlgen would answer once more, and log what the client has sent
	}
	if conn.Subprotocol() != protocol { // gqlgen would go on with an older one
		_ = conn.WriteClose(closeProtocol, "Subprotocol not acceptable")
		return refused{}, nil
	}
	return timed{conn, a.timeout}, nil
}

// refused stands for a connection that there is none of any more. gqlgen gives
// up on what it reads of it.
type refused struct{ transport.WebsocketConn }

func (refused) Subprotocol() string { return "none" }

func (refused) WriteClose(int, string) error { return nil }

// timed is a connection on which nothing is sent for longer than a time.
type timed struct {
	transport.WebsocketConn

	timeout time.Duration
}

func (c timed) WriteJSON(v any) error {
	cut := time.AfterFunc(c.timeout, func() { _ = c.Close() })
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
