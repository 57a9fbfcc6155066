package graphqlhttp

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"contactgraph/internal/safego"

	"github.com/99designs/gqlgen/graphql"
	"github.com/coder/websocket"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Codes with which connections are closed. Those from 4400 are defined by the protocol.
const (
	closeTryAgain     websocket.StatusCode = websocket.StatusTryAgainLater
	closeInvalid      websocket.StatusCode = 4400
	closeUnauthorized websocket.StatusCode = 4401
	closeForbidden    websocket.StatusCode = 4403
	closeProtocol     websocket.StatusCode = 4406
	closeInitTimeout  websocket.StatusCode = 4408
	closeSameID       websocket.StatusCode = 4409
	closeInitTwice    websocket.StatusCode = 4429
)

// closeError is an error that closes the connection with a code.
type closeError struct {
	code   websocket.StatusCode
	reason string
}

// Error returns the reason.
func (e closeError) Error() string { return e.reason }

var (
	errInvalidMessage = closeError{closeInvalid, "Invalid message"}
	errNotInitialized = closeError{closeUnauthorized, "Unauthorized"}
	errForbidden      = closeError{closeForbidden, "Forbidden"}
	errTryAgain       = closeError{closeTryAgain, "Try again later"}
	errInitTimeout    = closeError{closeInitTimeout, "Connection initialisation timeout"}
	errSameID         = closeError{closeSameID, "Subscriber already exists"}
	errInitTwice      = closeError{closeInitTwice, "Too many initialisation requests"}
	errProtocol       = closeError{closeProtocol, "Subprotocol not acceptable"}

	errTooManyConnections = closeError{closeTryAgain, "Too many connections: close one, or try again later"}
	errAnonymous          = closeError{closeUnauthorized, "Connections without credentials are closed after some minutes: sign in, then connect again"}
)

// message is a message of the protocol.
type message struct {
	ID      string          `json:"id"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload"`
}

// connection is an open WebSocket.
type connection struct {
	Execution

	conn         *websocket.Conn
	raw          net.Conn // that conn uses
	exec         graphql.GraphExecutor
	onConnect    OnConnect
	callers      *Callers
	address      string        // of the client
	caller       caller        // after the handshake
	timeout      time.Duration // of each message that is sent
	isCutOff     atomic.Bool   // the client did not read, and the observer knows
	lastReceived atomic.Int64  // time of the client's last message, in Unix seconds

	mu      sync.Mutex
	running map[string]*operation // by id
	pinger  *time.Timer
}

// operation is a running operation.
type operation struct{ stop context.CancelFunc }

const (
	// MaxRunning is how many operations can run at the same time on one connection.
	MaxRunning = 100
	// maxID is the maximum length of an operation's id in bytes, because each of its messages
	// repeats it.
	maxID = 255
)

// serve runs the connection until it ends. It releases the context of the handshake as soon as
// onConnect has returned.
func (c *connection) serve(ctx context.Context) {
	defer c.conn.CloseNow() //nolint:errcheck // the connection has ended
	connected, err := c.handshake(ctx)
	if err == nil {
		err = c.run(connected)
	}
	if e, ok := errors.AsType[closeError](err); ok {
		c.close(e)
	}
}

// close closes the connection with a code. The library would wait for the client for 5 seconds, and
// then for as long again.
func (c *connection) close(e closeError) {
	timer := time.AfterFunc(closeTimeout, func() { _ = c.raw.Close() })
	defer timer.Stop()
	_ = c.conn.Close(e.code, e.reason) // fails only if the client has gone away
}

// run runs the connection of a client that is authenticated, within the limits of its caller.
func (c *connection) run(ctx context.Context) error {
	c.caller = c.callers.caller(ctx, c.address)
	if !c.caller.connect() {
		return errTooManyConnections
	}
	defer c.caller.disconnect()
	if c.caller.anonymous {
		defer time.AfterFunc(c.callers.limits.AnonymousLifetime, func() { c.close(errAnonymous) }).Stop()
	}
	if err := c.send("", "connection_ack", nil); err != nil {
		return err
	}
	return c.readLoop(ctx)
}

// readLoop handles the client's messages until the connection ends.
func (c *connection) readLoop(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // stops all operations
	c.lastReceived.Store(time.Now().Unix())
	c.mu.Lock()
	c.pinger = time.AfterFunc(wsPingInterval, c.ping)
	c.mu.Unlock()
	defer c.pinger.Stop()
	for {
		m, err := c.receive(ctx)
		if err != nil {
			return err
		}
		c.lastReceived.Store(time.Now().Unix())
		if err := c.handle(ctx, m); err != nil {
			return err
		}
	}
}

// ping sends a ping and schedules the next one. It disconnects a client that has not sent anything
// for two intervals.
func (c *connection) ping() {
	silent := time.Since(time.Unix(c.lastReceived.Load(), 0))
	if silent > 2*wsPingInterval || c.send("", "ping", nil) != nil {
		_ = c.conn.CloseNow()
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pinger.Reset(wsPingInterval)
}

// handshake waits for connection_init, authenticates the client, and returns the context of its
// operations.
func (c *connection) handshake(ctx context.Context) (context.Context, error) {
	late := time.AfterFunc(initTimeout, func() { c.close(errInitTimeout) })
	m, err := c.receive(ctx)
	late.Stop()
	switch {
	case err != nil:
		return nil, err
	case m.Type == "subscribe":
		return nil, errNotInitialized
	case m.Type != "connection_init":
		return nil, errInvalidMessage
	}
	header, err := initHeader(m.Payload)
	if err != nil {
		return nil, err
	}
	connected, err := safego.Run(func() (context.Context, error) { return c.onConnect(ctx, header) })
	switch {
	case errors.Is(err, ErrTryAgain):
		return nil, errTryAgain
	case err != nil:
		return nil, errForbidden
	}
	return connected, nil
}

// initHeader returns the headers in the payload of connection_init: its members that are texts, and
// those of its member "headers", in which clients for Hasura send them.
func initHeader(payload json.RawMessage) (http.Header, error) {
	var members map[string]any
	if len(payload) > 0 && json.Unmarshal(payload, &members) != nil {
		return nil, errInvalidMessage
	}
	nested, _ := members["headers"].(map[string]any)
	header := http.Header{}
	for _, all := range []map[string]any{nested, members} { // the latter take precedence
		for name, value := range all {
			if text, _ := value.(string); text != "" {
				header.Set(name, text)
			}
		}
	}
	return header, nil
}

// receive reads the next message.
func (c *connection) receive(ctx context.Context) (m message, err error) {
	kind, text, err := c.conn.Read(ctx)
	if err != nil {
		return m, err
	}
	if kind != websocket.MessageText || json.Unmarshal(text, &m) != nil {
		return m, errInvalidMessage
	}
	return m, nil
}

// handle handles a message after the handshake.
func (c *connection) handle(ctx context.Context, m message) error {
	switch m.Type {
	case "subscribe":
		return c.subscribe(ctx, m)
	case "complete":
		c.mu.Lock()
		defer c.mu.Unlock()
		if op := c.running[m.ID]; op != nil {
			op.stop()
			delete(c.running, m.ID) // the client can use the id again
		}
		return nil
	case "ping":
		return c.send("", "pong", m.Payload)
	case "pong":
		return nil
	case "connection_init":
		return errInitTwice
	}
	return errInvalidMessage
}

// subscribe starts an operation. If too many are running it sends an error before it returns, so
// that a client which does not receive these errors cannot send more.
func (c *connection) subscribe(ctx context.Context, m message) error {
	if m.ID == "" || len(m.ID) > maxID {
		return errInvalidMessage
	}
	ctx, stop := context.WithCancel(ctx)
	op := &operation{stop}
	c.mu.Lock()
	_, runs := c.running[m.ID]
	tooMany := len(c.running) >= MaxRunning
	begun := !runs && !tooMany && c.caller.begin()
	if begun {
		c.running[m.ID] = op
	}
	c.mu.Unlock()
	switch {
	case begun:
		go c.runOperation(ctx, op, m.ID, m.Payload)
		return nil
	case runs:
		stop()
		return errSameID
	case tooMany:
		stop()
		return c.sendErrors(m.ID, badUserInput("Too many operations are running on this connection."))
	}
	stop()
	return c.sendErrors(m.ID, errTooManyOperations.errors())
}

// runOperation runs an operation until it ends, and then sends complete or error, unless the client
// has completed the operation itself.
func (c *connection) runOperation(ctx context.Context, op *operation, id string, payload []byte) {
	defer c.caller.end()
	defer op.stop()
	begin := time.Now()
	permit, errs := c.execute(ctx, id, payload)
	c.ended(permit, begin, errs)
	c.mu.Lock()
	if c.running[id] == op {
		delete(c.running, id)
	}
	c.mu.Unlock()
	switch {
	case ctx.Err() != nil:
	case len(errs) > 0:
		_ = c.sendErrors(id, errs) // fails only if the client has gone away
	default:
		_ = c.send(id, "complete", nil) // the same
	}
}

// sendErrors ends an operation with errors.
func (c *connection) sendErrors(id string, errs gqlerror.List) error {
	text, err := json.Marshal(errs)
	if err != nil {
		return err
	}
	return c.send(id, "error", text)
}

// execute sends the responses of an operation. It returns its permit, nil if there is none, and why
// the operation could not run or was ended.
func (c *connection) execute(ctx context.Context, id string, payload []byte) (permit *Permit, errs gqlerror.List) {
	effects := &sideEffects{}
	ctx = graphql.StartOperationTrace(withSideEffects(ctx, effects))
	start := graphql.Now()
	params, reqErr := parseBody(payload)
	if reqErr == nil && len(params.Query) > MaxQuery {
		reqErr = errQueryTooLarge
	}
	if reqErr != nil {
		return nil, reqErr.errors()
	}
	params.ReadTime = graphql.TraceTiming{Start: start, End: graphql.Now()}
	var op *graphql.OperationContext
	defer func() {
		if p := recover(); p != nil {
			errs = panicErrors(ctx, op, p)
		}
	}()
	permit, rejected := c.acquire(ctx, params)
	if rejected != nil {
		return permit, gqlerror.List{rejected}
	}
	defer permit.Release()
	op, errs = safego.Run(func() (*graphql.OperationContext, gqlerror.List) {
		return c.exec.CreateOperationContext(ctx, &params.RawParams)
	})
	if len(errs) > 0 {
		return permit, c.exec.DispatchError(graphql.WithOperationContext(ctx, op), translate(op, params, errs)).Errors
	}
	running := c.start(ctx, c.exec, op, permit)
	defer running.stop()
	if errs := running.failure(); errs != nil {
		return permit, errs
	}
	stopped, err := running.each(func(resp *graphql.Response, _ string) error { return c.next(id, resp) })
	switch {
	case err != nil:
		return permit, nil // the client has gone away
	case stopped != nil:
		return permit, stopped.errors()
	}
	if err := effects.streamEnd(); err != nil {
		return permit, gqlerror.List{err}
	}
	return permit, nil
}

// panicErrors returns the error for a panic of an operation, and passes the panic to the server's
// RecoverFunc, which the operation knows.
func panicErrors(ctx context.Context, op *graphql.OperationContext, p any) gqlerror.List {
	if op == nil {
		return coded(CodeInternal, "An internal error has occurred.")
	}
	return gqlerror.List{graphql.DefaultErrorPresenter(ctx, op.Recover(ctx, p))}
}

// next sends a response.
func (c *connection) next(id string, resp *graphql.Response) error {
	body := getBuffer()
	defer putBuffer(body)
	if err := encode(body, resp); err != nil {
		return err
	}
	return c.send(id, "next", body.Bytes())
}

// send sends a message. If the client does not receive it in time, the connection is closed.
func (c *connection) send(id, kind string, payload []byte) error {
	text := getBuffer()
	defer putBuffer(text)
	text.WriteString(`{"type":"` + kind + `"`)
	if id != "" {
		text.WriteByte(',')
		if err := encodeMember(text, "id", id); err != nil {
			return err
		}
	}
	if len(payload) > 0 {
		text.WriteString(`,"payload":`)
		text.Write(payload)
	}
	text.WriteByte('}')
	ctx, cancel := context.WithTimeout(context.Background(), c.timeout)
	defer cancel()
	err := c.conn.Write(ctx, websocket.MessageText, text.Bytes())
	if err != nil && ctx.Err() != nil && !c.isCutOff.Swap(true) {
		c.cutOff(ctx.Err())
	}
	return err
}
