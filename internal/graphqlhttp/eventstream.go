package graphqlhttp

import (
	"cmp"
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// pingInterval is how often the server writes to an event stream, so that proxies and clients do
// not take it for dead.
const pingInterval = 15 * time.Second

// EventStream handles requests that prefer text/event-stream to JSON, in the distinct connections
// mode of https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md. It reads and rejects
// requests like Transport, and sends every response of the operation as an event.
//
// gqlgen has such a transport, but it reads bodies without a limit, repeats them in its log, and
// waits without a limit for a client that does not read.
type EventStream struct {
	Transport

	Callers     *Callers
	SendTimeout time.Duration // zero means DefaultSendTimeout
}

var _ graphql.Transport = EventStream{}

// Supports reports whether the request asks for an event stream.
func (EventStream) Supports(r *http.Request) bool {
	return negotiate(r.Header["Accept"], offersWithStream) == eventStreamType
}

// Do handles the request.
func (t EventStream) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	begin := time.Now()
	out := newResponseWriter(w, responseType)
	reject := func(permit *Permit, reqErr *requestError) {
		t.ended(permit, begin, reqErr.errors())
		out.sendError(reqErr)
	}
	if reqErr := t.precheck(r, eventStreamType); reqErr != nil {
		reject(nil, reqErr)
		return
	}
	params, reqErr := t.read(w, r)
	if reqErr != nil {
		reject(nil, reqErr)
		return
	}
	permit, rejected := t.acquire(r.Context(), params)
	fail := func(resp *graphql.Response) {
		t.ended(permit, begin, resp.Errors)
		out.send(resp)
	}
	if rejected != nil {
		fail(permit.report(&graphql.Response{Errors: gqlerror.List{rejected}}))
		return
	}
	defer permit.Release()
	ctx, cancel := context.WithCancel(withSideEffects(r.Context(), &sideEffects{}))
	defer cancel()
	op, errs, reqErr := prepare(ctx, r.Method, exec, params)
	switch {
	case reqErr != nil:
		reject(permit, reqErr)
		return
	case len(errs) > 0:
		fail(permit.report(exec.DispatchError(graphql.WithOperationContext(ctx, op), errs)))
		return
	}
	who := t.Callers.caller(ctx, r.RemoteAddr)
	if !who.begin() {
		reject(permit, errTooManyOperations)
		return
	}
	defer who.end()
	running := t.start(ctx, exec, op, permit)
	defer running.stop()
	if errs := running.failure(); errs != nil { // with a status that ends an EventSource, which would try again otherwise
		fail(&graphql.Response{Errors: errs})
		return
	}
	t.ended(permit, begin, t.stream(ctx, cancel, w, running))
}

// stream writes the responses of an operation as events. It returns why the stream ends.
func (t EventStream) stream(ctx context.Context, cancel func(), w http.ResponseWriter, running *streamed) (reason gqlerror.List) {
	e := &eventWriter{w: w, control: http.NewResponseController(w), timeout: cmp.Or(t.SendTimeout, DefaultSendTimeout), cutOff: t.cutOff}
	w.Header().Set("Content-Type", eventStreamType)
	w.Header().Set("X-Accel-Buffering", "no") // otherwise a proxy would buffer short events
	if e.write([]byte(pingEvent)) != nil {    // shows the client that the stream is open
		return nil
	}
	var pinging sync.WaitGroup
	pinging.Go(func() { e.ping(ctx, cancel) })
	defer pinging.Wait()
	defer cancel()
	stopped, err := running.each(e.next)
	switch {
	case err != nil:
		return nil // the client has gone away
	case stopped != nil:
		reason = stopped.errors()
		_ = e.next(&graphql.Response{Errors: reason}, "")
	}
	if err := running.effects.streamEnd(); err != nil {
		reason = append(reason, err)
		_ = e.next(&graphql.Response{Errors: gqlerror.List{err}}, "")
	}
	_ = e.write([]byte(completeEvent))
	return reason
}

// eventWriter writes an event stream.
type eventWriter struct {
	mu      sync.Mutex
	w       http.ResponseWriter
	control *http.ResponseController
	timeout time.Duration // of each write
	cutOff  func(error)   // is called with the first error
	failed  bool          // a write has failed: the client has gone away, or does not read
}

// Parts of an event stream.
const (
	pingEvent     = ":\n\n" // a comment
	idPrefix      = "id: "
	nextPrefix    = "event: next\ndata: "
	eventEnd      = "\n\n"
	completeEvent = "event: complete\ndata: \n\n"
)

// ping writes a comment at every interval until ctx ends, and calls cancel if the client has gone
// away.
func (e *eventWriter) ping(ctx context.Context, cancel func()) {
	ticker := time.NewTicker(pingInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			if e.write([]byte(pingEvent)) != nil {
				cancel()
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// next writes a response as an event, with the id unless it is empty. Its JSON has no line breaks,
// as the format requires.
func (e *eventWriter) next(resp *graphql.Response, id string) error {
	body := getBuffer()
	defer putBuffer(body)
	if err := encode(body, resp); err != nil {
		return err
	}
	if id != "" {
		id = idPrefix + id + "\n"
	}
	return e.write([]byte(id), []byte(nextPrefix), body.Bytes(), []byte(eventEnd))
}

func (e *eventWriter) write(parts ...[]byte) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	err := e.writeLocked(parts)
	if err != nil && !e.failed {
		e.failed = true
		e.cutOff(err)
	}
	return err
}

func (e *eventWriter) writeLocked(parts [][]byte) error {
	if err := e.control.SetWriteDeadline(time.Now().Add(e.timeout)); err != nil {
		return err
	}
	for _, part := range parts {
		if _, err := e.w.Write(part); err != nil { //nolint:gosec // browsers do not show an event stream as a page
			return err
		}
	}
	return e.control.Flush()
}
