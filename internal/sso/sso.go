// Package sso signs staff in by an OpenID Connect provider, with the authorization code flow, PKCE,
// a state and a nonce. Browsers come here twice: Start sends them to the provider, which sends them
// back to Callback. Both answer with redirects only: what a person has to know is on pages of the
// console.
//
// Between the two, what belongs to the sign-in is in a cookie of the browser, encrypted with a key
// that all processes derive from the client secret: so a sign-in can begin at one process and end
// at another, and an anonymous caller cannot make the server store anything. That a state is used
// only once is stored with the session: see auth.Service.SignInByProvider, which also decides which
// user signs in.
//
// Start reading at handler.go. flow.go has the cookie, provider.go talks to the provider, token.go
// verifies what it returns, claims.go translates that, and failure.go has the reasons that the
// console explains.
package sso

import (
	"context"
	"crypto/cipher"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"contactgraph/internal/auth"
	"contactgraph/internal/limiter"
	"contactgraph/internal/viewer"
)

// Config has the settings of the provider. All fields without a remark are required.
type Config struct {
	Name         string // of the provider, for people
	Issuer       string // the URL that identifies the provider
	ClientID     string
	ClientSecret Secret
	BaseURL      string   // of this server, as browsers see it, without a path
	Scopes       []string // in addition to openid, profile and email; optional
	GroupsClaim  string   // the claim with the groups of a person
	// Roles maps groups to the names of roles.
	Roles map[string]string
	// Account is the name of the account that people sign in to; if it is empty, AccountClaim is
	// the claim that has the name.
	Account, AccountClaim string
	// TrustEmails is true if email addresses are taken for verified although the provider does not
	// say so.
	TrustEmails bool
}

// Secret is the secret of the client. It prints as asterisks.
type Secret string

// String hides the secret.
func (Secret) String() string { return "***" }

// GoString hides the secret.
func (Secret) GoString() string { return "***" }

// MinSecret is how many bytes a client secret has at least. The key of the cookie is derived from
// it, so it must not be possible to guess it.
const MinSecret = 16

// The paths of this package. RedirectPath has to be registered at the provider, as a path of the
// base URL.
const (
	StartPath    = "/auth/oidc/start"
	RedirectPath = "/auth/oidc/callback"
)

// Auth is the part of auth.Service that this package needs.
type Auth interface {
	AccountByName(ctx context.Context, name string) (id int, found bool, err error)
	SignInByProvider(ctx context.Context, account int, a auth.Assertion, from auth.Origin) (auth.Session, error)
	RefuseByProvider(ctx context.Context, account int, a auth.Assertion, reason string, from auth.Origin) error
	BeginByProvider(ctx context.Context, address netip.Addr) (undo func(context.Context) error, err error)
	EndCookieSession(ctx context.Context, r *http.Request) error
	Cookie(token string, expires time.Time) *http.Cookie
}

// Service signs in by one provider. It is safe for concurrent use.
type Service struct {
	config   Config
	auth     Auth
	limiter  *limiter.Limiter
	secure   bool // whether browsers use HTTPS
	now      func() time.Time
	log      *slog.Logger
	provider *discovery
	box      cipher.AEAD   // of the cookie
	slots    chan struct{} // contains a value for each request that waits for the provider
}

// maxRequests is how many requests can wait for the provider at the same time.
const maxRequests = 32

// requestCost is the cost of each request, that of a sign-in with a password: see package limiter.
const requestCost = 3000

// New returns a service. secure is true if browsers use HTTPS. It sends nothing to the provider:
// the server starts while the provider is down.
func New(c Config, a Auth, l *limiter.Limiter, secure bool, now func() time.Time, log *slog.Logger) *Service {
	return &Service{
		config: c, auth: a, limiter: l, secure: secure, now: now, log: log,
		provider: newDiscovery(c, now), box: newBox(c), slots: make(chan struct{}, maxRequests),
	}
}

// enter counts a request, and takes a slot until leave is called. It fails with a
// *limiter.RateError or limiter.ErrBusy.
func (s *Service) enter(r *http.Request) (leave func(), err error) {
	if err := s.limiter.Charge(limiter.CallerOf(viewer.Viewer{}, limiter.Address(r)), requestCost); err != nil {
		return nil, err
	}
	select {
	case s.slots <- struct{}{}:
		return func() { <-s.slots }, nil
	default:
		return nil, limiter.ErrBusy
	}
}

// SignOutURL returns where a browser signs out of the provider too, after it has signed out of a
// session that was opened by this issuer. It is empty if that is another issuer, or if the provider
// has no such page or cannot be reached.
func (s *Service) SignOutURL(ctx context.Context, issuer string) string {
	if issuer != s.config.Issuer {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, signOutTimeout)
	defer cancel()
	p, err := s.provider.get(ctx)
	if err != nil {
		s.log.WarnContext(ctx, "the provider is unreachable, so the browser stays signed in there", slog.String("error", brief(err)))
		return ""
	}
	return p.signOutURL(s.config)
}

// signOutTimeout is how long a sign-out waits for the provider: it has already ended the session.
const signOutTimeout = 3 * time.Second
