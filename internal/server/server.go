// Package server puts the doors behind one address: the routes on one page, what every request goes through, the limits of a
// connection, health, and how serving ends. Who may do what is for the doors to say.
package server

import (
	"context"
	"log/slog"
	"net/http"
	"sync/atomic"

	"contactgraph/web"
)

// REST is the door of the documented REST APIs.
type REST interface {
	GetContact(w http.ResponseWriter, r *http.Request)
	PutContact(w http.ResponseWriter, r *http.Request)
	GetChanges(w http.ResponseWriter, r *http.Request)
	// MethodNotAllowed answers an address of the REST API for any method but those.
	MethodNotAllowed(allow ...string) http.HandlerFunc
	// NoRoute answers an address that the API does not have.
	NoRoute(w http.ResponseWriter, r *http.Request)
	// OpenAPI answers with the document that describes all of them.
	OpenAPI(w http.ResponseWriter, r *http.Request)
	CustInfo(w http.ResponseWriter, r *http.Request)
	Login(w http.ResponseWriter, r *http.Request)
}

// Config is what a server needs.
type Config struct {
	GraphQL http.Handler
	SDL     func() string // the schema of GraphQL
	REST    REST
	Site    *web.Site                   // the pages for people
	Stop    func()                      // ends the streams, which would never end by themselves, and returns when they have
	Ping    func(context.Context) error // reports whether the database answers
	// Ready returns why the server cannot do its work yet, in words for whoever asks /readyz; nil if it can.
	Ready func(context.Context) error
	Log   *slog.Logger
}

// Server answers requests. It is an http.Handler, and serves a listener.
type Server struct {
	Config

	handler  http.Handler
	stopping atomic.Bool
}

// New returns a server that is ready to Serve.
func New(c Config) *Server {
	s := &Server{Config: c}
	mux := http.NewServeMux()
	for _, r := range routes {
		mux.HandleFunc(r.pattern(), func(w http.ResponseWriter, q *http.Request) { r.handle(s, w, q) })
	}
	s.handler = requestID(securityHeaders(s.logAccess(s.recoverPanic(foldLegacy(mux)))))
	return s
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }
