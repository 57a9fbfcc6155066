// Package ssotest runs a real OpenID Connect provider for tests: package op of zitadel/oidc, a
// certified implementation, with people and keys in memory. It speaks HTTP on a loopback address.
// A test decides who signs in, and what is wrong with the provider.
//
// Start reading at Start.
package ssotest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"html/template"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/zitadel/oidc/v3/pkg/op"
)

// The client that is registered at the provider.
const (
	ClientID     = "contactgraph"
	ClientSecret = "the secret of the client in tests"
)

// Person is someone who has an account at the provider.
type Person struct {
	Subject, Email, Name string
	EmailVerified        bool
	Claims               map[string]any // further claims, such as groups
}

// Provider is a running provider.
type Provider struct {
	Issuer string

	handler http.Handler
	mu      sync.Mutex
	person  Person
	asks    []Person // if there are any, a page asks which of them signs in
	deny    bool
	down    bool
	lean    bool // whether the claims are only in the user info
	keys    []key
	tamper  func(*Token)
	logins  map[string]*request // by id
	codes   map[string]*request
	tokens  map[string]Person // by the id of an access token
}

// Start runs a provider until the test ends, for a client whose server has this base URL.
func Start(tb testing.TB, base string) *Provider {
	tb.Helper()
	p := New()
	server := httptest.NewServer(p)
	tb.Cleanup(server.Close)
	if err := p.Open(server.URL, base); err != nil {
		tb.Fatal(err)
	}
	return p
}

// New returns a provider that answers after Open.
func New() *Provider {
	p := &Provider{logins: map[string]*request{}, codes: map[string]*request{}, tokens: map[string]Person{}}
	p.Rotate()
	return p
}

// Open makes the provider answer as this issuer, for a client with this base URL.
func (p *Provider) Open(issuer, base string) error {
	config := &op.Config{CryptoKey: sha256.Sum256([]byte(rand.Text())), CodeMethodS256: true, DefaultLogoutRedirectURI: "/signed-out"}
	handler, err := op.NewProvider(config, &storage{p, base}, op.StaticIssuer(issuer), op.WithAllowInsecure())
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.Issuer, p.handler = issuer, handler
	return nil
}

// ServeHTTP answers a request to the provider.
func (p *Provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	handler, down := p.handler, p.down
	p.mu.Unlock()
	switch {
	case down || handler == nil:
		http.Error(w, "down for maintenance", http.StatusServiceUnavailable)
	case r.URL.Path == loginPath:
		p.login(w, r)
	case r.URL.Path == "/oauth/token":
		p.tokenResponse(w, r, handler)
	default:
		handler.ServeHTTP(w, r)
	}
}

const loginPath = "/login"

var chooser = template.Must(template.New("").Parse(`<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>Provider</title><h1>Who are you?</h1>
{{range .}}<form method="post"><button name="person" value="{{.Subject}}">{{.Name}}</button></form>{{end}}</html>`))

// ask shows the page that asks who signs in, and reports whether it did. It sets the person that
// was chosen.
func (p *Provider) ask(w http.ResponseWriter, r *http.Request) bool {
	for _, who := range p.asks {
		if who.Subject == r.PostFormValue("person") {
			p.person = who
			return false
		}
	}
	if len(p.asks) > 0 {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		chooser.Execute(w, p.asks) //nolint:errcheck // the browser has disconnected
	}
	return len(p.asks) > 0
}

// login signs in the person, and sends the browser back.
func (p *Provider) login(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	login := p.logins[r.FormValue("id")]
	if login == nil {
		http.Error(w, "unknown login", http.StatusBadRequest)
		return
	}
	if p.ask(w, r) {
		return
	}
	if p.deny {
		q := url.Values{"error": {"access_denied"}, "state": {login.State}}
		http.Redirect(w, r, login.RedirectURI+"?"+q.Encode(), http.StatusFound) //nolint:gosec // package op has checked it
		return
	}
	login.person, login.done, login.at = p.person, true, time.Now()
	http.Redirect(w, r, p.Issuer+"/authorize/callback?"+url.Values{"id": {login.id}}.Encode(), http.StatusFound) //nolint:gosec // it is the provider's
}

// change changes the provider.
func (p *Provider) change(do func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	do()
}

// SignsIn makes this person sign in from now on.
func (p *Provider) SignsIn(who Person) {
	who.Claims = maps.Clone(who.Claims)
	p.change(func() { p.person = who })
}

// Asks makes a page ask which of these people signs in.
func (p *Provider) Asks(who ...Person) { p.change(func() { p.asks = who }) }

// Denies makes people deny their consent.
func (p *Provider) Denies(deny bool) { p.change(func() { p.deny = deny }) }

// Down makes the provider answer every request with an error.
func (p *Provider) Down(down bool) { p.change(func() { p.down = down }) }

// Lean makes the provider return claims about people only as user info, and not in ID tokens.
func (p *Provider) Lean(lean bool) { p.change(func() { p.lean = lean }) }

// Tamper changes ID tokens before they are signed; nil changes nothing.
func (p *Provider) Tamper(change func(*Token)) { p.change(func() { p.tamper = change }) }

// Rotate replaces the key that signs ID tokens. The old one is no longer published.
func (p *Provider) Rotate() {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err) // only without random numbers
	}
	p.change(func() { p.keys = []key{{id: rand.Text(), private: private}} })
}

// ForgetKeys publishes no key, but signs as before.
func (p *Provider) ForgetKeys() {
	p.change(func() { p.keys[0].hidden = true })
}
