package rest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"contactgraph/ent/change"
	"contactgraph/internal/app"
	"contactgraph/internal/contact"
	"contactgraph/internal/limiter"
)

// Config is what the API depends on.
type Config struct {
	*app.Services

	// IServiceAccount returns the account that the iService API signs in to; found is false if
	// there is none.
	IServiceAccount func(context.Context) (id int, found bool, err error)
	// Limiter decides whether and when an operation runs. The default is limiter.Default.
	Limiter *limiter.Limiter
	// Timeout is how long an operation can take, 0 for no limit.
	Timeout time.Duration
	// Log receives the server's own failures. The default discards them.
	Log *slog.Logger
}

// API has the handlers of both APIs.
type API struct {
	Config

	contacts *contact.Service // logs writes as made through the Contacts API
	details  *contact.Service // logs writes as made through the iService API
	origins  http.CrossOriginProtection
}

// New returns the handlers on top of the services of c.
func New(c Config) *API {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Limiter == nil {
		c.Limiter = limiter.Default()
	}
	return &API{
		Config:   c,
		contacts: c.Contacts.Via(change.SourceREST),
		details:  c.Contacts.Via(change.SourceISERVICE),
	}
}

// Operations names every operation of the two APIs. The tests compare it with the OpenAPI document
// and with the table of access rights.
func Operations() []string {
	names := []string{"GET /api/v1/Contacts/{id}", "PUT /api/v1/Contacts/{id}", "GET /api/v1/Changes"}
	for _, ops := range []operations{custInfoOperations, loginOperations} {
		for _, op := range ops {
			names = append(names, "iService "+op.name)
		}
	}
	return names
}

// handler responds to a request, or returns why it cannot.
type handler func(http.ResponseWriter, *http.Request) error

// call calls h with a timeout, and turns a panic into an error, so that a panic too is reported in
// the format of the API.
func (a *API) call(h handler, w http.ResponseWriter, r *http.Request) (err error) {
	if a.Timeout > 0 {
		ctx, cancel := context.WithTimeout(r.Context(), a.Timeout)
		defer cancel()
		r = r.WithContext(ctx)
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return h(w, r)
}

// logFault logs an error that the client cannot fix. If the client has gone away, that is probably
// the cause, and the level is only INFO.
func (a *API) logFault(r *http.Request, err error) {
	level := slog.LevelError
	if errors.Is(r.Context().Err(), context.Canceled) {
		level = slog.LevelInfo
	}
	a.Log.LogAttrs(r.Context(), level, "REST request failed",
		slog.String("method", r.Method), slog.String("route", r.Pattern), slog.Any("error", err))
}

// noStore keeps responses out of every cache, because they contain personal data.
func noStore(w http.ResponseWriter) { w.Header().Set("Cache-Control", "no-store") }
