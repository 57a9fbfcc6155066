package gate

import (
	"context"
	"net/http"

	"contactgraph/internal/auth"
	"contactgraph/internal/graphqlhttp"
	"contactgraph/internal/weborigin"
)

// Cookies sets and clears the session cookie of browsers.
//
// A page of another origin can neither set nor use it. Pages of allowed origins can send requests,
// but Unavailable rejects their sign-ins, and package auth ignores their cookies. Other pages
// cannot even send requests: every operation but a query needs a POST of JSON or a WebSocket, and
// both are rejected.
type Cookies struct{ Auth *auth.Service }

// Unavailable returns why the response to the request cannot set a cookie, "" if it can.
func (Cookies) Unavailable(ctx context.Context) string {
	switch {
	case graphqlhttp.Header(ctx) == nil:
		return "A cookie cannot be set on this transport: sign in with a POST request that accepts JSON."
	case weborigin.Foreign(principalOf(ctx).request):
		return "A cookie cannot be set for a page of another origin: sign in for a token."
	}
	return ""
}

// Set stores the session in the browser, and ends the session whose cookie it replaces.
func (c Cookies) Set(ctx context.Context, s auth.Session) error {
	if err := c.Auth.EndCookieSession(ctx, principalOf(ctx).request); err != nil {
		return err
	}
	send(ctx, c.Auth.Cookie(s.Token, s.ExpiresAt))
	return nil
}

// Clear deletes the cookie from the browser if the request came with it and the response can still
// set headers.
func (c Cookies) Clear(ctx context.Context) {
	if graphqlhttp.Header(ctx) != nil && c.Auth.ByCookie(principalOf(ctx).request) {
		send(ctx, c.Auth.ClearingCookie())
	}
}

// send sets the cookie in the response. If several fields do so, the last one wins, as it does for
// the session: a browser might keep either of two cookies with one name.
func send(ctx context.Context, c *http.Cookie) {
	graphqlhttp.Header(ctx).Set("Set-Cookie", c.String())
}
