package graphqlhttp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	"contactgraph/internal/safego"
	"contactgraph/internal/weborigin"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Limiter decides whether and when a request is executed.
type Limiter interface {
	// Acquire sets the Query of a request that only identifies its document, and waits until the
	// request can run. It is called before the document is parsed, because validating one can cost
	// as much as executing it. The permit is not nil even if the request is rejected.
	Acquire(ctx context.Context, params *Request) (*Permit, *gqlerror.Error)
}

// Execution is how a transport executes operations. The zero Execution runs every request
// immediately, without a timeout, except those from pages of other origins.
type Execution struct {
	Limiter Limiter
	Timeout time.Duration // of an operation other than a subscription; 0 for none
	Origins *weborigin.Policy
	// Observer learns how operations end; nil for none.
	Observer Observer
}

// Observer learns how operations end, to measure them. Its methods are called by many goroutines at
// the same time.
type Observer interface {
	// Ended reports an operation that has ended: its type, "" if it could not begin, and how long
	// it took.
	Ended(operation ast.Operation, took time.Duration)
	// Failed reports the code of an error in a response.
	Failed(code string)
	// CutOff reports that a stream was ended because its client did not read.
	CutOff()
}

// ended reports an operation and its errors to the observer. permit is nil if there is none.
func (e Execution) ended(permit *Permit, begin time.Time, errs gqlerror.List) {
	if e.Observer == nil {
		return
	}
	operation := ast.Operation("")
	if permit != nil {
		operation = permit.operation
	}
	e.Observer.Ended(operation, time.Since(begin))
	e.failed(errs)
}

// failed reports errors to the observer.
func (e Execution) failed(errs gqlerror.List) {
	if e.Observer == nil {
		return
	}
	for _, err := range errs {
		code, _ := err.Extensions["code"].(string)
		e.Observer.Failed(code)
	}
}

// cutOff reports to the observer that a stream has ended, if err is that of a client that did not
// read in time.
func (e Execution) cutOff(err error) {
	if e.Observer != nil && (errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded)) {
		e.Observer.CutOff()
	}
}

// acquire waits for the permit of a request.
func (e Execution) acquire(ctx context.Context, params *Request) (permit *Permit, rejected *gqlerror.Error) {
	permit = &Permit{}
	if e.Limiter != nil {
		permit, rejected = e.Limiter.Acquire(ctx, params)
	}
	if permit.Release == nil {
		permit.Release = func() {}
	}
	return permit, rejected
}

// withTimeout returns the context in which an operation is executed. Subscriptions have no timeout.
func (e Execution) withTimeout(ctx context.Context, op *graphql.OperationContext) (context.Context, context.CancelFunc) {
	if e.Timeout == 0 || op.Operation.Operation == ast.Subscription {
		return ctx, func() {}
	}
	return context.WithTimeoutCause(ctx, e.Timeout, errDeadline)
}

// streamed is an operation of a stream that was started.
type streamed struct {
	permit       *Permit
	effects      *sideEffects
	subscription bool
	stop         func() // must be called at the end
	next         func() *graphql.Response
	incomplete   func(*graphql.Response) *requestError // as that of Permit
	timedOut     func() bool
	failed       func(gqlerror.List) // reports the errors of a response
}

// start starts an operation of a stream. ctx has its side effects.
func (e Execution) start(ctx context.Context, exec graphql.GraphExecutor, op *graphql.OperationContext, permit *Permit) *streamed {
	limited, stop := e.withTimeout(ctx, op)
	limited, span := beginSpan(limited, op)
	responses, running := safego.Run(func() (graphql.ResponseHandler, context.Context) { return exec.DispatchOperation(limited, op) })
	if op.Operation.Operation == ast.Subscription {
		permit.Release() // it lasts long, and waits most of the time
		permit.Cost = nil
	}
	permit.operation = op.Operation.Operation
	return &streamed{
		permit: permit, effects: sideEffectsOf(ctx), subscription: op.Operation.Operation == ast.Subscription, stop: stop,
		next: func() *graphql.Response {
			resp := responses(running)
			endSpan(span, resp)
			return resp
		},
		incomplete: func(resp *graphql.Response) *requestError { return permit.incomplete(limited, op, resp) },
		timedOut:   func() bool { return timedOut(limited) },
		failed:     e.failed,
	}
}

// failure returns the errors of a subscription whose resolver has failed, so that there is no
// stream; otherwise nil.
func (s *streamed) failure() gqlerror.List {
	if !s.subscription || s.effects.hasStream() {
		return nil
	}
	resp := s.next()
	if stopped := s.incomplete(resp); stopped != nil {
		return stopped.errors()
	}
	return resp.Errors
}

// each calls next with each response and the id of its event, until there are no more. It returns
// why the operation was stopped, nil if it was not, or the error of next.
func (s *streamed) each(next func(resp *graphql.Response, id string) error) (stopped *requestError, err error) {
	sent := false
	for resp := s.next(); resp != nil; resp = s.next() {
		s.permit.Release()
		if stopped := s.incomplete(resp); stopped != nil {
			return stopped, nil
		}
		sent = true
		s.failed(resp.Errors)
		id := s.effects.nextID()
		stopped, err := s.permit.send(resp, func(resp *graphql.Response) error { return next(resp, id) })
		if stopped != nil || err != nil {
			return stopped, err
		}
	}
	if !sent && s.timedOut() {
		return s.incomplete(nil), nil
	}
	return nil, nil
}

// incomplete returns why the response of an operation is not sent, nil if it is complete. gqlgen
// returns nil if the context is done. What a query has read then is incomplete, but what a mutation
// returns is its outcome.
func (p *Permit) incomplete(ctx context.Context, op *graphql.OperationContext, resp *graphql.Response) *requestError {
	if resp == nil || timedOut(ctx) && p.operation != ast.Mutation {
		return ended(ctx, op)
	}
	return nil
}

// timedOut reports whether the context of an operation has ended because it takes too long.
func timedOut(ctx context.Context) bool { return errors.Is(context.Cause(ctx), errDeadline) }

// Permit is the permission to execute a request.
type Permit struct {
	// Release is called when the request has been executed, possibly several times. Nil does
	// nothing.
	Release func()
	// Hold reserves memory for a response of so many bytes, and ok is false if there is too little.
	// release is called when the response has been sent. Nil reserves nothing.
	Hold func(bytes int) (release func(), ok bool)
	// Cost is what extensionCost of the response reports; nil reports nothing.
	Cost Cost

	operation ast.Operation // "" if none has begun
}

// Cost is a JSON value. It encodes itself, because every response contains it.
type Cost interface {
	json.Marshaler
	// AppendJSON appends the value to b.
	AppendJSON(b []byte) []byte
}

// send calls next with a response, and reserves memory for it meanwhile.
func (p *Permit) send(resp *graphql.Response, next func(*graphql.Response) error) (*requestError, error) {
	release, refused := p.hold(resp)
	defer release()
	if refused != nil {
		return refused, nil
	}
	return nil, next(p.report(resp))
}

// hold reserves memory for a response. The response to a mutation is always sent, because its
// client has to learn the outcome.
func (p *Permit) hold(resp *graphql.Response) (release func(), refused *requestError) {
	if p.Hold == nil {
		return func() {}, nil
	}
	release, ok := p.Hold(len(resp.Data))
	if !ok && p.operation != ast.Mutation {
		return release, errUnread
	}
	return release, nil
}

// extensionCost is the key of the response extension that reports what a request costs.
const extensionCost = "cost"

// ExtensionRetryAfter is the key of an error extension with the number of seconds after which the
// client can send the request again. The response then has the header Retry-After.
const ExtensionRetryAfter = "retryAfter"

// report adds the cost to a response.
func (p *Permit) report(resp *graphql.Response) *graphql.Response {
	if p.Cost == nil || resp == nil {
		return resp
	}
	if resp.Extensions == nil {
		resp.Extensions = map[string]any{}
	}
	resp.Extensions[extensionCost] = p.Cost
	return resp
}

// errDeadline is the cause of a context that ends because the request takes too long.
var errDeadline = fmt.Errorf("the request takes too long: %w", context.DeadlineExceeded)

// ended returns the error of an operation that was stopped before its response was complete.
func ended(ctx context.Context, op *graphql.OperationContext) *requestError {
	switch {
	case !timedOut(ctx):
		return errEnded
	case op.Operation.Operation == ast.Mutation:
		return errMutationTimeout
	}
	return errTimedOut
}

// The errors of operations that were stopped, or whose response cannot be sent.
var (
	errEnded = &requestError{status: http.StatusServiceUnavailable, code: CodeInternal,
		message: "The request was canceled before the response was complete."}
	errTimedOut = unavailable(CodeUnavailable,
		"The request took too long and was stopped. Request less, or try again later.")
	errMutationTimeout = unavailable(CodeOutcomeUnknown,
		"The request took too long and was stopped. It is unknown which mutations took effect. "+
			"It is safe to try again with the same expectedVersion or the same Idempotency-Key.")
	errUnread = unavailable(CodeUnavailable,
		"The response is not sent, because too many responses wait for clients to read them. Try again later.")
)
