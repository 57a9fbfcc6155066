// Package server serves all APIs and pages on one address. It contains what does not depend on what
// a request asks for: the table of routes, the middleware that every request passes through, the
// limits of a connection, the health endpoints and the shutdown. It does no authentication; each
// API does its own.
//
// Start reading at routes.go, the table of all paths. New lists the middleware in order, and Serve
// runs the server until it is stopped.
package server

import (
	"context"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"contactgraph/internal/netlimit"
	"contactgraph/internal/rest/legacypath"
	"contactgraph/internal/tracing"
	"contactgraph/internal/version"
	"contactgraph/internal/weborigin"
	"contactgraph/web"
)

// SSO has the handlers of sign-ins by an OpenID Connect provider. Package sso implements it.
type SSO interface {
	Start(w http.ResponseWriter, r *http.Request)
	Callback(w http.ResponseWriter, r *http.Request)
}

// Config is what a server needs. All fields but SSO, Origins, DrainDelay, Observe, Tracing and
// Certificate are required.
type Config struct {
	GraphQL http.Handler
	Version version.Info // which /healthz shows
	SDL     string       // the GraphQL schema
	// AuthorizeSchema returns the reason why the sender of a request may not read the GraphQL
	// schema, nil if it may. Its text is public.
	AuthorizeSchema func(*http.Request) error
	REST            func() http.Handler // the REST APIs; is called for each request: see rest.NewStarting
	OpenAPI         []byte              // describes the REST APIs
	SSO             func() SSO          // is called for each request; nil for a server without a provider
	Site            *web.Site           // the console and the pages for developers
	// CloseStreams ends the WebSockets and event streams, which never end by themselves. It returns
	// when they have ended.
	CloseStreams func()
	Ping         func(context.Context) error // fails if the database is unreachable
	// Ready returns an error while the server cannot handle requests. Its text is public: /readyz
	// shows it.
	Ready func(context.Context) error
	// LocalOnly reports whether only requests to this machine are answered, because the
	// credentials of the data are public.
	LocalOnly func() bool
	// Origins are the other origins whose pages may use the APIs; nil for none.
	Origins *weborigin.Policy
	// Limits bound what clients can hold.
	Limits netlimit.Limits
	// DrainDelay is how long the server goes on serving after it was asked to stop, while /readyz
	// answers with 503.
	DrainDelay time.Duration
	// HTTPS is true if browsers connect by HTTPS, whether directly or through a proxy.
	HTTPS bool
	// Observe, if set, is called after each response.
	Observe func(Answered)
	// Tracing is how requests are traced; they are not if it is zero.
	Tracing tracing.Tracing
	// Certificate is nil for a server that speaks HTTP without TLS.
	Certificate *Certificate
	Log         *slog.Logger
}

// Server answers requests. It is an http.Handler, and Serve runs it on a listener.
type Server struct {
	Config

	handler  http.Handler
	sdl      document
	openAPI  document
	guard    *netlimit.Guard
	stopping atomic.Bool
}

// New returns a server that is ready to Serve.
func New(c Config) *Server {
	s := &Server{
		Config: c, guard: netlimit.New(c.Limits, c.Log),
		// No media type is registered for a schema, and browsers show plain text.
		sdl: newDocument("text/plain", []byte(c.SDL)), openAPI: newDocument("application/json", c.OpenAPI),
	}
	mux := http.NewServeMux()
	for _, route := range routes {
		for _, pattern := range route.patterns() {
			mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { route.handle(s, w, r) })
		}
	}
	s.handler = s.guard.Handler(s.announceClose(requestID(s.securityHeaders(s.logAccess(s.recoverPanic(compress(s.localOnly(legacypath.Normalize(s.share(mux))))))))))
	return s
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }
