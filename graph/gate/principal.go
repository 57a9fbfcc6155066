package gate

import (
	"cmp"
	"context"
	"errors"
	"net/http"

	"contactgraph/graph/apierror"
	"contactgraph/internal/auth"
	"contactgraph/internal/authz"
	"contactgraph/internal/graphqlhttp"
	"contactgraph/internal/limiter"
	"contactgraph/internal/viewer"
	"contactgraph/internal/weborigin"

	"github.com/vektah/gqlparser/v2/gqlerror"
)

// principal is the authenticated sender of a request or connection. It is kept in the context, next
// to the viewer, so that a long connection can be authenticated again.
type principal struct {
	auth    *auth.Service
	request *http.Request
	viewer  viewer.Viewer
	known   bool
	err     error          // why the credentials were rejected
	socket  bool           // a WebSocket, which can outlast its credentials
	caller  limiter.Caller // to whom the cost of the request is charged
}

// rejection returns the error of a request whose credentials were rejected or could not be checked,
// nil for any other.
func (p *principal) rejection() *gqlerror.Error {
	switch {
	case errors.Is(p.err, auth.ErrCredentials):
		return apierror.New(apierror.CodeUnauthenticated, "The credentials are unknown or have expired.")
	case isRateError(p.err):
		return waitError(p.err)
	case p.err != nil:
		return apierror.New(apierror.Fault(p.err))
	}
	return nil
}

func isRateError(err error) bool {
	_, ok := errors.AsType[*limiter.RateError](err)
	return ok
}

// OriginOf returns where the request of the context comes from.
func OriginOf(ctx context.Context) auth.Origin { return auth.OriginOf(principalOf(ctx).request) }

type principalKey struct{}

func principalOf(ctx context.Context) *principal {
	c, _ := ctx.Value(principalKey{}).(*principal)
	return c
}

// Identify authenticates the request and returns its context with its principal and viewer.
func Identify(a *auth.Service, r *http.Request) context.Context {
	p, ctx := &principal{auth: a, request: r}, r.Context()
	if p.viewer, p.known, p.err = a.Authenticate(r); p.known {
		ctx = viewer.NewContext(ctx, p.viewer)
	}
	p.caller = limiter.CallerOf(p.viewer, limiter.Address(r))
	return context.WithValue(ctx, principalKey{}, p)
}

// OnConnect authenticates a WebSocket by the headers of the handshake and those of the
// connection_init message, which take precedence.
func (g Gate) OnConnect(ctx context.Context, init http.Header) (context.Context, error) {
	c := principalOf(ctx)
	r := &http.Request{Host: c.request.Host, Header: http.Header{}}               // nothing else of the request is kept for the life of the connection
	for _, name := range []string{"Cookie", weborigin.Header, "Sec-Fetch-Site"} { // which browsers send in the handshake only
		if values := c.request.Header.Values(name); len(values) > 0 {
			r.Header[name] = values
		}
	}
	for _, name := range []string{auth.KeyHeader, "Authorization"} {
		if value := cmp.Or(init.Get(name), c.request.Header.Get(name)); value != "" {
			r.Header.Set(name, value)
		}
	}
	r.RemoteAddr = c.request.RemoteAddr
	ctx = Identify(c.auth, r) // r has no context: that of the handshake would keep the whole request alive
	c = principalOf(ctx)
	c.socket = true
	if c.err != nil && !errors.Is(c.err, auth.ErrCredentials) && !isRateError(c.err) {
		g.Log.ErrorContext(ctx, "the credentials could not be checked", "error", c.err)
		return ctx, graphqlhttp.ErrTryAgain
	}
	return ctx, c.err
}

// Caller returns what identifies the caller by its credentials, as for the cost of its requests. It
// returns "" for an anonymous caller.
func Caller(ctx context.Context) string {
	who := principalOf(ctx).caller
	if who.Class == limiter.Anonymous {
		return ""
	}
	return who.String()
}

// Reauthenticate fails with authz.ErrUnauthenticated if the credentials of a stream have expired or
// now name another viewer. While the database is unavailable, they stay valid.
func Reauthenticate(ctx context.Context) error {
	return principalOf(ctx).check(ctx, principalOf(ctx).auth.Reauthenticate)
}

// check fails as Reauthenticate does, by what authenticate returns.
func (p *principal) check(ctx context.Context, authenticate func(*http.Request) (viewer.Viewer, bool, error)) error {
	v, ok, err := authenticate(p.request.WithContext(ctx))
	if errors.Is(err, auth.ErrCredentials) || isRateError(err) || err == nil && (ok != p.known || v != p.viewer) {
		return authz.ErrUnauthenticated
	}
	return nil
}
