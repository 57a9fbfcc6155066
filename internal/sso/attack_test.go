package sso_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"contactgraph/internal/sso/ssotest"
	"contactgraph/internal/viewer"

	"github.com/go-jose/go-jose/v4"
)

// set returns a change of a claim; nil removes it.
func set(claim string, value any) func(*ssotest.Token) {
	return func(t *ssotest.Token) {
		if value == nil {
			delete(t.Claims, claim)
			return
		}
		t.Claims[claim] = value
	}
}

// in is a time as a claim has it.
func in(d time.Duration) int64 { return time.Now().Add(d).Unix() }

// TestTokens: ID tokens that are not signed by the provider, for this client, this sign-in and now
// are rejected, and so is what was changed on the way.
func TestTokens(t *testing.T) {
	t.Parallel()
	stranger, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		tamper func(*ssotest.Token)
		want   string
	}{
		"nothing is wrong":  {func(*ssotest.Token) {}, done},
		"another audience":  {set("aud", "other"), "INVALID"},
		"no audience":       {set("aud", nil), "INVALID"},
		"several audiences": {func(t *ssotest.Token) { t.Claims["aud"] = []string{"other", ssotest.ClientID}; delete(t.Claims, "azp") }, "INVALID"},
		"several, and authorized": {func(t *ssotest.Token) {
			t.Claims["aud"] = []string{"other", ssotest.ClientID}
			t.Claims["azp"] = ssotest.ClientID
		}, done},
		"another authorized party":    {set("azp", "other"), "INVALID"},
		"another issuer":              {set("iss", "https://other.example.com"), "INVALID"},
		"another nonce":               {set("nonce", "other"), "INVALID"},
		"no nonce":                    {set("nonce", nil), "INVALID"},
		"no subject":                  {set("sub", nil), "INVALID"},
		"a long subject":              {set("sub", strings.Repeat("x", 256)), "INVALID"},
		"another access token":        {set("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"), "INVALID"},
		"a key that is not published": {func(t *ssotest.Token) { t.Key.Key = stranger }, "INVALID"},
		"an unknown key":              {func(t *ssotest.Token) { t.Key.Key, t.KeyID = stranger, "other" }, "INVALID"},
		"no signature":                {func(t *ssotest.Token) { t.Key = jose.SigningKey{Algorithm: "none"} }, "INVALID"},
		"the client secret as the key": {func(t *ssotest.Token) {
			t.Key = jose.SigningKey{Algorithm: jose.HS256, Key: []byte(ssotest.ClientSecret)}
		}, "INVALID"},
		"expired within the skew":      {set("exp", in(-30*time.Second)), done},
		"expired":                      {set("exp", in(-2*time.Minute)), "CLOCK"},
		"no expiry":                    {set("exp", nil), "CLOCK"},
		"issued ahead within the skew": {set("iat", in(30*time.Second)), done},
		"issued ahead":                 {set("iat", in(2*time.Minute)), "CLOCK"},
		"valid later within the skew":  {set("nbf", in(30*time.Second)), done},
		"valid later":                  {set("nbf", in(2*time.Minute)), "CLOCK"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.user("ada@example.com", viewer.Agent, "")
			f.provider.SignsIn(ada("sales"))
			f.provider.Tamper(tt.tamper)
			b := f.browser()
			if got := b.signIn(); got != tt.want {
				t.Fatalf("got %s, want %s:\n%s", got, tt.want, f.log.String())
			}
			if _, ok := b.viewer(); ok != (tt.want == done) {
				t.Errorf("signed in: %v", ok)
			}
			if log := f.audited(); tt.want != done && log[len(log)-1] != "SIGN_IN_FAILED "+tt.want {
				t.Errorf("audited %q", log)
			}
		})
	}
}

// TestClockOfTheServer: the server's own clock may be off by a minute too.
func TestClockOfTheServer(t *testing.T) {
	t.Parallel()
	for ahead, want := range map[time.Duration]string{-50 * time.Second: done, -2 * time.Minute: "CLOCK", 5*time.Minute + 30*time.Second: done, 7 * time.Minute: "CLOCK"} {
		f := newFixture(t)
		f.user("ada@example.com", viewer.Agent, "")
		f.provider.SignsIn(ada("sales"))
		f.advance(ahead)
		if got := f.browser().signIn(); got != want {
			t.Errorf("%s ahead: got %s, want %s", ahead, got, want)
		}
	}
}

// TestUserInfoOfAnother: user info about another person is not mixed with the ID token.
func TestUserInfoOfAnother(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.createsUsers()
	f.provider.SignsIn(ada("it"))
	f.provider.Lean(true)
	f.provider.Tamper(set("sub", "sub-other"))
	if got := f.browser().signIn(); got != "INVALID" || len(f.state()) > 0 {
		t.Errorf("got %s, users %q", got, f.state())
	}
}

// TestVerifiedAddressIsTheSame: user info that verifies an address does not verify another one in
// the ID token.
func TestVerifiedAddressIsTheSame(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.user("boss@example.com", viewer.Admin, "")
	f.provider.SignsIn(ada("it"))
	f.provider.Lean(true)
	f.provider.Tamper(func(t *ssotest.Token) {
		set("email", "boss@example.com")(t)
		set("email_verified", nil)(t)
		set("groups", nil)(t) // so that the server reads the user info
	})
	if got := f.browser().signIn(); got != "NO_EMAIL" || f.state()[0] != "boss@example.com ADMIN" {
		t.Errorf("got %s, users %q", got, f.state())
	}
}
