package sso

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
	"golang.org/x/sync/singleflight"
)

const (
	// requestTimeout is how long one request to the provider may take.
	requestTimeout = 5 * time.Second
	// providerLife is how long what the provider has published is used, so that keys that it has
	// withdrawn are not accepted forever. A key that is not known is looked up at once.
	providerLife = 15 * time.Minute
	// maxBody is the largest response of the provider that is read.
	maxBody = 1 << 20
)

// discovery finds out what the provider publishes, when it is first needed, and again from time to
// time. If that fails, the next sign-in tries again.
type discovery struct {
	config Config
	now    func() time.Time
	client *http.Client
	flight singleflight.Group

	mu    sync.Mutex
	found *provider // the last one
	until time.Time
}

func newDiscovery(c Config, now func() time.Time) *discovery {
	return &discovery{config: c, now: now, client: &http.Client{Timeout: requestTimeout, Transport: bounded{http.DefaultTransport}}}
}

// provider is what the provider publishes.
type provider struct {
	*oidc.Provider

	keys       *oidc.RemoteKeySet
	authMethod oauth2.AuthStyle
	endSession string
	client     *http.Client
}

// get returns the provider. It fails with the reason Unavailable, or with Invalid if the provider
// has another issuer.
func (d *discovery) get(ctx context.Context) (*provider, error) {
	if found := d.cached(); found != nil {
		return found, nil
	}
	result := d.flight.DoChan("", func() (any, error) { return d.discover() })
	select {
	case r := <-result:
		found, _ := r.Val.(*provider)
		return found, r.Err
	case <-ctx.Done():
		return nil, fail(Unavailable, "waiting for the provider: %w", context.Cause(ctx))
	}
}

// cached returns what was read recently, or nil.
func (d *discovery) cached() *provider {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.now().Before(d.until) {
		return d.found
	}
	return nil
}

// discover reads the provider's configuration for all requests that wait for it.
func (d *discovery) discover() (*provider, error) {
	ctx := oidc.ClientContext(context.Background(), d.client)
	p, err := oidc.NewProvider(ctx, d.config.Issuer)
	if _, ok := errors.AsType[*oidc.IssuerMismatchError](err); ok {
		return nil, fail(Invalid, "reading the provider's configuration: %w", err)
	}
	if err != nil {
		return nil, fail(Unavailable, "reading the provider's configuration: %w", err)
	}
	var published struct {
		Keys       string   `json:"jwks_uri"`
		Methods    []string `json:"token_endpoint_auth_methods_supported"`
		EndSession string   `json:"end_session_endpoint"`
	}
	if err := p.Claims(&published); err != nil {
		return nil, fail(Invalid, "reading the provider's configuration: %w", err)
	}
	found := &provider{
		Provider: p, keys: oidc.NewRemoteKeySet(ctx, published.Keys), authMethod: oauth2.AuthStyleInHeader,
		endSession: published.EndSession, client: d.client,
	}
	// The library would send the code twice to find this out, but a code is valid once.
	if len(published.Methods) > 0 && !slices.Contains(published.Methods, "client_secret_basic") {
		found.authMethod = oauth2.AuthStyleInParams
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.found, d.until = found, d.now().Add(providerLife)
	return found, nil
}

// context makes the libraries use the client with limits.
func (p *provider) context(ctx context.Context) context.Context {
	return oidc.ClientContext(ctx, p.client)
}

func (p *provider) oauth(c Config) *oauth2.Config {
	endpoint := p.Endpoint()
	endpoint.AuthStyle = p.authMethod
	scopes := []string{oidc.ScopeOpenID, "profile", "email"}
	for _, scope := range c.Scopes {
		if !slices.Contains(scopes, scope) {
			scopes = append(scopes, scope)
		}
	}
	return &oauth2.Config{
		ClientID: c.ClientID, ClientSecret: string(c.ClientSecret), Endpoint: endpoint, RedirectURL: c.BaseURL + RedirectPath, Scopes: scopes,
	}
}

// startURL returns where the browser signs in.
func (p *provider) startURL(c Config, f flow) string {
	return p.oauth(c).AuthCodeURL(f.State, oidc.Nonce(f.Nonce), oauth2.S256ChallengeOption(f.Verifier))
}

// signOutURL returns where the browser signs out; empty if the provider has no such page. It
// identifies the client instead of the session, so that no token has to be stored or is in an
// address: the provider may ask the person.
func (p *provider) signOutURL(c Config) string {
	u, err := url.Parse(p.endSession)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	q := u.Query()
	q.Set("client_id", c.ClientID)
	q.Set("post_logout_redirect_uri", c.BaseURL+"/")
	u.RawQuery = q.Encode()
	return u.String()
}

var errTooLarge = errors.New("the provider's response is too large")

// bounded limits the size of responses.
type bounded struct{ http.RoundTripper }

// RoundTrip sends a request.
func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := b.RoundTripper.RoundTrip(r)
	if err == nil {
		response.Body = &boundedBody{ReadCloser: response.Body, left: maxBody}
	}
	return response, err
}

type boundedBody struct {
	io.ReadCloser

	left int
}

func (b *boundedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.left -= n; b.left < 0 {
		return 0, errTooLarge
	}
	return n, err
}
