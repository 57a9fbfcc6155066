package server

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/otel/trace"
)

// requestIDHeader carries the id of a request, in the request and in the response.
const requestIDHeader = "X-Request-ID"

// requestIDPattern matches the ids that are accepted from a client or proxy: random letters, but
// nothing like an email address.
var requestIDPattern = regexp.MustCompile(`^[A-Za-z0-9_-]{8,64}$`)

type requestIDKey struct{}

// requestID gives every request an id: the client's own if it is well-formed, otherwise a random
// one. The response contains it and, through LogHandler, every log record about the request.
func requestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get(requestIDHeader)
		if !requestIDPattern.MatchString(id) {
			id = rand.Text()
		}
		w.Header().Set(requestIDHeader, id)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestIDKey{}, id)))
	})
}

// strictTransport makes browsers use only HTTPS for a year.
const strictTransport = "max-age=31536000"

// defaultHeaders are the headers of every response. Their names are canonical, and responses share
// the values, so that none is allocated for each response.
var defaultHeaders = []struct {
	name  string
	value []string
}{
	{"Cross-Origin-Resource-Policy", []string{"same-origin"}},
	{"Cross-Origin-Opener-Policy", []string{"same-origin"}},
	{"Permissions-Policy", []string{"camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"}},
	{"X-Content-Type-Options", []string{"nosniff"}},
	{"Referrer-Policy", []string{"no-referrer"}},
	{"Cache-Control", []string{"no-store"}}, // responses contain personal data
	{"Content-Security-Policy", []string{
		"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; form-action 'none'; base-uri 'none'",
	}},
}

// securityHeaders sets headers on every response. A handler may replace them.
func (s *Server) securityHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		if s.HTTPS {
			h.Set("Strict-Transport-Security", strictTransport)
		}
		for _, header := range defaultHeaders {
			h[header.name] = header.value
		}
		next.ServeHTTP(w, r)
	})
}

// logAccess logs each request after the response. URLs can contain secrets, so it logs the route
// instead, and the method only if it is a known one.
func (s *Server) logAccess(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		response := &response{ResponseWriter: w}
		if s.Tracing.Provider != nil {
			var span trace.Span
			r, span = beginSpan(s.Tracing, r)
			defer func() { endSpan(span, answered(r, response, time.Since(start))) }()
		}
		defer func() {
			if s.Observe != nil {
				s.Observe(answered(r, response, time.Since(start)))
			}
			s.Log.LogAttrs(r.Context(), slog.LevelInfo, "request",
				slog.String("method", method(r)), slog.String("route", r.Pattern), slog.Int("status", response.status()),
				slog.Int64("bytes", response.bytes), slog.Duration("duration", time.Since(start)))
		}()
		next.ServeHTTP(response, r)
	})
}

// Answered is a request with its response, in words of which there are few, and without what a
// client has chosen.
type Answered struct {
	Method string // a known one, otherwise other
	Route  string // the pattern of its path, "" for an unknown path
	Status int
	Took   time.Duration
	Stream bool // the response was an event stream, which lasts as long as its client wants
}

func answered(r *http.Request, response *response, took time.Duration) Answered {
	return Answered{
		Method: method(r), Route: routePath(r.Pattern), Status: response.status(), Took: took,
		Stream: strings.HasPrefix(response.Header().Get("Content-Type"), "text/event-stream"),
	}
}

// routePath returns the path of a pattern of http.ServeMux, without a slash at its end.
func routePath(pattern string) string {
	_, path, hasMethod := strings.Cut(pattern, " ")
	if !hasMethod {
		path = pattern
	}
	if exact, ok := strings.CutSuffix(path, "/{$}"); ok && exact != "" {
		return exact
	}
	return strings.TrimSuffix(path, "{$}")
}

var methods = []string{
	http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions,
	http.MethodConnect, http.MethodTrace,
}

func method(r *http.Request) string {
	if slices.Contains(methods, r.Method) {
		return r.Method
	}
	return "other"
}

// recoverPanic answers a request whose handler panics with a plain 500. If part of the response has
// been sent, it aborts the connection, so that the client does not take that part for the whole.
func (s *Server) recoverPanic(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if p == http.ErrAbortHandler { //nolint:errorlint,err113 // the value of a panic, not a returned error
				panic(p)
			}
			s.Log.ErrorContext(r.Context(), "request handler panicked",
				slog.Any("panic", p), slog.String("stack", string(debug.Stack())))
			if sent, ok := w.(*response); ok && sent.started() {
				panic(http.ErrAbortHandler)
			}
			http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		}()
		next.ServeHTTP(w, r)
	})
}

// response records the status and counts the bytes of a response.
type response struct {
	http.ResponseWriter

	code  int
	bytes int64
}

var _ http.ResponseWriter = (*response)(nil)

// WriteHeader records the status, unless it is an informational one, which another status follows.
func (r *response) WriteHeader(code int) {
	if r.code == 0 && (code >= http.StatusOK || code == http.StatusSwitchingProtocols) {
		r.code = code
	}
	r.ResponseWriter.WriteHeader(code)
}

func (r *response) Write(b []byte) (int, error) {
	if r.code == 0 {
		r.code = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(b)
	r.bytes += int64(n)
	return n, err
}

// Unwrap gives http.ResponseController access to the connection.
func (r *response) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func (r *response) started() bool { return r.code != 0 }

// status returns the status that the client gets: 200 if the handler sets none.
func (r *response) status() int {
	if r.code == 0 {
		return http.StatusOK
	}
	return r.code
}
