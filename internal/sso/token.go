package sso

import (
	"context"
	"crypto/subtle"
	"errors"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// maxSkew is how far the clocks of the provider and of this server may differ.
const maxSkew = time.Minute

// maxSubject is how many bytes a subject has at most, by the specification.
const maxSubject = 255

// algorithms are the signatures that are accepted: those with a public key. "none" is not among
// them, and neither are those with the client secret.
var algorithms = []string{
	oidc.RS256, oidc.RS384, oidc.RS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.EdDSA,
}

// identify exchanges a code for tokens, verifies them, and returns the claims about the person.
func (s *Service) identify(ctx context.Context, p *provider, f flow, code string) (*oidc.IDToken, claims, error) {
	ctx = p.context(ctx)
	token, err := p.oauth(s.config).Exchange(ctx, code, oauth2.VerifierOption(f.Verifier))
	if err != nil {
		return nil, nil, exchangeFailure(err)
	}
	raw, _ := token.Extra("id_token").(string)
	if raw == "" {
		return nil, nil, fail(Invalid, "the provider returned no ID token")
	}
	id, err := s.verify(ctx, p, raw, f.Nonce)
	if err != nil {
		return nil, nil, err
	}
	if id.AccessTokenHash != "" {
		if err := id.VerifyAccessToken(token.AccessToken); err != nil {
			return nil, nil, fail(Invalid, "verifying the access token: %w", err)
		}
	}
	var c claims
	if err := id.Claims(&c); err != nil {
		return nil, nil, fail(Invalid, "reading the ID token: %w", err)
	}
	if err := s.addUserInfo(ctx, p, token, c); err != nil {
		return nil, nil, err
	}
	return id, c, nil
}

// verify returns the ID token if it was signed by the provider, for this client, for the sign-in
// with this nonce, and now.
func (s *Service) verify(ctx context.Context, p *provider, raw, nonce string) (*oidc.IDToken, error) {
	keys := &keySet{KeySet: p.keys}
	// The library allows five minutes for nbf and nothing for exp; checkTimes replaces that.
	verifier := oidc.NewVerifier(s.config.Issuer, keys, &oidc.Config{
		ClientID: s.config.ClientID, SupportedSigningAlgs: algorithms, SkipExpiryCheck: true,
	})
	id, err := verifier.Verify(ctx, raw)
	switch {
	case err != nil && keys.err != nil && unreachable(keys.err):
		return nil, fail(Unavailable, "reading the provider's keys: %w", err)
	case err != nil:
		return nil, fail(Invalid, "verifying the ID token: %w", err)
	case id.Subject == "" || len(id.Subject) > maxSubject:
		return nil, fail(Invalid, "the subject of the ID token has %d bytes", len(id.Subject))
	case subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(nonce)) != 1:
		return nil, fail(Invalid, "the nonce of the ID token is not that of the sign-in")
	}
	var more struct {
		Party     string `json:"azp"`
		NotBefore int64  `json:"nbf"`
	}
	if err := id.Claims(&more); err != nil {
		return nil, fail(Invalid, "reading the ID token: %w", err)
	}
	if more.Party != s.config.ClientID && (more.Party != "" || len(id.Audience) > 1) {
		return nil, fail(Invalid, "the ID token is for other clients too, and not authorized for this one")
	}
	return id, checkTimes(id, time.Unix(more.NotBefore, 0), s.now())
}

// checkTimes fails with the reason Clock if an ID token is not valid now.
func checkTimes(id *oidc.IDToken, notBefore, now time.Time) error {
	switch {
	case now.After(id.Expiry.Add(maxSkew)):
		return fail(Clock, "the ID token has expired %s ago", now.Sub(id.Expiry).Round(time.Second))
	case id.IssuedAt.After(now.Add(maxSkew)):
		return fail(Clock, "the ID token was issued %s in the future", id.IssuedAt.Sub(now).Round(time.Second))
	case notBefore.After(now.Add(maxSkew)):
		return fail(Clock, "the ID token is valid in %s", notBefore.Sub(now).Round(time.Second))
	}
	return nil
}

// keySet remembers why a signature could not be verified, which the library returns only as text.
type keySet struct {
	oidc.KeySet

	err error
}

func (k *keySet) VerifySignature(ctx context.Context, raw string) ([]byte, error) {
	payload, err := k.KeySet.VerifySignature(ctx, raw)
	k.err = err
	return payload, err
}

// addUserInfo adds the claims that the ID token does not have, if the provider has more: many
// providers return groups and addresses only there.
func (s *Service) addUserInfo(ctx context.Context, p *provider, token *oauth2.Token, c claims) error {
	if p.UserInfoEndpoint() == "" || c.complete(s.config) {
		return nil
	}
	info, err := p.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil && unreachable(err) {
		return fail(Unavailable, "reading the user info: %w", err)
	}
	if err != nil {
		return fail(Invalid, "reading the user info: %w", err)
	}
	var more claims
	if err := info.Claims(&more); err != nil {
		return fail(Invalid, "reading the user info: %w", err)
	}
	if info.Subject != c["sub"] {
		return fail(Invalid, "verifying the user info: %w", errOtherSubject)
	}
	if c.text("email") != "" && c.text("email") != more.text("email") {
		delete(more, "email_verified") // it is about another address
	}
	for name, value := range more {
		if _, ok := c[name]; !ok {
			c[name] = value
		}
	}
	return nil
}

var errOtherSubject = errors.New("it is about another person than the ID token")
