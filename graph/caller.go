package graph

import (
	"cmp"
	"context"
	"errors"
	"net/http"

	"contactgraph/internal/auth"
	"contactgraph/internal/authz"
	"contactgraph/internal/graphqlhttp"
	"contactgraph/internal/viewer"

	"github.com/99designs/gqlgen/graphql"
)

// caller is who sent a request, or opened a connection.
type caller struct {
	auth    *auth.Service
	request *http.Request
	viewer  viewer.Viewer
	known   bool
	err     error // why its credentials were not accepted
	socket  bool  // it is a WebSocket, which outlasts credentials
}

type callerKey struct{}

func callerOf(ctx context.Context) *caller {
	c, _ := ctx.Value(callerKey{}).(*caller)
	return c
}

// identify finds out who sent the request, for all that follows in the context.
func identify(ctx context.Context, a *auth.Service, r *http.Request) context.Context {
	c := &caller{auth: a, request: r}
	if c.viewer, c.known, c.err = a.Authenticate(r.WithContext(ctx)); c.known {
		ctx = viewer.NewContext(ctx, c.viewer)
	}
	return context.WithValue(ctx, callerKey{}, c)
}

// greet identifies who opened a WebSocket by the headers of the handshake and those that it has sent behind it, which go first.
func (a admission) greet(ctx context.Context, introduction http.Header) (context.Context, error) {
	c := callerOf(ctx)
	r := &http.Request{Header: http.Header{"Cookie": c.request.Header["Cookie"]}} // a connection keeps no more of it
	for _, name := range []string{auth.KeyHeader, "Authorization"} {
		if value := cmp.Or(introduction.Get(name), c.request.Header.Get(name)); value != "" {
			r.Header.Set(name, value)
		}
	}
	ctx = identify(context.Background(), c.auth, r) // the handshake's context holds the whole request
	c = callerOf(ctx)
	c.socket = true
	if c.err != nil && !errors.Is(c.err, auth.ErrCredentials) {
		a.log.ErrorContext(ctx, "authentication failed", "error", c.err)
		return ctx, graphqlhttp.ErrTryAgain
	}
	return ctx, c.err
}

// stillWelcome fails if the caller's credentials have ended, or name somebody else by now. As long as nobody can tell, they count.
func stillWelcome(ctx context.Context) error {
	c := callerOf(ctx)
	v, ok, err := c.auth.Authenticate(c.request.WithContext(ctx))
	if errors.Is(err, auth.ErrCredentials) || err == nil && (ok != c.known || v != c.viewer) {
		return authz.ErrUnauthenticated
	}
	return nil
}

// InterceptOperation gives each operation acquaintances of its own, and its idempotency keys.
func (admission) InterceptOperation(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	op := graphql.GetOperationContext(ctx)
	op.Stats.SetExtension(peersExtension, &acquaintances{})
	readKeys(op)
	return next(ctx)
}
