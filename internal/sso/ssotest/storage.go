package ssotest

import (
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"errors"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

var errNotUsed = errors.New("not used in tests")

// request is a sign-in at the provider.
type request struct {
	*oidc.AuthRequest

	id     string
	person Person
	done   bool
	at     time.Time
}

var _ op.AuthRequest = (*request)(nil)

func (r *request) GetID() string          { return r.id }
func (*request) GetACR() string           { return "" }
func (*request) GetAMR() []string         { return nil }
func (r *request) GetAudience() []string  { return []string{r.ClientID} }
func (r *request) GetAuthTime() time.Time { return r.at }
func (r *request) GetClientID() string    { return r.ClientID }
func (r *request) GetNonce() string       { return r.Nonce }
func (r *request) GetRedirectURI() string { return r.RedirectURI }
func (r *request) GetScopes() []string    { return r.Scopes }
func (r *request) GetState() string       { return r.State }
func (r *request) GetSubject() string     { return r.person.Subject }
func (r *request) Done() bool             { return r.done }
func (r *request) GetResponseType() oidc.ResponseType {
	return r.ResponseType
}

func (r *request) GetResponseMode() oidc.ResponseMode {
	return r.ResponseMode
}

func (r *request) GetCodeChallenge() *oidc.CodeChallenge {
	if r.CodeChallenge == "" {
		return nil
	}
	return &oidc.CodeChallenge{Challenge: r.CodeChallenge, Method: r.CodeChallengeMethod}
}

// key signs ID tokens.
type key struct {
	id      string
	private *ecdsa.PrivateKey
	hidden  bool
}

func (k key) ID() string                                { return k.id }
func (k key) Key() any                                  { return k.private }
func (key) SignatureAlgorithm() jose.SignatureAlgorithm { return jose.ES256 }
func (key) Algorithm() jose.SignatureAlgorithm          { return jose.ES256 }
func (key) Use() string                                 { return "sig" }

// publicKey is a key as it is published.
type publicKey struct{ key }

func (k publicKey) Key() any { return &k.private.PublicKey }

// client is the only client.
type client struct {
	base string
	lean bool
}

var _ op.Client = client{}

func (client) GetID() string                          { return ClientID }
func (c client) RedirectURIs() []string               { return []string{c.base + "/auth/oidc/callback"} }
func (c client) PostLogoutRedirectURIs() []string     { return []string{c.base + "/"} }
func (client) ApplicationType() op.ApplicationType    { return op.ApplicationTypeWeb }
func (client) AuthMethod() oidc.AuthMethod            { return oidc.AuthMethodBasic }
func (client) ResponseTypes() []oidc.ResponseType     { return []oidc.ResponseType{oidc.ResponseTypeCode} }
func (client) GrantTypes() []oidc.GrantType           { return []oidc.GrantType{oidc.GrantTypeCode} }
func (client) LoginURL(id string) string              { return loginPath + "?id=" + id }
func (client) AccessTokenType() op.AccessTokenType    { return op.AccessTokenTypeBearer }
func (client) IDTokenLifetime() time.Duration         { return 5 * time.Minute }
func (client) DevMode() bool                          { return true } // for redirect URIs with HTTP
func (client) IsScopeAllowed(string) bool             { return true }
func (c client) IDTokenUserinfoClaimsAssertion() bool { return !c.lean }
func (client) ClockSkew() time.Duration               { return 0 }

func (client) RestrictAdditionalIdTokenScopes() func([]string) []string {
	return slices.Clone[[]string]
}

func (client) RestrictAdditionalAccessTokenScopes() func([]string) []string {
	return slices.Clone[[]string]
}

// storage is what the provider remembers, for package op.
type storage struct {
	*Provider

	base string
}

var _ op.Storage = (*storage)(nil)

func (s *storage) CreateAuthRequest(_ context.Context, r *oidc.AuthRequest, _ string) (op.AuthRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	login := &request{AuthRequest: r, id: rand.Text()}
	s.logins[login.id] = login
	return login, nil
}

func (s *storage) AuthRequestByID(_ context.Context, id string) (op.AuthRequest, error) {
	return s.found(s.logins, id)
}

func (s *storage) AuthRequestByCode(_ context.Context, code string) (op.AuthRequest, error) {
	return s.found(s.codes, code)
}

func (s *storage) found(in map[string]*request, id string) (op.AuthRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := in[id]; r != nil {
		return r, nil
	}
	return nil, oidc.ErrInvalidGrant().WithDescription("unknown")
}

func (s *storage) SaveAuthCode(_ context.Context, id, code string) error {
	s.change(func() { s.codes[code] = s.logins[id] })
	return nil
}

// DeleteAuthRequest is called when the code has been used.
func (s *storage) DeleteAuthRequest(_ context.Context, id string) error {
	s.change(func() {
		delete(s.logins, id)
		for code, r := range s.codes {
			if r.id == id {
				delete(s.codes, code)
			}
		}
	})
	return nil
}

func (s *storage) CreateAccessToken(_ context.Context, r op.TokenRequest) (string, time.Time, error) {
	id := rand.Text()
	s.change(func() { s.tokens[id] = personOf(r) })
	return id, time.Now().Add(5 * time.Minute), nil
}

func (s *storage) SetUserinfoFromRequest(_ context.Context, info *oidc.UserInfo, r op.IDTokenRequest, scopes []string) error {
	fill(info, personOf(r), scopes)
	return nil
}

func (s *storage) SetUserinfoFromToken(_ context.Context, info *oidc.UserInfo, id, _, _ string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	fill(info, s.tokens[id], []string{oidc.ScopeEmail, oidc.ScopeProfile, groupsScope})
	return nil
}

// personOf returns who has signed in; every request here is of this package.
func personOf(r any) Person {
	own, _ := r.(*request)
	return own.person
}

const groupsScope = "groups"

// fill adds what the scopes ask for.
func fill(info *oidc.UserInfo, who Person, scopes []string) {
	info.Subject = who.Subject
	if slices.Contains(scopes, oidc.ScopeEmail) {
		info.Email, info.EmailVerified = who.Email, oidc.Bool(who.EmailVerified)
	}
	if slices.Contains(scopes, oidc.ScopeProfile) {
		info.Name = who.Name
	}
	if slices.Contains(scopes, groupsScope) {
		for name, value := range who.Claims {
			info.AppendClaims(name, value)
		}
	}
}

func (s *storage) SigningKey(context.Context) (op.SigningKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.keys[0], nil
}

func (s *storage) KeySet(context.Context) ([]op.Key, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []op.Key
	for _, k := range s.keys {
		if !k.hidden {
			all = append(all, publicKey{k})
		}
	}
	return all, nil
}

func (*storage) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{jose.ES256}, nil
}

func (s *storage) GetClientByClientID(_ context.Context, id string) (op.Client, error) {
	if id != ClientID {
		return nil, oidc.ErrInvalidClient()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return client{s.base, s.lean}, nil
}

func (*storage) AuthorizeClientIDSecret(_ context.Context, id, secret string) error {
	if id != ClientID || secret != ClientSecret {
		return oidc.ErrInvalidClient()
	}
	return nil
}

func (*storage) TerminateSession(context.Context, string, string) error { return nil }
func (*storage) Health(context.Context) error                           { return nil }

// What follows is not used by a client with the authorization code flow.

func (*storage) CreateAccessAndRefreshTokens(context.Context, op.TokenRequest, string) (string, string, time.Time, error) {
	return "", "", time.Time{}, errNotUsed
}

func (*storage) TokenRequestByRefreshToken(context.Context, string) (op.RefreshTokenRequest, error) {
	return nil, errNotUsed
}

func (*storage) RevokeToken(context.Context, string, string, string) *oidc.Error { return nil }

func (*storage) GetRefreshTokenInfo(context.Context, string, string) (string, string, error) {
	return "", "", op.ErrInvalidRefreshToken
}

func (*storage) SetUserinfoFromScopes(context.Context, *oidc.UserInfo, string, string, []string) error {
	return nil
}

func (*storage) SetIntrospectionFromToken(context.Context, *oidc.IntrospectionResponse, string, string, string) error {
	return errNotUsed
}

func (*storage) GetPrivateClaimsFromScopes(context.Context, string, string, []string) (map[string]any, error) {
	return map[string]any{}, nil
}

func (*storage) GetKeyByIDAndClientID(context.Context, string, string) (*jose.JSONWebKey, error) {
	return nil, errNotUsed
}

func (*storage) ValidateJWTProfileScopes(context.Context, string, []string) ([]string, error) {
	return nil, errNotUsed
}
