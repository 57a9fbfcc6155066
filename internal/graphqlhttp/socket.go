package graphqlhttp

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"contactgraph/internal/aside"

	"github.com/99designs/gqlgen/graphql"
	"github.com/coder/websocket"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Codes that a connection is closed with.
const (
	closeTryAgain     websocket.StatusCode = websocket.StatusTryAgainLater
	closeInvalid      websocket.StatusCode = 4400 // this and what follows are of the protocol
	closeUnauthorized websocket.StatusCode = 4401
	closeForbidden    websocket.StatusCode = 4403
	closeProtocol     websocket.StatusCode = 4406
	closeInitTimeout  websocket.StatusCode = 4408
	closeSameID       websocket.StatusCode = 4409
	closeInitTwice    websocket.StatusCode = 4429
)

// closure ends a connection.
type closure struct {
	code   websocket.StatusCode
	reason string
}

// Error says why.
func (c closure) Error() string { return c.reason }

var (
	errInvalidMessage = closure{closeInvalid, "Invalid message"}
	errNotGreeted     = closure{closeUnauthorized, "Unauthorized"}
	errForbidden      = closure{closeForbidden, "Forbidden"}
	errUnsure         = closure{closeTryAgain, "Try again later"}
	errInitTimeout    = closure{closeInitTimeout, "Connection initialisation timeout"}
	errSameID         = closure{closeSameID, "Subscriber already exists"}
	errInitTwice      = closure{closeInitTwice, "Too many initialisation requests"}
)

// message is one of the protocol.
type message struct {
	ID      string          `json:"id"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload"`
}

// socket is a connection.
type socket struct {
	conn    *websocket.Conn
	exec    graphql.GraphExecutor
	greet   Greeter
	timeout time.Duration
	heard   atomic.Int64 // when the client sent something, in Unix seconds

	mu      sync.Mutex
	running map[string]*operation // by id
	pinger  *time.Timer
}

// operation is one that runs.
type operation struct{ stop context.CancelFunc }

const (
	// MaxRunning bounds the operations that run at the same time on one
	// connection.
	MaxRunning = 100
	// maxID bounds the id of an operation, which each of its messages repeats.
	maxID = 255
)

// serve answers the client until the connection ends. Of the handshake's context it keeps nothing beyond the greeting.
func (s *socket) serve(handshake context.Context) {
	defer s.conn.CloseNow() //nolint:errcheck // it is at its end
	ctx, err := s.welcome(handshake)
	if err == nil {
		err = s.converse(ctx)
	}
	if c, ok := errors.AsType[closure](err); ok {
		_ = s.conn.Close(c.code, c.reason)
	}
}

// converse does what the client asks for.
func (s *socket) converse(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // which ends all operations
	s.heard.Store(time.Now().Unix())
	s.mu.Lock()
	s.pinger = time.AfterFunc(wsPingInterval, s.ping)
	s.mu.Unlock()
	defer s.pinger.Stop()
	for {
		m, err := s.receive(ctx)
		if err != nil {
			return err
		}
		s.heard.Store(time.Now().Unix())
		if err := s.handle(ctx, m); err != nil {
			return err
		}
	}
}

// ping asks from time to time whether the client is still there, and cuts it off if it has not been heard of.
func (s *socket) ping() {
	silent := time.Since(time.Unix(s.heard.Load(), 0))
	if silent > 2*wsPingInterval || s.send("", "ping", nil) != nil {
		_ = s.conn.CloseNow()
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pinger.Reset(wsPingInterval)
}

// welcome waits for the client's introduction, and returns the context of its operations.
func (s *socket) welcome(ctx context.Context) (context.Context, error) {
	late := time.AfterFunc(initTimeout, func() { _ = s.conn.Close(errInitTimeout.code, errInitTimeout.reason) })
	m, err := s.receive(ctx)
	late.Stop()
	switch {
	case err != nil:
		return nil, err
	case m.Type == "subscribe":
		return nil, errNotGreeted
	case m.Type != "connection_init":
		return nil, errInvalidMessage
	}
	introduction := http.Header{}
	var payload map[string]any
	if len(m.Payload) > 0 && json.Unmarshal(m.Payload, &payload) != nil {
		return nil, errInvalidMessage
	}
	for name, value := range payload {
		if text, ok := value.(string); ok {
			introduction.Set(name, text)
		}
	}
	greeted, err := aside.Run(func() (context.Context, error) { return s.greet(ctx, introduction) })
	switch {
	case errors.Is(err, ErrTryAgain):
		return nil, errUnsure
	case err != nil:
		return nil, errForbidden
	}
	return greeted, s.send("", "connection_ack", nil)
}

// receive reads the next message.
func (s *socket) receive(ctx context.Context) (m message, err error) {
	kind, text, err := s.conn.Read(ctx)
	if err != nil {
		return m, err
	}
	if kind != websocket.MessageText || json.Unmarshal(text, &m) != nil {
		return m, errInvalidMessage
	}
	return m, nil
}

// handle does what a message of a greeted client asks for.
func (s *socket) handle(ctx context.Context, m message) error {
	switch m.Type {
	case "subscribe":
		return s.subscribe(ctx, m)
	case "complete":
		s.mu.Lock()
		defer s.mu.Unlock()
		if op := s.running[m.ID]; op != nil {
			op.stop()
			delete(s.running, m.ID) // the client may use the id again
		}
		return nil
	case "ping":
		return s.send("", "pong", m.Payload)
	case "pong":
		return nil
	case "connection_init":
		return errInitTwice
	}
	return errInvalidMessage
}

// subscribe begins an operation. While too many run nothing more is read of a
// client that does not take what it is told about that.
func (s *socket) subscribe(ctx context.Context, m message) error {
	if m.ID == "" || len(m.ID) > maxID {
		return errInvalidMessage
	}
	ctx, stop := context.WithCancel(withStreamEnd(ctx))
	op := &operation{stop}
	s.mu.Lock()
	_, runs := s.running[m.ID]
	tooMany := len(s.running) >= MaxRunning
	if !runs && !tooMany {
		s.running[m.ID] = op
	}
	s.mu.Unlock()
	switch {
	case runs:
		stop()
		return errSameID
	case tooMany:
		stop()
		return s.refuse(m.ID, badUserInput("Too many operations run on this connection."))
	}
	go s.run(ctx, op, m.ID, m.Payload)
	return nil
}

// run answers an operation until it ends, and says then that it has. A client that has completed it is told nothing more.
func (s *socket) run(ctx context.Context, op *operation, id string, payload []byte) {
	defer op.stop()
	errs := s.answer(ctx, id, payload)
	s.mu.Lock()
	if s.running[id] == op {
		delete(s.running, id)
	}
	s.mu.Unlock()
	switch {
	case ctx.Err() != nil:
	case len(errs) > 0:
		_ = s.refuse(id, errs) // nobody is there to be told
	default:
		_ = s.send(id, "complete", nil) // the same
	}
}

// refuse ends an operation with errors.
func (s *socket) refuse(id string, errs gqlerror.List) error {
	text, err := json.Marshal(errs)
	if err != nil {
		return err
	}
	return s.send(id, "error", text)
}

// answer sends the answers of an operation, and returns why it cannot run or had to end.
func (s *socket) answer(ctx context.Context, id string, payload []byte) (errs gqlerror.List) {
	ctx = graphql.StartOperationTrace(ctx)
	start := graphql.Now()
	params, refused := parseBody(payload)
	if refused == nil && len(params.Query) > MaxQuery {
		refused = errQueryTooLarge
	}
	if refused != nil {
		return refused.errors()
	}
	params.ReadTime = graphql.TraceTiming{Start: start, End: graphql.Now()}
	var op *graphql.OperationContext
	defer func() {
		if p := recover(); p != nil {
			errs = panicked(ctx, op, p)
		}
	}()
	op, errs = aside.Run(func() (*graphql.OperationContext, gqlerror.List) { return s.exec.CreateOperationContext(ctx, params) })
	if len(errs) > 0 {
		return s.exec.DispatchError(graphql.WithOperationContext(ctx, op), translate(op, errs)).Errors
	}
	if errs := refuseDefer(op); len(errs) > 0 {
		return errs
	}
	responses, running := aside.Run(func() (graphql.ResponseHandler, context.Context) { return s.exec.DispatchOperation(ctx, op) })
	for resp := responses(running); resp != nil; resp = responses(running) {
		if err := s.next(id, resp); err != nil {
			return nil
		}
	}
	if err := streamEnd(ctx); err != nil {
		return gqlerror.List{err}
	}
	return nil
}

// panicked is the error of an operation that has panicked. Who made the server
// is told by its RecoverFunc, which an operation knows.
func panicked(ctx context.Context, op *graphql.OperationContext, p any) gqlerror.List {
	if op == nil {
		return coded(CodeInternal, "An internal error has occurred.")
	}
	return gqlerror.List{graphql.DefaultErrorPresenter(ctx, op.Recover(ctx, p))}
}

// next sends an answer.
func (s *socket) next(id string, resp *graphql.Response) error {
	body := borrow()
	defer giveBack(body)
	if err := encode(body, resp); err != nil {
		return err
	}
	return s.send(id, "next", body.Bytes())
}

// send sends a message. The connection is cut if the client does not take it in time.
func (s *socket) send(id, kind string, payload []byte) error {
	text := borrow()
	defer giveBack(text)
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
	ctx, cancel := context.WithTimeout(context.Background(), s.timeout)
	defer cancel()
	return s.conn.Write(ctx, websocket.MessageText, text.Bytes())
}
