package graph_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"contactgraph/internal/auth"

	"github.com/coder/websocket"
)

const (
	signInByCookie = `mutation($login: String!, $password: String! = "pw") { signIn(input: {account: "demo", login: $login, password: $password, cookie: true}) {
		token expiresAt viewer { role } errors { __typename code path } } }`
	signOut     = `mutation { signOut { errors { code } } }`
	viewerEmail = `{ viewer { contact { email } } }`
)

// cookies returns the cookies that the response sets.
func (r reply) cookies() []*http.Cookie { return (&http.Response{Header: r.header}).Cookies() }

// withCookie returns the header that a browser sends with the cookie.
func withCookie(c *http.Cookie) http.Header { return http.Header{"Cookie": {c.Name + "=" + c.Value}} }

// cookieOf signs in and returns the cookie.
func (f *fixture) cookieOf(login string) *http.Cookie {
	f.t.Helper()
	got := f.query("", signInByCookie, object{"login": login})
	if len(got.cookies()) != 1 {
		f.t.Fatalf("signing in set the cookies %v: %v %v", got.cookies(), got.Data, got.Errors)
	}
	return got.cookies()[0]
}

func TestSignInByCookie(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.customer(f.demo, "anna")
	for _, secure := range []bool{false, true} {
		f.serve(secure)
		got := f.query("", signInByCookie, object{"login": "anna"})
		in := got.Data["signIn"].(object)
		if in["expiresAt"] == nil {
			t.Error("the payload lacks the end of the session")
		}
		f.want("the payload", pick(in, "token", "viewer", "errors"), `{"token": null, "viewer": {"role": "CUSTOMER"}, "errors": []}`)
		set := got.cookies()
		if len(set) != 1 {
			t.Fatalf("cookies: %v", set)
		}
		c := set[0]
		about := fmt.Sprint(c.Name, c.Path, c.Domain, c.HttpOnly, c.Secure, c.SameSite == http.SameSiteLaxMode, c.MaxAge > 11*3600 && c.MaxAge <= 12*3600)
		name := map[bool]string{false: auth.CookieName, true: auth.SecureCookieName}[secure]
		if want := fmt.Sprint(name, "/", "", true, secure, true, true); about != want {
			t.Errorf("secure %v: the cookie is %s, want %s", secure, about, want)
		}
		body := text(got.Data)
		if strings.Contains(body, c.Value) || strings.Contains(f.log.String(), c.Value) {
			t.Error("the token occurs outside of the cookie")
		}
		f.want("with the cookie", f.queryWithHeader(withCookie(c), viewerEmail, nil).Data, `{"viewer": {"contact": {"email": "anna@example.com"}}}`)

		out := f.queryWithHeader(withCookie(c), signOut, nil)
		set = out.cookies()
		if len(out.Errors) > 0 || len(set) != 1 || set[0].Name != c.Name || set[0].Value != "" || set[0].MaxAge != -1 || set[0].Path != "/" ||
			!set[0].HttpOnly || set[0].Secure != secure {
			t.Errorf("signing out: %v, cookies %v", out.Errors, set)
		}
		f.want("with the cookie afterwards", f.queryWithHeader(withCookie(c), viewerEmail, nil).Data, `{"viewer": null}`)
	}
}

// TestCookiesOfResponses shows which requests set or clear the cookie, and which leave it
// unchanged.
func TestCookiesOfResponses(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	_, token := f.customer(f.demo, "anna")
	stale := &http.Cookie{Name: auth.CookieName, Value: token[:len(token)-1]}
	const in, forToken, failed = `signIn(input: {account: "demo", login: "anna", password: "pw", cookie: true}) { errors { code } }`,
		`signIn(input: {account: "demo", login: "anna", password: "pw"}) { errors { code } }`,
		`signIn(input: {account: "demo", login: "anna", password: "x", cookie: true}) { errors { code } }`
	const nothing, sets, clears = "nothing", "sets", "clears"
	tests := []struct {
		name, mutation string
		header         func() http.Header
		want, code     string
	}{
		{"signing in", in, nil, sets, ""},
		{"signing in for a token", forToken, nil, nothing, ""},
		{"signing in for a token with a stale cookie", forToken, func() http.Header { return withCookie(stale) }, nothing, ""},
		{"wrong credentials", failed, nil, nothing, ""},
		{"wrong credentials with a stale cookie", failed, func() http.Header { return withCookie(stale) }, nothing, ""},
		{"a document that cannot run", in + ` nonsense`, nil, nothing, "GRAPHQL_VALIDATION_FAILED"},
		{"signing in with a field that needs credentials", in + ` createStore(input: {name: "x"}) { errors { code } }`, nil, nothing, "UNAUTHENTICATED"},
		{"signing in with a stale cookie", in, func() http.Header { return withCookie(stale) }, sets, ""},
		{"signing in again", in, func() http.Header { return withCookie(f.cookieOf("anna")) }, sets, ""},
		{"several fields", `__typename a: ` + in + ` b: __typename`, nil, sets, ""},
		{"signing in twice", `a: ` + in + ` b: ` + in, nil, nothing, "COST_LIMIT"},
		{"signing in with a field that fails", in + ` updateContact(input: {id: 999, set: {}}) { errors { code } }`,
			func() http.Header { return http.Header{"Authorization": {"Bearer " + f.demo.agent}} }, sets, ""},
		{"signing out", `signOut { errors { code } }`, func() http.Header { return withCookie(f.cookieOf("anna")) }, clears, ""},
		{"signing out twice", `signOut { errors { code } } again: signOut { errors { code } }`,
			func() http.Header { return withCookie(f.cookieOf("anna")) }, clears, ""},
		{"signing out with a stale cookie", `signOut { errors { code } }`, func() http.Header { return withCookie(stale) }, clears, "UNAUTHENTICATED"},
		{"signing out without credentials", `signOut { errors { code } }`, nil, nothing, "UNAUTHENTICATED"},
		{"something else with a stale cookie", `createStore(input: {name: "x"}) { errors { code } }`,
			func() http.Header { return withCookie(stale) }, nothing, "UNAUTHENTICATED"},
		{"signing out with a token and a cookie", `signOut { errors { code } }`, func() http.Header {
			h := withCookie(f.cookieOf("anna"))
			h.Set("Authorization", "Bearer "+must(f.Auth.SignIn(t.Context(), f.demo.account, "anna", "pw", auth.Origin{})).Token)
			return h
		}, nothing, ""},
		{"signing out and in", `signOut { errors { code } } ` + in, func() http.Header { return withCookie(f.cookieOf("anna")) }, sets, ""},
	}
	for _, tt := range tests {
		header := http.Header{}
		if tt.header != nil {
			header = tt.header()
		}
		got := f.queryWithHeader(header, "mutation { "+tt.mutation+" }", nil)
		effect := nothing
		switch set := got.cookies(); {
		case len(set) > 1:
			effect = fmt.Sprint(set)
		case len(set) == 1 && set[0].Value == "":
			effect = clears
		case len(set) == 1:
			effect = sets
			if signedIn := f.queryWithHeader(withCookie(set[0]), viewerEmail, nil); text(signedIn.Data) != `{"viewer":{"contact":{"email":"anna@example.com"}}}` {
				t.Errorf("%s: the cookie signs in %v", tt.name, signedIn.Data)
			}
		}
		if code := strings.Join(got.codes(), ","); effect != tt.want || code != tt.code {
			t.Errorf("%s: %s, %q, want %s, %q", tt.name, effect, code, tt.want, tt.code)
		}
	}
}

// TestSignInByCookieEndsTheSessionOfTheCookieBefore: the browser forgets the old token, so the
// session must not stay valid for others who know it.
func TestSignInByCookieEndsTheSessionOfTheCookieBefore(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.customer(f.demo, "anna")
	for name, want := range map[string]struct {
		mutation string
		lives    bool
	}{
		"signing in by cookie":         {`signIn(input: {account: "demo", login: "anna", password: "pw", cookie: true})`, false},
		"signing in for a token":       {`signIn(input: {account: "demo", login: "anna", password: "pw"})`, true},
		"failing to sign in by cookie": {`signIn(input: {account: "demo", login: "anna", password: "x", cookie: true})`, true},
	} {
		old := withCookie(f.cookieOf("anna"))
		f.queryWithHeader(old, `mutation { `+want.mutation+` { token } }`, nil)
		if lives := text(f.queryWithHeader(old, viewerEmail, nil).Data) != `{"viewer":null}`; lives != want.lives {
			t.Errorf("%s: the old session is valid: %v", name, lives)
		}
	}
}

// TestSignInByCookieIgnoresKeys: the result of a sign-in is not stored, so each sets another
// cookie.
func TestSignInByCookieIgnoresKeys(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.customer(f.demo, "anna")
	first := f.queryWithKey("", "once", signInByCookie, object{"login": "anna"})
	second := f.queryWithKey("", "once", signInByCookie, object{"login": "anna"})
	a, b := first.cookies(), second.cookies()
	if len(a) != 1 || len(b) != 1 || a[0].Value == b[0].Value || second.Extensions["replayed"] != nil {
		t.Errorf("got %v and %v, %v", a, b, second.Extensions)
	}
}

// TestSignInByCookieNeedsHeaders: no session is opened if the response can no longer set headers.
func TestSignInByCookieNeedsHeaders(t *testing.T) {
	t.Parallel()
	for _, transport := range streamTransports {
		t.Run(transport.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.customer(f.demo, "anna")
			before := f.db.Dump()
			for _, password := range []string{"pw", "x"} {
				got := transport.open(f, "", signInByCookie, object{"login": "anna", "password": password}).last()
				f.want("the payload", got.Data["signIn"],
					`{"token": null, "expiresAt": null, "viewer": null, "errors": [{"__typename": "ValidationError", "code": "INVALID", "path": "cookie"}]}`)
			}
			if f.db.Dump() != before {
				t.Error("a session was opened")
			}
			if got := transport.open(f, "", signIn, object{"login": "anna"}).last(); got.Data["signIn"].(object)["token"] == nil {
				t.Errorf("signing in for a token: %v", got.Data)
			}
		})
	}
}

// TestCookieWorksOnEveryTransport: for a page of the same origin, a cookie is as good as a token.
func TestCookieWorksOnEveryTransport(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	anna, _ := f.customer(f.demo, "anna")
	cookie := withCookie(f.cookieOf("anna"))
	rename := object{"in": object{"id": anna.ID, "onConflict": "OVERWRITE", "set": object{"firstName": "Eva"}}}
	if got := f.queryWithHeader(cookie, update, rename); len(got.Errors) > 0 || got.Data["updateContact"].(object)["contact"] == nil {
		t.Errorf("a mutation: %v, %v", got.Data, got.Errors)
	}
	s := f.dial(cookie).connect(nil)
	address := f.url()
	for name, browser := range map[string]http.Header{
		"the page of the server":  {"Origin": {strings.TrimSuffix(address, "/graphql")}},
		"its page behind a proxy": {"Origin": {"https://app.example.com"}, "Sec-Fetch-Site": {"same-origin"}},
	} {
		browser.Set("Cookie", cookie.Get("Cookie"))
		f.want(name, f.dialTo(address, browser).connect(nil).subscribe(viewerEmail, nil).last().Data, `{"viewer": {"contact": {"email": "anna@example.com"}}}`)
	}
	following := s.subscribe(follow, nil)
	following.changes(2, "cursor")
	f.want("a query over the WebSocket", s.subscribe(viewerEmail, nil).last().Data, `{"viewer": {"contact": {"email": "anna@example.com"}}}`)
	f.rename(f.demo, anna, "Ida")
	following.changes(1, "cursor")
	if got := f.queryWithHeader(cookie, signOut, nil); len(got.Errors) > 0 {
		t.Fatal(got.Errors)
	}
	if got := s.subscribe(viewerEmail, nil).next(); !slices.Equal(got.codes(), []string{"UNAUTHENTICATED"}) {
		t.Errorf("on a connection whose session has ended: %v, %v", got.Data, got.Errors)
	}
}

// TestSignOutOverWebSocket: signing out ends the session, although a WebSocket cannot clear the
// cookie.
func TestSignOutOverWebSocket(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.customer(f.demo, "anna")
	cookie := withCookie(f.cookieOf("anna"))
	if got := f.dial(cookie).connect(nil).subscribe(signOut, nil).last(); len(got.Errors) > 0 {
		t.Error(got.Errors)
	}
	f.want("with the cookie", f.queryWithHeader(cookie, viewerEmail, nil).Data, `{"viewer": null}`)
}

// TestOtherSitesCannotUseCookies: the requests that browsers allow pages of other sites to send
// have no effect with the cookie, and cannot obtain one.
func TestOtherSitesCannotUseCookies(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.customer(f.demo, "anna")
	cookie := withCookie(f.cookieOf("anna"))
	before := f.db.Dump()
	address := f.url()
	own := must(url.Parse(address))
	for origin, want := range map[string]int{"https://example.com": http.StatusForbidden, "null": http.StatusForbidden, "http://" + own.Host: http.StatusSwitchingProtocols} {
		header := cookie.Clone()
		header.Set("Origin", origin)
		conn, resp, _ := websocket.Dial(t.Context(), address, &websocket.DialOptions{ //nolint:bodyclose // it has been read
			Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: header,
		})
		if conn != nil {
			defer conn.CloseNow()
		}
		if resp.StatusCode != want {
			t.Errorf("a WebSocket of a page of %s: status %d, want %d", origin, resp.StatusCode, want)
		}
	}

	in := `mutation { signIn(input: {account: "demo", login: "anna", password: "pw", cookie: true}) { errors { code } } }`
	form := "query=" + url.QueryEscape(in)
	for name, tt := range map[string]struct {
		method, path, contentType, body string
		want                            int
	}{
		"a link":                          {http.MethodGet, "?" + form, "", "", http.StatusBadRequest},
		"a form":                          {http.MethodPost, "", "application/x-www-form-urlencoded", form, http.StatusForbidden},
		"a form of text":                  {http.MethodPost, "", "text/plain", text(object{"query": in}), http.StatusForbidden},
		"a script that sends JSON":        {http.MethodPost, "", "application/json", text(object{"query": in}), http.StatusForbidden},
		"a preflight":                     {http.MethodOptions, "", "", "", http.StatusNoContent},
		"a link typed in the address bar": {http.MethodGet, "?" + form, "own", "", http.StatusMethodNotAllowed},
		"a multipart one":                 {http.MethodPost, "", "multipart/form-data; boundary=x", "--x--", http.StatusForbidden},
	} {
		r := must(http.NewRequestWithContext(t.Context(), tt.method, address+tt.path, strings.NewReader(tt.body)))
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		r.Header.Set("Origin", "https://example.com")
		if tt.contentType == "own" { // typed in the address bar
			r.Header.Set("Sec-Fetch-Site", "none")
		} else if tt.contentType != "" {
			r.Header.Set("Content-Type", tt.contentType)
		}
		r.Header["Cookie"] = cookie["Cookie"]
		resp := must(http.DefaultClient.Do(r)) //nolint:bodyclose // it is closed below
		resp.Body.Close()
		if resp.StatusCode != tt.want || resp.Header.Get("Set-Cookie") != "" || resp.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: %s, %v, want %d", name, resp.Status, resp.Header, tt.want)
		}
	}
	if f.db.Dump() != before {
		t.Error("a page of another site changed the database")
	}
}

// TestAllowedOriginsCannotUseCookies: pages of allowed origins use API keys and tokens. Their
// requests are never authenticated by a cookie, which browsers add if the page is on another host
// of the same site, and cannot obtain one.
func TestAllowedOriginsCannotUseCookies(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.customer(f.demo, "anna")
	cookie := withCookie(f.cookieOf("anna"))
	token := f.query("", strings.Replace(signInByCookie, "cookie: true", "cookie: false", 1), object{"login": "anna"}).Data["signIn"].(object)["token"].(string)
	const app = "https://app.example.org"
	for _, allowed := range []string{app, "*"} {
		f.serve(false, allowed)
		before := f.db.Dump()
		for name, header := range map[string]http.Header{
			"marked by a new browser":  {"Origin": {app}, "Sec-Fetch-Site": {"same-site"}},
			"marked by an old browser": {"Origin": {app}},
		} {
			bearing := header.Clone()
			bearing.Set("Authorization", "Bearer "+token)
			f.want(name+", with a token", f.queryWithHeader(bearing, viewerEmail, nil).Data, `{"viewer": {"contact": {"email": "anna@example.com"}}}`)
			f.want(name+", a token over the WebSocket", f.dial(header).connect(initPayload(token)).subscribe(viewerEmail, nil).last().Data,
				`{"viewer": {"contact": {"email": "anna@example.com"}}}`)

			header.Set("Cookie", cookie.Get("Cookie"))
			f.want(name+", with the cookie", f.queryWithHeader(header, viewerEmail, nil).Data, `{"viewer": null}`)
			f.want(name+", the cookie over the WebSocket", f.dial(header).connect(nil).subscribe(viewerEmail, nil).last().Data, `{"viewer": null}`)
			signedOut := f.queryWithHeader(header, signOut, nil)
			if !slices.Equal(signedOut.codes(), []string{"UNAUTHENTICATED"}) || len(signedOut.cookies()) > 0 {
				t.Errorf("%s, signing out: %v, %v, %v", name, signedOut.Data, signedOut.Errors, signedOut.cookies())
			}
			for _, password := range []string{"pw", "x"} {
				got := f.queryWithHeader(header, signInByCookie, object{"login": "anna", "password": password})
				f.want(name+", signing in by cookie", pick(got.Data["signIn"].(object), "token", "viewer", "errors"),
					`{"token": null, "viewer": null, "errors": [{"__typename": "ValidationError", "code": "INVALID", "path": "cookie"}]}`)
				if len(got.cookies()) > 0 {
					t.Errorf("%s: set %v", name, got.cookies())
				}
			}
		}
		if f.db.Dump() != before {
			t.Error("a session was opened or ended")
		}
	}
}
