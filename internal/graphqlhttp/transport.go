package graphqlhttp

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Transport handles all requests except those for a stream: POST and GET execute a document,
// OPTIONS returns these two methods, and any other method is rejected with 405.
type Transport struct {
	Execution

	MaxBody int64 // in bytes; zero means DefaultMaxBody
}

var _ graphql.Transport = Transport{}

// Install adds t to srv, and the streams for requests that ask for a stream. It also sets the limit
// of tokens per document, because gqlgen has none by default.
//
// The order matters, because gqlgen uses the first transport that supports a request. t comes
// first: gqlgen's stream transports accept any request with an Upgrade header (curl --http2 sends
// one with ordinary requests) or that mentions text/event-stream (urql lists it last, after JSON).
// A request for a stream that no transport supports comes back to t, because gqlgen would respond
// in plain text.
func Install(srv *handler.Server, t Transport, streams ...graphql.Transport) {
	srv.SetParserTokenLimit(ParserTokenLimit)
	srv.AddTransport(t)
	for _, stream := range streams {
		srv.AddTransport(stream)
	}
	srv.AddTransport(fallback{t})
}

// fallback is a Transport for requests that no other transport supports.
type fallback struct{ Transport }

// Supports returns true.
func (fallback) Supports(*http.Request) bool { return true }

// Supports reports whether the request asks for a single response: it is neither a WebSocket
// handshake nor does it prefer text/event-stream to JSON.
func (Transport) Supports(r *http.Request) bool {
	return !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") &&
		negotiate(r.Header["Accept"], offersWithStream) != eventStreamType
}

// Do handles the request.
func (t Transport) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	if r.Method == http.MethodOptions {
		w.Header().Set("Allow", allowedMethods)
		w.WriteHeader(http.StatusNoContent)
		return
	}
	begin := time.Now()
	mediaType := negotiate(r.Header["Accept"], offers)
	// Set the headers first, so that gqlgen's response to a panic has them too.
	out := newResponseWriter(w, mediaType)
	reject := func(permit *Permit, reqErr *requestError) {
		t.ended(permit, begin, reqErr.errors())
		out.sendError(reqErr)
	}
	if reqErr := t.precheck(r, mediaType); reqErr != nil {
		reject(nil, reqErr)
		return
	}
	params, reqErr := t.read(w, r)
	if reqErr != nil {
		reject(nil, reqErr)
		return
	}
	ctx := withSideEffects(r.Context(), &sideEffects{header: w.Header()})
	resp, permit, reqErr := t.execute(ctx, r.Method, exec, params)
	if reqErr != nil {
		reject(permit, reqErr)
		return
	}
	release, reqErr := permit.hold(resp)
	defer release()
	if reqErr != nil {
		reject(permit, reqErr)
		return
	}
	t.ended(permit, begin, resp.Errors)
	out.send(resp)
}

// precheck rejects requests by their method and headers, before anything else is read.
func (t Transport) precheck(r *http.Request, mediaType string) *requestError {
	switch {
	case r.Method != http.MethodPost && r.Method != http.MethodGet:
		return errMethod
	case mediaType == "":
		return errNotAcceptable
	}
	return t.checkOrigin(r)
}

// execute runs the document. If the document cannot run, the response has the reason. It releases
// the permit.
func (t Transport) execute(
	ctx context.Context, method string, exec graphql.GraphExecutor, params *Request,
) (*graphql.Response, *Permit, *requestError) {
	permit, rejected := t.acquire(ctx, params)
	if rejected != nil {
		return permit.report(&graphql.Response{Errors: gqlerror.List{rejected}}), permit, nil
	}
	defer permit.Release()
	op, errs, reqErr := prepare(ctx, method, exec, params)
	if reqErr == nil && len(errs) == 0 {
		errs = rejectStream(op)
	}
	switch {
	case reqErr != nil:
		return nil, permit, reqErr
	case len(errs) > 0:
		return permit.report(exec.DispatchError(graphql.WithOperationContext(ctx, op), errs)), permit, nil
	}
	permit.operation = op.Operation.Operation
	ctx, cancel := t.withTimeout(ctx, op)
	defer cancel()
	ctx, span := beginSpan(ctx, op)
	responses, running := exec.DispatchOperation(ctx, op)
	resp := responses(running)
	endSpan(span, resp)
	if stopped := permit.incomplete(ctx, op, resp); stopped != nil {
		return nil, permit, stopped
	}
	return permit.report(resp), permit, nil
}

// prepare parses and validates the document. If it cannot run, prepare returns either a request
// error or GraphQL errors.
func prepare(
	ctx context.Context, method string, exec graphql.GraphExecutor, params *Request,
) (*graphql.OperationContext, gqlerror.List, *requestError) {
	op, errs := exec.CreateOperationContext(ctx, &params.RawParams)
	switch {
	case len(errs) > 0:
		return op, translate(op, params, errs), nil
	case method == http.MethodGet && op.Operation.Operation == ast.Mutation:
		return op, nil, errMutationByGet
	}
	return op, nil, nil
}
