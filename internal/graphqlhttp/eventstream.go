package graphqlhttp

import (
	"cmp"
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// pingInterval is how long a stream of events may be silent, before the server
// says that it is still there.
const pingInterval = 15 * time.Second

// EventStream answers requests that prefer text/event-stream to JSON, by the
// distinct connections mode of
// https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md: it reads and
// refuses as Transport does, and sends every answer of the document as an event.
//
// gqlgen has such a transport, but it reads bodies without a limit, repeats them
// in its log, and waits for ever for a client that does not read.
type EventStream struct {
	Transport

	SendTimeout time.Duration // zero means DefaultSendTimeout
}

var _ graphql.Transport = EventStream{}

// Supports tells whether the request asks for a stream of events.
func (EventStream) Supports(r *http.Request) bool {
	return negotiate(r.Header["Accept"], answerOrStream) == eventStreamType
}

// Do answers the request.
func (t EventStream) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	out := newReply(w, responseType)
	if refused := admit(r, eventStreamType); refused != nil {
		out.refuse(refused)
		return
	}
	params, refused := t.read(w, r)
	if refused != nil {
		out.refuse(refused)
		return
	}
	ctx, cancel := context.WithCancel(withStreamEnd(r.Context()))
	defer cancel()
	op, errs := exec.CreateOperationContext(ctx, params)
	switch {
	case len(errs) > 0:
		errs = translate(op, errs)
	case r.Method == http.MethodGet && op.Operation.Operation == ast.Mutation:
		out.refuse(errMutationByGet)
		return
	default:
		errs = refuseDefer(op)
	}
	if len(errs) > 0 {
		out.send(exec.DispatchError(graphql.WithOperationContext(ctx, op), errs))
		return
	}
	e := &events{w: w, control: http.NewResponseController(w), timeout: cmp.Or(t.SendTimeout, DefaultSendTimeout)}
	w.Header().Set("Content-Type", eventStreamType)
	w.Header().Set("X-Accel-Buffering", "no") // a proxy would keep back what is short
	if e.write([]byte(silence)) != nil {      // it tells the client that the stream has begun
		return
	}
	var pinging sync.WaitGroup
	pinging.Go(func() { e.ping(ctx, cancel) })
	defer pinging.Wait()
	defer cancel()
	responses, running := exec.DispatchOperation(ctx, op)
	for resp := responses(running); resp != nil; resp = responses(running) {
		if e.event(resp) != nil {
			return // nobody is there
		}
	}
	if err := streamEnd(ctx); err != nil {
		_ = e.event(&graphql.Response{Errors: gqlerror.List{err}})
	}
	_ = e.write([]byte(complete))
}

// events is a stream that is being written.
type events struct {
	mu      sync.Mutex
	w       http.ResponseWriter
	control *http.ResponseController
	timeout time.Duration // of each write
}

// Parts of a stream of events.
const (
	silence  = ":\n\n" // a comment
	begin    = "event: next\ndata: "
	end      = "\n\n"
	complete = "event: complete\ndata: \n\n"
)

// ping says from time to time that the server is still there, until ctx ends; it gives up if the client is not.
func (e *events) ping(ctx context.Context, giveUp func()) {
	ticker := time.NewTicker(pingInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			if e.write([]byte(silence)) != nil {
				giveUp()
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// event writes an answer: its JSON has no line breaks.
func (e *events) event(resp *graphql.Response) error {
	body := borrow()
	defer giveBack(body)
	if err := encode(body, resp); err != nil {
		return err
	}
	return e.write([]byte(begin), body.Bytes(), []byte(end))
}

func (e *events) write(parts ...[]byte) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.control.SetWriteDeadline(time.Now().Add(e.timeout)); err != nil {
		return err
	}
	for _, part := range parts {
		if _, err := e.w.Write(part); err != nil {
			return err
		}
	}
	return e.control.Flush()
}
