package sso_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"contactgraph/internal/sso"
	"contactgraph/internal/viewer"
)

// TestSlowPerson: who takes too long at the provider has to start again.
func TestSlowPerson(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.user("ada@example.com", viewer.Agent, "")
	f.provider.SignsIn(ada("sales"))
	b := f.browser()
	b.divert = func(u *url.URL) {
		if u.Path == sso.RedirectPath {
			f.advance(11 * time.Minute)
		}
	}
	if got := b.signIn(); got != "STATE" {
		t.Errorf("got %s", got)
	}
}

// TestTwoProcesses: a sign-in begins at one process and ends at the other.
func TestTwoProcesses(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.user("ada@example.com", viewer.Agent, "")
	f.provider.SignsIn(ada("sales"))
	b := f.browser()
	b.divert = func(u *url.URL) {
		if u.Path == sso.RedirectPath {
			u.Host = strings.TrimPrefix(f.other, "http://")
		}
	}
	if got := b.signIn(); got != done {
		t.Errorf("got %s:\n%s", got, f.log.String())
	}
}

// TestProviderIsDown: sign-ins fail with a page until the provider is up again, before and after
// the server has read its configuration.
func TestProviderIsDown(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.user("ada@example.com", viewer.Agent, "")
	f.provider.SignsIn(ada("sales"))
	b := f.browser()
	for range 2 {
		f.provider.Down(true)
		if got := b.signIn(); got != "UNAVAILABLE" && !strings.HasPrefix(got, "503 /authorize") {
			t.Errorf("down: got %s", got)
		}
		f.provider.Down(false)
		if got := b.signIn(); got != done {
			t.Errorf("up: got %s", got)
		}
	}
	b.divert = func(u *url.URL) { f.provider.Down(u.Path == sso.RedirectPath) }
	if got := b.signIn(); got != "UNAVAILABLE" {
		t.Errorf("down after the person has signed in there: got %s", got)
	}
}

// TestKeysOfTheProvider: a new key is accepted at once, a key that is not published is not, and one
// that is withdrawn is not accepted for long.
func TestKeysOfTheProvider(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.user("ada@example.com", viewer.Agent, "")
	f.provider.SignsIn(ada("sales"))
	expect := func(what, want string) {
		t.Helper()
		if got := f.browser().signIn(); got != want {
			t.Errorf("%s: got %s, want %s:\n%s", what, got, want, f.log.String())
		}
	}
	expect("the first key", done)
	f.provider.Rotate()
	expect("a new key", done)
	f.provider.ForgetKeys()
	f.advance(4 * time.Minute)
	expect("a key that was withdrawn some minutes ago", done)
	f = newFixture(t)
	f.user("ada@example.com", viewer.Agent, "")
	f.provider.SignsIn(ada("sales"))
	f.provider.ForgetKeys()
	expect("no keys", "INVALID")
	f.provider.Rotate()
	expect("keys again", done)
}

// TestGuessersWait: an address whose sign-ins fail again and again has to wait, and fills neither
// the audit log nor the provider.
func TestGuessersWait(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.user("ada@example.com", viewer.Agent, "")
	f.provider.SignsIn(ada("sales"))
	b := f.browser()
	got := ""
	for range 30 {
		if got = b.open(f.base + sso.RedirectPath + "?state=x&code=y"); got != "STATE" {
			break
		}
	}
	if got != "BUSY" || b.last.Get("Retry-After") == "" || len(f.audited()) != 20 {
		t.Errorf("got %s with Retry-After %q and %d entries", got, b.last.Get("Retry-After"), len(f.audited()))
	}
	f.advance(time.Minute)
	if got := f.browser().signIn(); got != done {
		t.Errorf("after the wait: %s", got)
	}
}

// TestReturn: the browser returns only to pages of the console.
func TestReturn(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.user("ada@example.com", viewer.Agent, "")
	f.provider.SignsIn(ada("sales"))
	for path, want := range map[string]string{
		"/contacts/7": "/contacts/7", "/manage/people": "/manage/people", "/": "/", "/?search=x%26y": "/?search=x%26y", "": "/",
		"/sign-in/close": "/sign-in/close", "/sign-in/done": "/",
		"//evil.example.com": "/", "https://evil.example.com/contacts/7": "/", `/\evil.example.com`: "/", "/contacts/../graphql": "/",
		"/graphql": "/", "/auth/oidc/start": "/", "javascript:alert(1)": "/", "/contacts/\r\nx": "/", "contacts/7": "/", "/contacts//evil": "/",
		"/contacts/" + strings.Repeat("x", 1000): "/", "http:/contacts/7": "/",
	} {
		if got := f.browser().open(f.base + sso.StartPath + "?" + url.Values{"return": {path}}.Encode()); got != "signed in, to "+want {
			t.Errorf("%q: %s", path, got)
		}
	}
}

// TestStartsOnlyHere: pages of other sites cannot start a sign-in, and programs that check links
// neither start nor end one.
func TestStartsOnlyHere(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for site, want := range map[string]string{"cross-site": "/", "same-site": "/", "same-origin": f.provider.Issuer, "none": f.provider.Issuer, "": f.provider.Issuer} {
		w := httptest.NewRecorder()
		r := httptest.NewRequestWithContext(t.Context(), "GET", sso.StartPath, nil)
		r.Header.Set("Sec-Fetch-Site", site)
		f.second.Start(w, r)
		if got := w.Header().Get("Location"); !strings.HasPrefix(got, want) || want == "/" && len(w.Result().Cookies()) > 0 {
			t.Errorf("%q is sent to %s", site, got)
		}
	}
	for _, handle := range []http.HandlerFunc{f.second.Start, f.second.Callback} {
		w := httptest.NewRecorder()
		handle(w, httptest.NewRequestWithContext(t.Context(), "HEAD", sso.StartPath, nil))
		if w.Code != http.StatusNoContent || len(w.Result().Cookies()) > 0 || len(f.audited()) > 0 {
			t.Errorf("HEAD: %d %v", w.Code, w.Header())
		}
	}
}

// TestCallbackIsOpenedByNavigation: a page of another site that loads the callback as an image
// makes no sign-in fail or wait.
func TestCallbackIsOpenedByNavigation(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for mode, want := range map[string]int{"no-cors": http.StatusNoContent, "cors": http.StatusNoContent, "navigate": http.StatusSeeOther, "": http.StatusSeeOther} {
		before := len(f.audited())
		w := httptest.NewRecorder()
		r := httptest.NewRequestWithContext(t.Context(), "GET", sso.RedirectPath, nil)
		r.Header.Set("Sec-Fetch-Mode", mode)
		f.second.Callback(w, r)
		if failed := len(f.audited()) > before; w.Code != want || failed == (want == http.StatusNoContent) {
			t.Errorf("mode %q: %d, recorded %t", mode, w.Code, failed)
		}
	}
}

// TestNotReady: until the database is prepared, the browser is sent to a page.
func TestNotReady(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	sso.Starting{}.Callback(w, httptest.NewRequestWithContext(t.Context(), "GET", sso.RedirectPath, nil))
	if at := w.Header().Get("Location"); !strings.HasPrefix(at, "/sign-in/failed?reason=NOT_READY") {
		t.Errorf("sent to %s", at)
	}
}
