// Package call has what the calls of both REST APIs need, whatever the shape of their responses:
// the services, credentials, limits, bodies, and writes that are repeated safely. Start reading at
// Calls; the other files have a method or function each for one need.
package call

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
	"contactgraph/internal/dberr"
	"contactgraph/internal/limiter"
)

// Config is what the APIs depend on.
type Config struct {
	*app.Services

	// IServiceAccount returns the account that the iService API signs in to; found is false if
	// there is none.
	IServiceAccount func(context.Context) (id int, found bool, err error)
	// IServiceRegistration lets people register as customers of that account.
	IServiceRegistration bool
	// Limiter decides whether and when an operation runs. The default is limiter.Default.
	Limiter *limiter.Limiter
	// HTTPS is true if browsers connect by HTTPS, whether directly or through a proxy.
	HTTPS bool
	// Timeout is how long an operation can take, 0 for no limit.
	Timeout time.Duration
	// Log receives the server's own failures. The default discards them.
	Log *slog.Logger
}

// Calls runs the calls of an API.
type Calls struct {
	Config

	Starting bool // there is no database yet: every operation fails with ErrStarting
}

// New returns the Calls on top of the services of c.
func New(c Config) *Calls {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Limiter == nil {
		c.Limiter = limiter.Default()
	}
	return &Calls{Config: c}
}

// NewStarting returns the Calls of a server that is preparing its database.
func NewStarting(https bool) *Calls {
	return &Calls{Config: Config{HTTPS: https, Log: slog.New(slog.DiscardHandler)}, Starting: true}
}

// Via returns the service that logs the writes of contacts as made through the API; nil while the
// server is starting.
func (c *Calls) Via(api change.Source) *contact.Service {
	if c.Starting {
		return nil
	}
	return c.Contacts.Via(api)
}

// Handler responds to a request, or returns why it cannot.
type Handler func(http.ResponseWriter, *http.Request) error

// Run calls h with a timeout, and turns a panic into an error, so that a panic too is reported in
// the format of the API.
func (c *Calls) Run(h Handler, w http.ResponseWriter, r *http.Request) (err error) {
	if c.Starting {
		return ErrStarting
	}
	if c.Timeout > 0 {
		ctx, cancel := context.WithTimeout(r.Context(), c.Timeout)
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

// LogFault logs an error that the client cannot fix. If the client has gone away, that is probably
// the cause, and the level is only INFO.
func (c *Calls) LogFault(r *http.Request, err error) {
	level := slog.LevelError
	if errors.Is(r.Context().Err(), context.Canceled) {
		level = slog.LevelInfo
	}
	c.Log.LogAttrs(r.Context(), level, "REST request failed",
		slog.String("method", r.Method), slog.String("route", r.Pattern), slog.Any("error", err))
}

// RetryAfter is how many seconds a client should wait if the database is unavailable. Retrying a
// write with an unknown outcome is safe: with the version that the first attempt expected, it can
// take effect only once.
const RetryAfter = "1"

// Unavailable reports whether a request failed only for the moment: the same one can succeed later.
func Unavailable(err error) bool {
	return errors.Is(err, dberr.ErrUnavailable) || errors.Is(err, dberr.ErrUnknown) || errors.Is(err, limiter.ErrBusy) ||
		errors.Is(err, context.DeadlineExceeded) || errors.Is(err, ErrInterrupted) || errors.Is(err, ErrStarting)
}

// NoStore keeps responses out of every cache, because they contain personal data.
func NoStore(w http.ResponseWriter) { w.Header().Set("Cache-Control", "no-store") }
