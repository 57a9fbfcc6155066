package graphqlhttp

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/coder/websocket"
)

const (
	// initTimeout is how long a client may take to introduce itself.
	initTimeout = 10 * time.Second
	// wsPingInterval is how often the server asks whether the client is still
	// there; one that sends nothing for twice as long is cut off.
	wsPingInterval = 25 * time.Second
	// protocol is the only one that is spoken.
	protocol = "graphql-transport-ws"
)

// ErrTryAgain is the error of a Greeter that cannot tell for now.
var ErrTryAgain = errors.New("try again later")

// Greeter says in which context the operations of a WebSocket run, whose client
// has introduced itself by the headers that it could not send: browsers let
// pages set none. ctx is that of the handshake; what is returned should hold no
// more of it than is needed, because connections last long. If it fails, the
// connection is closed: with 1013 if that is ErrTryAgain, else with 4403.
type Greeter func(ctx context.Context, introduction http.Header) (context.Context, error)

// WebSocket answers the handshakes of WebSockets, by the protocol
// graphql-transport-ws of
// https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md. Pages of
// another origin are refused. Who does not take what is sent for sendTimeout is
// cut off; zero means DefaultSendTimeout.
//
// gqlgen has such a transport, but it lets the id of a running operation be
// given to another, has no codes for clients that break the protocol, and holds
// five goroutines and the call stack of the handshake for a connection on which
// nothing happens.
func WebSocket(greet Greeter, sendTimeout time.Duration) graphql.Transport {
	return webSocket{greet: greet, timeout: cmp.Or(sendTimeout, DefaultSendTimeout)}
}

type webSocket struct {
	greet   Greeter
	timeout time.Duration
}

// Supports tells whether the request is a handshake.
func (webSocket) Supports(r *http.Request) bool {
	return strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}

// Do answers the handshake. The connection then has a goroutine of its own:
// what has called Do is many calls deep, and need not wait.
func (t webSocket) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	conn, err := websocket.Accept(lean{w}, r, &websocket.AcceptOptions{Subprotocols: []string{protocol}})
	if err != nil {
		return // it has been answered
	}
	if conn.Subprotocol() != protocol {
		_ = conn.Close(closeProtocol, "Subprotocol not acceptable")
		return
	}
	conn.SetReadLimit(DefaultMaxBody)
	s := &socket{conn: conn, exec: exec, greet: t.greet, timeout: t.timeout, running: map[string]*operation{}}
	go s.serve(context.WithoutCancel(r.Context()))
}

// leanBuffer is how many bytes are kept for each direction of a connection. net/http keeps 4096, which thousands of connections on
// which nothing happens do not need.
const leanBuffer = 512

// lean hands over a connection with small buffers.
type lean struct{ http.ResponseWriter }

// Unwrap gives http.ResponseController what is behind.
func (l lean) Unwrap() http.ResponseWriter { return l.ResponseWriter }

// Hijack takes over the connection, with what has been read of it already.
func (l lean) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := http.NewResponseController(l.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	early, err := buffered.Peek(buffered.Reader.Buffered())
	if err != nil {
		return nil, nil, errors.Join(err, conn.Close())
	}
	rest := io.MultiReader(bytes.NewReader(bytes.Clone(early)), conn)
	reader := bufio.NewReaderSize(rest, max(leanBuffer, len(early)))
	if _, err := reader.Peek(len(early)); err != nil { // who takes the reader asks it for what it has read already
		return nil, nil, errors.Join(err, conn.Close())
	}
	return conn, bufio.NewReadWriter(reader, bufio.NewWriterSize(conn, leanBuffer)), nil
}
