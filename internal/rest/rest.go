// Package rest serves the two documented REST APIs over internal/contact, byte by byte as their clients know them: the
// contacts door (/api/v1/Contacts/{id}) answers as ASP.NET Web API with Json.NET did, the iService door (webapp-api-…)
// always with status 200 and two arrays of errors.
//
// Handlers return errors. Each door turns them into its answers in one place: refuseContact and refuseIService.
package rest

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"

	"contactgraph/ent/change"
	"contactgraph/internal/app"
	"contactgraph/internal/contact"
)

// Config is what the API works with.
type Config struct {
	*app.Services

	// IServiceAccount returns the account that the iService door signs in to; found is false if there is none.
	IServiceAccount func(context.Context) (id int, found bool, err error)
	// SecureCookies says that browsers come by HTTPS, be it through a proxy.
	SecureCookies bool
	// Log is told of faults. The default drops them.
	Log *slog.Logger
}

// API holds the handlers of both doors.
type API struct {
	Config

	contacts *contact.Service // as the contacts door calls it
	details  *contact.Service // as the iService door calls it
	origins  http.CrossOriginProtection
}

// New returns the API over c.
func New(c Config) *API {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &API{
		Config:   c,
		contacts: c.Contacts.Via(change.SourceREST),
		details:  c.Contacts.Via(change.SourceISERVICE),
	}
}

// Operations names everything that the two doors can do, for the table of rights in the tests.
func Operations() []string {
	names := []string{"GET /api/v1/Contacts/{id}", "PUT /api/v1/Contacts/{id}", "GET /api/v1/Changes"}
	for _, ops := range []operations{custInfoOperations, loginOperations} {
		for _, op := range ops {
			names = append(names, "iService "+op.name)
		}
	}
	return names
}

// handler answers a request, or returns why it cannot.
type handler func(http.ResponseWriter, *http.Request) error

// run calls h, and makes an error of its panic, so that this too is answered as the door does.
func run(h handler, w http.ResponseWriter, r *http.Request) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return h(w, r)
}

// logFault tells the operator of an error that no client can mend. One that comes of a client's going away is none.
func (a *API) logFault(r *http.Request, err error) {
	level := slog.LevelError
	if r.Context().Err() != nil {
		level = slog.LevelInfo
	}
	a.Log.LogAttrs(r.Context(), level, "REST request failed",
		slog.String("method", r.Method), slog.String("route", r.Pattern), slog.Any("error", err))
}

// noStore keeps answers, which are about people, out of every cache.
func noStore(w http.ResponseWriter) { w.Header().Set("Cache-Control", "no-store") }
