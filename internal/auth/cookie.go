package auth

import (
	"context"
	"net/http"
	"time"

	"contactgraph/internal/viewer"
	"contactgraph/internal/weborigin"
)

const (
	// CookieName is the cookie that carries the token of a session if browsers use HTTP.
	CookieName = "contactgraph_session"
	// SecureCookieName is that cookie if browsers use HTTPS. Because of its prefix, browsers accept
	// it only over HTTPS and only from this host, so that neither another host of the domain nor a
	// response that was forged on the way can set it.
	SecureCookieName = "__Host-" + CookieName
)

// cookieName returns the name of the only cookie that is read.
func (s *Service) cookieName() string {
	if s.SecureCookies {
		return SecureCookieName
	}
	return CookieName
}

// cookieOf returns the token in the session cookie of r, "" if there is none.
func (s *Service) cookieOf(r *http.Request) string {
	c, err := r.Cookie(s.cookieName())
	if err != nil {
		return ""
	}
	return c.Value
}

// trustedCookie returns the token in the session cookie of r, "" if there is none or if a page of
// another origin sent r.
func (s *Service) trustedCookie(r *http.Request) string {
	if !weborigin.TrustsCookie(r) {
		return ""
	}
	return s.cookieOf(r)
}

// IgnoresCookie reports whether r has a session cookie that counts as absent, because a page of
// another origin sent r.
func (s *Service) IgnoresCookie(r *http.Request) bool {
	return s.cookieOf(r) != "" && s.trustedCookie(r) == ""
}

// ByCookie reports whether Authenticate uses the session cookie of r, valid or not.
func (s *Service) ByCookie(r *http.Request) bool {
	return s.trustedCookie(r) != "" && headerToken(r.Header) == ""
}

// EndCookieSession ends the session of the request's cookie, whatever other credentials the request
// has. It does nothing without a valid cookie. The response should set or clear the cookie.
func (s *Service) EndCookieSession(ctx context.Context, r *http.Request) error {
	v, ok, err := s.sessionViewer(ctx, s.trustedCookie(r), false)
	if err != nil || !ok {
		return err
	}
	return s.SignOut(viewer.NewContext(ctx, v), false)
}

// Cookie returns the cookie that carries the token of a session. The cookie has a Max-Age next to
// Expires, because the browser's clock may be wrong.
func (s *Service) Cookie(token string, expires time.Time) *http.Cookie {
	c := s.emptyCookie() //nolint:gosec // SecureCookies decides whether it is limited to HTTPS
	c.Value = token
	c.Expires = expires.UTC()
	c.MaxAge = int(expires.Sub(s.now()) / time.Second)
	if c.MaxAge < 1 {
		c.MaxAge = -1 // expires at once; net/http would omit 0
	}
	return c
}

// ClearingCookie returns the cookie that makes the browser delete the session's cookie.
func (s *Service) ClearingCookie() *http.Cookie {
	c := s.emptyCookie() //nolint:gosec // SecureCookies decides whether it is limited to HTTPS
	c.Expires = time.Unix(1, 0).UTC()
	c.MaxAge = -1
	return c
}

// emptyCookie has the attributes that setting and clearing share. Scripts cannot read it, and a
// POST from another site does not send it.
func (s *Service) emptyCookie() *http.Cookie {
	//nolint:gosec // SecureCookies decides whether it is limited to HTTPS
	return &http.Cookie{
		Name: s.cookieName(), Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.SecureCookies,
	}
}
