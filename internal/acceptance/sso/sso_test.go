package sso

import (
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"contactgraph/internal/acceptance/harness"
	"contactgraph/internal/sso/ssotest"

	"github.com/google/go-cmp/cmp"
)

// fixture is a provider, and servers on one database that use it.
type fixture struct {
	t        *testing.T
	provider *ssotest.Provider
	servers  harness.Fleet
}

// newFixture starts a provider that is down, and then the servers: two, or one on SQLite.
func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{t: t}
	address := harness.FreeAddress(t)
	f.provider = ssotest.Start(t, "http://"+address)
	f.provider.Down(true)
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte(ssotest.ClientSecret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	database := harness.NewDemoDatabase(t, harness.Selected(), 5)
	flags := []string{
		"--demo", "--demo-contacts", "5",
		"--oidc-issuer", f.provider.Issuer, "--oidc-client-id", ssotest.ClientID, "--oidc-client-secret-file", secret,
		"--oidc-base-url", "http://" + address, "--oidc-scope", "groups", "--oidc-account", "Demo", "--oidc-name", "Acme SSO",
		"--oidc-role", "sales=AGENT", "--oidc-role", "cn=it,dc=acme=ADMIN",
	}
	f.servers = append(f.servers, harness.Launch(t, database, append(flags, "--addr", address)...))
	f.servers[0].Await()
	if harness.Selected() != harness.SQLite {
		f.servers = append(f.servers, harness.Launch(t, database, flags...))
		f.servers[1].Await()
	}
	return f
}

// browser keeps cookies and follows redirects.
type browser struct {
	*fixture

	client   *http.Client
	callback string         // the address that the provider has last sent it back to
	cookies  []*http.Cookie // at that moment
}

func (f *fixture) browser() *browser {
	f.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		f.t.Fatal(err)
	}
	return &browser{fixture: f, client: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// signIn signs in at one server, which the provider's redirect comes back to, and returns the page
// of the console that it ends on.
func (b *browser) signIn() string {
	b.t.Helper()
	return b.open(b.servers[0].URL+"/auth/oidc/start?return=/manage/people", b.servers.For(1).URL)
}

// open follows redirects to a page of the console. Requests that end a sign-in go to the server
// last.
func (b *browser) open(address, last string) string {
	b.t.Helper()
	for range 10 {
		u := must(url.Parse(address))
		if strings.HasPrefix(u.Path, "/sign-in/") {
			q := u.Query()
			return u.Path + " " + q.Get("reason") + q.Get("return")
		}
		if u.Path == "/auth/oidc/callback" {
			b.callback, b.cookies = address, b.client.Jar.Cookies(u)
			u.Host = strings.TrimPrefix(last, "http://")
		}
		r, err := b.client.Get(u.String())
		if err != nil {
			b.t.Fatal(err)
		}
		r.Body.Close()
		address = must(u.Parse(r.Header.Get("Location"))).String()
		if r.Header.Get("Location") == "" {
			return fmt.Sprint(r.StatusCode, " ", u.Path)
		}
	}
	return "too many redirects"
}

// graphQL runs a document with the cookies of the browser, and returns its data, or its errors.
func (b *browser) graphQL(document string) string {
	b.t.Helper()
	at := must(url.Parse(b.servers[0].URL))
	caller := harness.Anonymous
	for _, c := range b.client.Jar.Cookies(at) {
		caller = caller.With("Cookie", c.Name+"="+c.Value)
	}
	return result(b.servers.For(1).Execute(caller, document, nil))
}

func result(r harness.Result) (text string) {
	for _, e := range r.Errors {
		text += e.Extensions.Code
	}
	for _, v := range r.Data {
		text += string(v)
	}
	return text
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func ada(groups ...string) ssotest.Person {
	return ssotest.Person{
		Subject: "sub-ada", Email: "ada@example.com", EmailVerified: true, Name: "Ada L", Claims: map[string]any{"groups": groups},
	}
}

const (
	done     = "/sign-in/done /manage/people"
	password = "correct horse battery"
)

// TestSignInByProvider follows a colleague from the first sign-in to the last, at the built server.
func TestSignInByProvider(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	admin := harness.APIKey("demo-admin")
	manage := func(document string) string {
		t.Helper()
		return result(f.servers[0].Execute(admin, "mutation { done: "+document+" }", nil))
	}
	expect := func(what, got, want string) {
		t.Helper()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", what, diff)
		}
	}
	f.provider.SignsIn(ada("sales"))
	b := f.browser()
	expect("the provider is down", b.signIn(), "/sign-in/failed UNAVAILABLE/manage/people")
	f.provider.Down(false)
	expect("an unknown user", b.signIn(), "/sign-in/failed UNKNOWN_USER/manage/people")
	expect("the setting", manage(`updateAccountSettings(input: {oidcCreatesUsers: true}) { settings { oidcCreatesUsers } errors { code } }`),
		`{"settings":{"oidcCreatesUsers":true},"errors":[]}`)
	expect("the first sign-in", b.signIn(), done)
	expect("the viewer", b.graphQL(`{ viewer { account name role } }`), `{"account":"Demo","name":"Ada L","role":"AGENT"}`)
	expect("no password", b.graphQL(`mutation { changePassword(input: {currentPassword: "", newPassword: "`+password+`"}) { errors { code } } }`),
		`{"errors":[{"code":"FORBIDDEN"}]}`)
	f.provider.SignsIn(ada("sales", "cn=it,dc=acme"))
	expect("with a higher role", b.signIn(), done)
	users := b.graphQL(`{ users { id login role hasPassword issuer } }`)
	if !strings.Contains(users, `"login":"ada@example.com","role":"ADMIN","hasPassword":false,"issuer":"`+f.provider.Issuer+`"`) {
		t.Errorf("the users are %s", users)
	}
	id := userID(t, users)
	f.provider.SignsIn(ada("other"))
	other := f.browser()
	expect("without a role", other.signIn(), "/sign-in/failed NO_ROLE/manage/people")
	expect("the sessions have ended", b.graphQL(`{ viewer { name } }`), `null`)
	f.provider.SignsIn(ada("sales"))

	signIn := `signIn(input: {account: "Demo", login: "ada@example.com", password: "` + password + `"}) { errors { code } }`
	expect("a password instead", manage(`resetUserPassword(input: {id: "`+id+`", newPassword: "`+password+`"}) { user { hasPassword issuer } errors { code } }`),
		`{"user":{"hasPassword":true,"issuer":null},"errors":[]}`)
	expect("the password is accepted", manage(signIn), `{"errors":[]}`)
	expect("the provider is not", b.signIn(), "/sign-in/failed NOT_LINKED/manage/people")
	expect("the permission", manage(`updateUser(input: {id: "`+id+`", providerAllowed: true}) { user { providerAllowed } errors { code } }`),
		`{"user":{"providerAllowed":true},"errors":[]}`)
	expect("the provider again", b.signIn(), done)
	expect("the password is gone", manage(signIn), `{"errors":[{"code":"SIGN_IN_REFUSED"}]}`)

	signOut := b.graphQL(`mutation { signOut { providerUrl errors { code } } }`)
	if !strings.Contains(signOut, f.provider.Issuer+"/end_session?client_id=contactgraph") {
		t.Errorf("signed out with %s", signOut)
	}
	expect("signed out", b.graphQL(`{ viewer { name } }`), `null`)
	expect("sign in again", b.signIn(), done)
	expect("disabled", manage(`updateUser(input: {id: "`+id+`", disabled: true}) { user { disabled } errors { code } }`),
		`{"user":{"disabled":true},"errors":[]}`)
	expect("the session has ended", b.graphQL(`{ viewer { name } }`), `null`)
	expect("and cannot be opened again", b.signIn(), "/sign-in/failed DISABLED/manage/people")
	f.checkLogs()
}

// userID returns the id of the user ada.
func userID(t *testing.T, users string) string {
	t.Helper()
	before, _, ok := strings.Cut(users, `","login":"ada@example.com"`)
	if !ok {
		t.Fatalf("the users are %s", users)
	}
	return before[strings.LastIndex(before, `"`)+1:]
}

// checkLogs fails if the log of a server has secrets or addresses.
func (f *fixture) checkLogs() {
	f.t.Helper()
	for _, s := range f.servers {
		text := s.Log.String()
		for _, secret := range []string{ssotest.ClientSecret, "ada@example.com", "Ada L", "sub-ada", "code="} {
			if strings.Contains(text, secret) {
				f.t.Errorf("the log has %q", secret)
			}
		}
		if s == f.servers[0] && !strings.Contains(text, "reason=UNKNOWN_USER") && !strings.Contains(f.servers.For(1).Log.String(), "reason=UNKNOWN_USER") {
			f.t.Error("the log has no line about the rejected sign-in")
		}
	}
}

// TestReplayAfterRestart: what was used once is rejected at another server, and after a restart.
func TestReplayAfterRestart(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.provider.Down(false)
	f.provider.SignsIn(ada("sales"))
	admin := harness.APIKey("demo-admin")
	f.servers[0].Execute(admin, `mutation { updateAccountSettings(input: {oidcCreatesUsers: true}) { errors { code } } }`, nil)
	b := f.browser()
	if got := b.signIn(); got != done {
		t.Fatal(got)
	}
	replay := func() {
		t.Helper()
		again := f.browser()
		again.client.Jar.SetCookies(must(url.Parse(f.servers[0].URL)), b.cookies)
		for _, s := range f.servers {
			if got := again.open(b.callback, s.URL); got != "/sign-in/failed STATE/manage/people" && got != "/sign-in/failed STATE/" {
				t.Errorf("replayed: %s", got)
			}
		}
	}
	replay()
	f.servers[0].Stop()
	f.servers[0].Relaunch()
	f.servers[0].AwaitReady()
	replay()
	if got := f.browser().signIn(); got != done {
		t.Errorf("another sign-in: %s", got)
	}
}

// TestPages: the sign-in page learns that there is a provider, and a server without one has no
// endpoints for it.
func TestPages(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	if page := f.servers[0].Send(harness.Anonymous, "GET", "/", "", ""); !strings.Contains(page.Body, `"sso":{"name":"Acme SSO"}`) {
		t.Errorf("the page has no provider: %s", page.Body)
	}
	for _, path := range []string{"/sign-in/failed", "/sign-in/done"} {
		if page := f.servers[0].Send(harness.Anonymous, "GET", path, "", ""); page.Status != http.StatusOK {
			t.Errorf("%s: %d", path, page.Status)
		}
	}
	without := harness.Demo(t, 5)
	for _, path := range []string{"/auth/oidc/start", "/auth/oidc/callback?state=x&code=y"} {
		if r := without.Send(harness.Anonymous, "GET", path, "", ""); r.Status != http.StatusNotFound {
			t.Errorf("without a provider: %s: %d", path, r.Status)
		}
	}
}
