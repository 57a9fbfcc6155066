package auth_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"contactgraph/internal/auth"
	"contactgraph/internal/settings"
	"contactgraph/internal/viewer"
)

func TestCookie(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const name, secure = auth.CookieName, auth.SecureCookieName
	tests := []struct {
		name   string
		https  bool
		cookie func() *http.Cookie
		want   string
	}{
		{"set", false, func() *http.Cookie { return f.Cookie("cgs_1_x", start.Add(settings.Account{}.SessionLifetime())) },
			name + "=cgs_1_x; Path=/; Expires=Mon, 02 Mar 2026 00:00:00 GMT; Max-Age=43200; HttpOnly; SameSite=Lax"},
		{"set over HTTPS", true, func() *http.Cookie { return f.Cookie("cgs_1_x", start.Add(time.Hour)) },
			secure + "=cgs_1_x; Path=/; Expires=Sun, 01 Mar 2026 13:00:00 GMT; Max-Age=3600; HttpOnly; Secure; SameSite=Lax"},
		{"set when it has expired", false, func() *http.Cookie { return f.Cookie("cgs_1_x", start) },
			name + "=cgs_1_x; Path=/; Expires=Sun, 01 Mar 2026 12:00:00 GMT; Max-Age=0; HttpOnly; SameSite=Lax"},
		{"cleared", false, f.ClearingCookie,
			name + "=; Path=/; Expires=Thu, 01 Jan 1970 00:00:01 GMT; Max-Age=0; HttpOnly; SameSite=Lax"},
		{"cleared over HTTPS", true, f.ClearingCookie,
			secure + "=; Path=/; Expires=Thu, 01 Jan 1970 00:00:01 GMT; Max-Age=0; HttpOnly; Secure; SameSite=Lax"},
	}
	for _, tt := range tests {
		f.SecureCookies = tt.https
		// net/http writes the attributes in an order of its own.
		got, want := strings.Split(tt.cookie().String(), "; "), strings.Split(tt.want, "; ")
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", tt.name, got, want)
		}
	}
}

// TestOnlyOneCookieNameIsRead: with HTTPS, a cookie without the prefix may come from anywhere.
func TestOnlyOneCookieNameIsRead(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	demo := f.account("Demo")
	f.user(demo, "anna", "pw", viewer.Agent)
	s := f.signIn(demo, "anna", "pw")
	for _, tt := range []struct {
		https bool
		name  string
		want  bool
	}{
		{false, auth.CookieName, true},
		{false, auth.SecureCookieName, false},
		{true, auth.CookieName, false},
		{true, auth.SecureCookieName, true},
	} {
		f.SecureCookies = tt.https
		r := request(nil)
		r.AddCookie(&http.Cookie{Name: tt.name, Value: s.Token})
		if _, ok, err := f.Authenticate(r); ok != tt.want || err != nil || f.IgnoresCookie(r) || f.ByCookie(r) != tt.want {
			t.Errorf("https %v, %s: authenticated %v, %v", tt.https, tt.name, ok, err)
		}
	}
}

// TestCookiesOfOtherOriginsAreIgnored: a browser also sends the cookie with requests of pages on
// other hosts of the same site, and on other ports of the same host.
func TestCookiesOfOtherOriginsAreIgnored(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	demo := f.account("Demo")
	f.user(demo, "anna", "pw", viewer.Agent)
	s := f.signIn(demo, "anna", "pw")
	for _, foreign := range []map[string]string{
		{"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "same-site", "Origin": "https://app.example.com"},
		{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://app.example.com"}, {"Origin": "null"},
	} {
		r := request(foreign)
		r.AddCookie(&http.Cookie{Name: auth.CookieName, Value: s.Token})
		if err := f.EndCookieSession(f.ctx, r); err != nil {
			t.Error(err)
		}
		if v, ok, err := f.Authenticate(r); ok || err != nil || !f.IgnoresCookie(r) || f.ByCookie(r) {
			t.Errorf("%v: authenticated as %v, %v", foreign, v, err)
		}
		if _, ok, err := f.Reauthenticate(r); ok || err != nil {
			t.Errorf("%v: authenticated again, %v", foreign, err)
		}
		r.Header.Set("Authorization", "Bearer "+s.Token)
		if _, ok, err := f.Authenticate(r); !ok || err != nil {
			t.Errorf("%v, with the token in a header: %v, %v", foreign, ok, err)
		}
	}
}

func TestEndCookieSession(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	demo := f.account("Demo")
	f.user(demo, "anna", "pw", viewer.Agent)
	old, other := f.signIn(demo, "anna", "pw"), f.signIn(demo, "anna", "pw")
	for _, cookie := range []string{"", "cgs_1_unknown", old.Token} {
		r := request(map[string]string{"X-ApiKey": other.Token, "Cookie": cookie})
		if cookie == "" {
			r.Header.Del("Cookie")
		}
		if err := f.EndCookieSession(f.ctx, r); err != nil {
			t.Errorf("%q: %v", cookie, err)
		}
	}
	for token, want := range map[string]bool{old.Token: false, other.Token: true} {
		if _, ok, _ := f.Authenticate(request(map[string]string{"X-ApiKey": token})); ok != want {
			t.Errorf("the session is valid: %v, want %v", ok, want)
		}
	}
}
