package sso_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"contactgraph/internal/auth"
	"contactgraph/internal/sso"
	"contactgraph/internal/viewer"

	"github.com/google/go-cmp/cmp"
)

// diverting changes what the browser sends to a path, as an attacker on the way would.
func diverting(path string, change func(url.Values)) func(*url.URL) {
	return func(u *url.URL) {
		if strings.HasSuffix(u.Path, path) {
			q := u.Query()
			change(q)
			u.RawQuery = q.Encode()
		}
	}
}

// TestTamperedParameters: a changed parameter on the way to or from the provider ends the sign-in.
func TestTamperedParameters(t *testing.T) {
	t.Parallel()
	replace := func(name, value string) func(url.Values) { return func(q url.Values) { q.Set(name, value) } }
	for name, tt := range map[string]struct {
		path   string
		change func(url.Values)
		want   string
	}{
		"the challenge of PKCE":     {"/authorize", replace("code_challenge", strings.Repeat("A", 43)), "STATE"},
		"the nonce":                 {"/authorize", replace("nonce", "other"), "INVALID"},
		"the state":                 {"/authorize", replace("state", "other"), "STATE"},
		"the state on the way back": {sso.RedirectPath, replace("state", "other"), "STATE"},
		"no state":                  {sso.RedirectPath, func(q url.Values) { q.Del("state") }, "STATE"},
		"the code":                  {sso.RedirectPath, replace("code", "other"), "STATE"},
		"no code":                   {sso.RedirectPath, func(q url.Values) { q.Del("code") }, "INVALID"},
		"an error of the provider":  {sso.RedirectPath, replace("error", "server_error"), "UNAVAILABLE"},
		"an error that is text":     {sso.RedirectPath, replace("error", "call 555-0100 now"), "INVALID"},
		"another provider":          {sso.RedirectPath, replace("iss", "https://other.example.com"), "INVALID"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.user("ada@example.com", viewer.Agent, "")
			f.provider.SignsIn(ada("sales"))
			b := f.browser()
			b.divert = diverting(tt.path, tt.change)
			if got := b.signIn(); got != tt.want {
				t.Fatalf("got %s, want %s:\n%s", got, tt.want, f.log.String())
			}
			if _, ok := b.viewer(); ok {
				t.Error("signed in")
			}
			if diff := cmp.Diff([]string{"SIGN_IN_FAILED " + tt.want}, f.audited()); diff != "" {
				t.Errorf("the audit log (-want +got)\n%s", diff)
			}
			if strings.Contains(f.log.String(), "555-0100") {
				t.Errorf("the log has a text of the request:\n%s", f.log.String())
			}
		})
	}
}

// TestReplay: what was used once, is used in another browser, or is too old is rejected, at every
// process.
func TestReplay(t *testing.T) {
	t.Parallel()
	for name, replay := range map[string]func(f *fixture, b *browser, cookies []*http.Cookie) string{
		"the same address in the same browser": func(_ *fixture, b *browser, _ []*http.Cookie) string { return b.open(b.callback()) },
		"with the cookie as it was before": func(f *fixture, b *browser, cookies []*http.Cookie) string {
			again := f.browser()
			again.keep(cookies)
			return again.open(b.callback())
		},
		"the same at the other process": func(f *fixture, b *browser, cookies []*http.Cookie) string {
			again := f.browser()
			again.keep(cookies)
			return again.open(strings.Replace(b.callback(), f.base, f.other, 1))
		},
		"the state of another browser": func(f *fixture, b *browser, _ []*http.Cookie) string {
			victim := f.browser()
			victim.divert = func(u *url.URL) { // it has begun a sign-in of its own
				if u.Path == sso.RedirectPath {
					*u = *must(url.Parse(b.callback()))
				}
			}
			return victim.signIn()
		},
		"the code of another sign-in": func(f *fixture, b *browser, _ []*http.Cookie) string {
			victim := f.browser()
			victim.divert = diverting(sso.RedirectPath, func(q url.Values) { q.Set("code", must(url.Parse(b.callback())).Query().Get("code")) })
			return victim.signIn()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.user("ada@example.com", viewer.Agent, "")
			f.provider.SignsIn(ada("sales"))
			b := f.browser()
			var cookies []*http.Cookie
			b.divert = func(u *url.URL) {
				if u.Path == sso.RedirectPath {
					cookies = b.client.Jar.Cookies(u)
				}
			}
			if got := b.signIn(); got != done {
				t.Fatal(got)
			}
			if got := replay(f, b, cookies); got != "STATE" {
				t.Errorf("got %s", got)
			}
			if diff := cmp.Diff([]string{"ada@example.com AGENT sub-ada sessions:1"}, f.state()); diff != "" {
				t.Errorf("the users (-want +got)\n%s", diff)
			}
		})
	}
}

// TestStateIsUsedOnce: even if the provider accepted a code twice, only one of many sign-ins with
// one state succeeds, on both processes at the same time.
func TestStateIsUsedOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.user("ada@example.com", viewer.Agent, "")
	a := assertion(f)
	var wg sync.WaitGroup
	errs := make([]error, 10)
	for i := range errs {
		wg.Go(func() { _, errs[i] = f.auth.SignInByProvider(t.Context(), f.account, a, origin) })
	}
	wg.Wait()
	succeeded := 0
	for _, err := range errs {
		if err == nil {
			succeeded++
		} else if !strings.Contains(err.Error(), "used before") {
			t.Error(err)
		}
	}
	if succeeded != 1 {
		t.Errorf("%d sign-ins succeeded", succeeded)
	}
	f.advance(time.Hour) // the state has expired, so it is forgotten: its cookie is rejected
	a.State, a.StateExpires = "another", f.now().Add(time.Minute)
	if _, err := f.auth.SignInByProvider(t.Context(), f.account, a, origin); err != nil {
		t.Fatal(err)
	}
	if n := f.db.Client().UsedState.Query().CountX(viewer.NewSystemContext(t.Context(), 0)); n != 1 {
		t.Errorf("%d states are stored", n)
	}
}

var origin = auth.Origin{Agent: "test"}

func assertion(f *fixture) auth.Assertion {
	return auth.Assertion{
		Issuer: f.provider.Issuer, Subject: "sub-ada", Email: "ada@example.com", Roles: []string{"AGENT"}, State: "state", StateExpires: f.now().Add(time.Minute),
	}
}

// TestOneUserIsCreated: sign-ins at the same time create one user.
func TestOneUserIsCreated(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.createsUsers()
	var wg sync.WaitGroup
	for i := range 5 {
		wg.Go(func() {
			a := assertion(f)
			a.State = strings.Repeat("x", i+1)
			if _, err := f.auth.SignInByProvider(t.Context(), f.account, a, origin); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if diff := cmp.Diff([]string{"ada@example.com AGENT sub-ada sessions:5"}, f.state()); diff != "" {
		t.Errorf("the users (-want +got)\n%s", diff)
	}
}

// keep stores cookies in the browser.
func (b *browser) keep(cookies []*http.Cookie) {
	for _, c := range cookies {
		c.Path = "/"
	}
	b.client.Jar.SetCookies(must(url.Parse(b.f.base)), cookies)
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}
