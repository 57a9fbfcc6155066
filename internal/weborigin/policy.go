package weborigin

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/jub0bs/cors"
)

// Any stands for all origins.
const Any = "*"

// Policy has the origins whose pages may call the APIs. The policy nil allows none but the server's
// own.
type Policy struct {
	any        bool
	protection http.CrossOriginProtection // trusts the allowed origins
	cors       cors.Middleware
}

// NewPolicy returns a policy that allows the origins, or all if one of them is Any. It fails if a
// text is not an origin.
func NewPolicy(allowed []string) (*Policy, error) {
	if len(allowed) == 0 {
		return nil, nil
	}
	p, config := &Policy{}, sharing
	for _, text := range allowed {
		if strings.TrimSpace(text) == Any {
			p.any = true
			config.Origins = append(config.Origins, Any)
			continue
		}
		origin, err := Parse(text)
		if err != nil {
			return nil, fmt.Errorf("%q %w", text, err)
		}
		if err := p.protection.AddTrustedOrigin(origin); err != nil {
			return nil, fmt.Errorf("%q cannot be allowed: %w", text, err)
		}
		config.Origins = append(config.Origins, origin)
	}
	if err := p.cors.Reconfigure(&config); err != nil {
		return nil, err
	}
	p.cors.SetDebug(true) // otherwise a browser could not tell developers which header is not allowed
	return p, nil
}

// sharing is what pages of allowed origins may send and read. It has no credentials: for a browser,
// these are cookies, and no page of another origin may use them.
//
// Requests from public pages to a server in a private network need no header of their own: the
// browser asks its user.
var sharing = cors.Config{
	Methods: []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete},
	RequestHeaders: []string{
		"Accept", "Authorization", "Content-Type", "Idempotency-Key", "If-None-Match", "Last-Event-ID", "X-ApiKey", "X-Request-ID",
		// What Apollo's clients send.
		"Apollo-Require-Preflight", "ApolloGraphQL-Client-Name", "ApolloGraphQL-Client-Version", "X-Apollo-Operation-Name",
	},
	ResponseHeaders: []string{
		"Allow", "ETag", "Idempotency-Replayed", "Retry-After", "WWW-Authenticate", "X-Conflict", "X-Request-ID", "X-Updated",
	},
	MaxAgeInSeconds: 2 * 60 * 60, // the longest that Chromium allows
}

// Methods returns the methods that pages of allowed origins can use.
func Methods() []string { return slices.Clone(sharing.Methods) }

// SentHeaders returns the headers that pages of allowed origins can send.
func SentHeaders() []string { return slices.Clone(sharing.RequestHeaders) }

// ReadHeaders returns the headers of responses that pages of allowed origins can read.
func ReadHeaders() []string { return slices.Clone(sharing.ResponseHeaders) }

// AllowsAny reports whether all origins are allowed.
func (p *Policy) AllowsAny() bool { return p != nil && p.any }

// Accepts reports whether r may call the APIs: a program, a page of the server, or one whose origin
// is allowed.
func (p *Policy) Accepts(r *http.Request) bool {
	if p == nil {
		return !Foreign(r)
	}
	return p.any && r.Header.Get(Header) != "" || !rejects(&p.protection, r)
}

// Share returns a handler that lets pages of the allowed origins send requests to h and read its
// responses.
func (p *Policy) Share(h http.Handler) http.Handler {
	if p == nil {
		return h
	}
	return varying(p.cors.Wrap(varying(h)))
}

// varying tells caches that a response depends on the origin. The library does so only where its
// own headers depend on it, and then adds to what is there; but with Any, too, a cookie is used or
// not, and an API key accepted or not.
func varying(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Vary", Header)
		h.ServeHTTP(w, r)
	})
}
