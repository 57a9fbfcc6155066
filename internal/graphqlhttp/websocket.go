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
	// initTimeout is how long a client can take to send connection_init.
	initTimeout = 10 * time.Second
	// wsPingInterval is how often the server sends a ping. A client that sends nothing for twice as
	// long is disconnected.
	wsPingInterval = 25 * time.Second
	// closeTimeout is how long a client can take to answer when the server closes the connection.
	closeTimeout = time.Second
	// protocol is the only supported subprotocol.
	protocol = "graphql-transport-ws"
)

// ErrTryAgain is the error that an OnConnect returns if it cannot authenticate the client for the
// moment.
var ErrTryAgain = errors.New("try again later")

// OnConnect authenticates the client of a WebSocket. ctx is the context of the handshake; header
// has the values of the payload of connection_init, because browsers do not let pages set headers
// of the handshake. OnConnect returns the context in which the operations of the connection run. It
// should keep no more of ctx than it needs, because connections last long. If it fails, the
// connection is closed: with 1013 if the error is ErrTryAgain, otherwise with 4403.
type OnConnect func(ctx context.Context, header http.Header) (context.Context, error)

// WebSocket returns a transport for WebSocket handshakes, with the protocol graphql-transport-ws of
// https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md. It rejects pages of other
// origins that are not allowed, and disconnects clients that do not receive a message within
// sendTimeout; zero means DefaultSendTimeout. It executes operations as e says, and callers limits
// how many connections and operations each caller has.
//
// gqlgen has such a transport, but it allows the id of a running operation to be used again, does
// not close connections with the protocol's codes, and keeps five goroutines and the call stack of
// the handshake for an idle connection.
func WebSocket(e Execution, onConnect OnConnect, callers *Callers, sendTimeout time.Duration) graphql.Transport {
	return webSocket{Execution: e, onConnect: onConnect, callers: callers, timeout: cmp.Or(sendTimeout, DefaultSendTimeout)}
}

type webSocket struct {
	Execution

	onConnect OnConnect
	callers   *Callers
	timeout   time.Duration
}

// Supports reports whether the request is a handshake.
func (webSocket) Supports(r *http.Request) bool {
	return strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}

// Do handles the handshake. The connection then runs in a new goroutine, because the stack of the
// one that calls Do is large and can be released.
func (t webSocket) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	if !t.Origins.Accepts(r) {
		newResponseWriter(w, jsonType).sendError(errCrossSite)
		return
	}
	hijacker := &smallBuffers{ResponseWriter: w}
	conn, err := websocket.Accept(hijacker, r, &websocket.AcceptOptions{
		Subprotocols: []string{protocol}, InsecureSkipVerify: true, // its own check of the origin, which knows no Sec-Fetch-Site
	})
	if err != nil {
		return // Accept has sent the response
	}
	c := &connection{
		Execution: t.Execution, conn: conn, raw: hijacker.conn, exec: exec, onConnect: t.onConnect, callers: t.callers, address: r.RemoteAddr,
		timeout: t.timeout, running: map[string]*operation{},
	}
	if conn.Subprotocol() != protocol {
		c.close(errProtocol)
		return
	}
	conn.SetReadLimit(DefaultMaxBody)
	go c.serve(context.WithoutCancel(r.Context()))
}

// bufferSize is the size of the buffer for each direction of a connection, in bytes. net/http uses
// 4096, which would add up to much memory for thousands of idle connections.
const bufferSize = 512

// smallBuffers is a ResponseWriter whose Hijack returns a connection with small buffers.
type smallBuffers struct {
	http.ResponseWriter

	conn net.Conn // after Hijack
}

// Unwrap is for http.ResponseController.
func (s *smallBuffers) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// Hijack takes over the connection, together with what was already read from it.
func (s *smallBuffers) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := http.NewResponseController(s.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	read, err := buffered.Peek(buffered.Reader.Buffered())
	if err != nil {
		return nil, nil, errors.Join(err, conn.Close())
	}
	rest := io.MultiReader(bytes.NewReader(bytes.Clone(read)), conn)
	reader := bufio.NewReaderSize(rest, max(bufferSize, len(read)))
	if _, err := reader.Peek(len(read)); err != nil { // the caller expects these bytes to be buffered
		return nil, nil, errors.Join(err, conn.Close())
	}
	s.conn = conn
	return conn, bufio.NewReadWriter(reader, bufio.NewWriterSize(conn, bufferSize)), nil
}
