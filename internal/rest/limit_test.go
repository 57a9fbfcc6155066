package rest_test

import (
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"contactgraph/internal/limiter"
	"contactgraph/internal/rest"
	"contactgraph/internal/rest/legacypath"
)

// TestRateLimit: a caller that has used up its cost gets an answer in the form of the API, and
// nothing is written.
func TestRateLimit(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	limits := limiter.DefaultLimits()
	limits[limiter.Staff] = limiter.Limits{Cost: 1, Rate: 1, Burst: 1}
	limits[limiter.Anonymous] = limiter.Limits{Cost: 1, Rate: 1, Burst: 1}
	f.limited(limiter.New(limiter.Config{Limits: limits, Cores: 1}, func() time.Time { return start }))
	expectStatus := func(r response, status int, retryAfter, body string) {
		t.Helper()
		if r.StatusCode != status || r.Header.Get("Retry-After") != retryAfter || !strings.Contains(r.body, body) {
			t.Errorf("%d, Retry-After %q: %s", r.StatusCode, r.Header.Get("Retry-After"), r.body)
		}
	}
	key := headers{"X-ApiKey": agentKey}
	if got := f.do("GET", contactPath(customer), "", key); got.StatusCode != 200 {
		t.Fatalf("the first request: %d %s", got.StatusCode, got.body)
	}
	expectStatus(f.do("GET", contactPath(customer), "", key), 429, "1", `{"Message":"Too many requests. Try again later."}`)
	expectStatus(f.do("GET", "/api/v1/Changes", "", key), 429, "1", `"Message"`)
	expectStatus(f.do("POST", setPath, `{"contactID":466,"details":{"setLogins":true,"logins":[]}}`, key), 200, "",
		failed("Too many requests.", "Try again later."))
	if got := f.do("POST", loginPath, form(customerMail, password), urlEncoded); got.sessionCookie() == nil {
		t.Errorf("the first sign-in: %s", got.body)
	}
	expectStatus(f.do("POST", loginPath, form(customerMail, password), urlEncoded), 200, "", "Too many requests.")
}

// limited replaces the API by one with the limiter.
func (f *fixture) limited(l *limiter.Limiter) {
	f.t.Helper()
	api := rest.New(rest.Config{Services: f.Services, IServiceAccount: f.iServiceAccount, Limiter: l, Log: slog.New(slog.DiscardHandler)})
	server := httptest.NewServer(legacypath.Normalize(api))
	f.t.Cleanup(server.Close)
	f.url = server.URL
}
