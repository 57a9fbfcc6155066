// Package graphqlhttp serves GraphQL over HTTP: one request, one answer, by
// POST and GET, as https://graphql.github.io/graphql-over-http/draft/ has it.
//
// It takes the place of gqlgen's own POST and GET transports, which read bodies
// without a limit, repeat a malformed body in the error, and answer several
// cases with other statuses than the specification asks for. No error of this
// package repeats a value that the client sent, because it may be a password.
//
// Requests for a stream (a WebSocket, Server-Sent Events) are left to the
// transports made for them.
package graphqlhttp

import (
	"context"
	"net/http"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/vektah/gqlparser/v2/ast"
)

// Transport answers requests of every method but those for a stream: POST and
// GET run a document, OPTIONS names these two, the rest is refused with 405.
type Transport struct {
	MaxBody int64 // in bytes; zero means DefaultMaxBody
}

var _ graphql.Transport = Transport{}

// Install makes srv answer over HTTP by t, and by streams what asks for a
// stream. It sets the parser's token limit, which gqlgen leaves open.
//
// The order matters, as gqlgen takes the first transport that supports a
// request. t comes first: the stock stream transports claim whatever has an
// Upgrade header (curl --http2 sends one with plain requests) or mentions
// text/event-stream (urql lists it last, behind JSON). A stream that no
// transport of streams serves comes back to t, so that gqlgen never answers by
// itself, in plain text.
func Install(srv *handler.Server, t Transport, streams ...graphql.Transport) {
	srv.SetParserTokenLimit(ParserTokenLimit)
	srv.AddTransport(t)
	for _, stream := range streams {
		srv.AddTransport(stream)
	}
	srv.AddTransport(lastResort{t})
}

// lastResort is a Transport that supports what no other one does.
type lastResort struct{ Transport }

// Supports is always true.
func (lastResort) Supports(*http.Request) bool { return true }

// Supports tells whether the request asks for one answer. It does unless it is
// a WebSocket's handshake or prefers text/event-stream to JSON.
func (Transport) Supports(r *http.Request) bool {
	return !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") &&
		negotiate(r.Header["Accept"], answerOrStream) != eventStreamType
}

// Do answers the request.
func (t Transport) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	if r.Method == http.MethodOptions {
		w.Header().Set("Allow", allowedMethods)
		w.WriteHeader(http.StatusNoContent)
		return
	}
	mediaType := negotiate(r.Header["Accept"], answers)
	// The headers come first, for gqlgen's answer to a panic to have them too.
	out := newReply(w, mediaType)
	if refused := admit(r, mediaType); refused != nil {
		out.refuse(refused)
		return
	}
	params, refused := t.read(w, r)
	if refused != nil {
		out.refuse(refused)
		return
	}
	resp, refused := run(r.WithContext(withHeader(r.Context(), w.Header())), exec, params)
	if refused != nil {
		out.refuse(refused)
		return
	}
	out.send(resp)
}

type headerKey struct{}

func withHeader(ctx context.Context, h http.Header) context.Context {
	return context.WithValue(ctx, headerKey{}, h)
}

// Header is that of the answer, for operations that run one after the other to
// add to. It is nil where the answer has begun before the operation runs, as on
// a WebSocket and in a stream of events.
func Header(ctx context.Context) http.Header {
	h, _ := ctx.Value(headerKey{}).(http.Header)
	return h
}

// admit checks what can be told before anything is read.
func admit(r *http.Request, mediaType string) *refusal {
	switch {
	case r.Method != http.MethodPost && r.Method != http.MethodGet:
		return errMethod
	case mediaType == "":
		return errNotAcceptable
	case forged(r):
		return errForged
	}
	return nil
}

// run executes the document. Where the document cannot run, the response says
// why.
func run(r *http.Request, exec graphql.GraphExecutor, params *graphql.RawParams) (*graphql.Response, *refusal) {
	ctx := r.Context()
	op, errs := exec.CreateOperationContext(ctx, params)
	switch {
	case len(errs) > 0:
		errs = translate(op, errs)
	case r.Method == http.MethodGet && op.Operation.Operation == ast.Mutation:
		return nil, errMutationByGet
	default:
		errs = refuseStream(op)
	}

	var resp *graphql.Response
	if len(errs) > 0 {
		resp = exec.DispatchError(graphql.WithOperationContext(ctx, op), errs)
	} else {
		responses, ctx := exec.DispatchOperation(ctx, op)
		resp = responses(ctx)
	}
	if resp == nil { // gqlgen's answer when the context is done
		return nil, errEnded
	}
	return resp, nil
}
