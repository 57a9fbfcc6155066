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
	signInByCookie = `mutation($login: String!, $password: String! = "pw") { signIn(account: "demo", login: $login, password: $password, cookie: true) {
		token expiresAt viewer { role } errors { __typename code path } } }`
	signOut     = `mutation { signOut { errors { code } } }`
	whoIsAsking = `{ viewer { contact { email } } }`
)

// cookies are those that the answer sets.
func (r reply) cookies() []*http.Cookie { return (&http.Response{Header: r.header}).Cookies() }

// bringing is the header that a browser sends with the cookie.
func bringing(c *http.Cookie) http.Header { return http.Header{"Cookie": {c.Name + "=" + c.Value}} }

// cookieOf signs in and returns the cookie.
func (f *fixture) cookieOf(login string) *http.Cookie {
	f.t.Helper()
	got := f.ask("", signInByCookie, object{"login": login})
	if len(got.cookies()) != 1 {
		f.t.Fatalf("signing in sets the cookies %v: %v %v", got.cookies(), got.Data, got.Errors)
	}
	return got.cookies()[0]
}

func TestSignInByCookie(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.customer(f.demo, "anna")
	for _, secure := range []bool{false, true} {
		f.serve(secure)
		got := f.ask("", signInByCookie, object{"login": "anna"})
		in := got.Data["signIn"].(object)
		if in["expiresAt"] == nil {
			t.Error("it does not say when the session ends")
		}
		f.want("the payload", pick(in, "token", "viewer", "errors"), `{"token": null, "viewer": {"role": "CUSTOMER"}, "errors": []}`)
		set := got.cookies()
		if len(set) != 1 {
			t.Fatalf("cookies: %v", set)
		}
		c := set[0]
		about := fmt.Sprint(c.Name, c.Path, c.Domain, c.HttpOnly, c.Secure, c.SameSite == http.SameSiteLaxMode, c.MaxAge > 11*3600 && c.MaxAge <= 12*3600)
		if want := fmt.Sprint(auth.CookieName, "/", "", true, secure, true, true); about != want {
			t.Errorf("secure %v: the cookie is %s, want %s", secure, about, want)
		}
		body := text(got.Data)
		if strings.Contains(body, c.Value) || strings.Contains(f.log.String(), c.Value) {
			t.Error("the token is in another place than the cookie")
		}
		f.want("with the cookie", f.askWith(bringing(c), whoIsAsking, nil).Data, `{"viewer": {"contact": {"email": "anna@example.com"}}}`)

		out := f.askWith(bringing(c), signOut, nil)
		set = out.cookies()
		if len(out.Errors) > 0 || len(set) != 1 || set[0].Name != c.Name || set[0].Value != "" || set[0].MaxAge != -1 || set[0].Path != "/" ||
			!set[0].HttpOnly || set[0].Secure != secure {
			t.Errorf("signing out: %v, cookies %v", out.Errors, set)
		}
		f.want("with the cookie afterwards", f.askWith(bringing(c), whoIsAsking, nil).Data, `{"viewer": null}`)
	}
}

// What sets or clears a cookie, and what leaves it alone.
func TestCookiesOfAnswers(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	_, token := f.customer(f.demo, "anna")
	stale := &http.Cookie{Name: auth.CookieName, Value: token[:len(token)-1]}
	const in, no, refused = `signIn(account: "demo", login: "anna", password: "pw", cookie: true) { errors { code } }`,
		`signIn(account: "demo", login: "anna", password: "pw") { errors { code } }`,
		`signIn(account: "demo", login: "anna", password: "x", cookie: true) { errors { code } }`
	const nothing, sets, clears = "nothing", "sets", "clears"
	tests := []struct {
		name, mutation string
		header         func() http.Header
		want, code     string
	}{
		{"signing in", in, nil, sets, ""},
		{"signing in for a token", no, nil, nothing, ""},
		{"signing in for a token with a stale cookie", no, func() http.Header { return bringing(stale) }, nothing, ""},
		{"a refusal", refused, nil, nothing, ""},
		{"a refusal with a stale cookie", refused, func() http.Header { return bringing(stale) }, nothing, ""},
		{"a document that cannot run", in + ` nonsense`, nil, nothing, "GRAPHQL_VALIDATION_FAILED"},
		{"signing in with a field that is refused", in + ` createStore(name: "x") { errors { code } }`, nil, nothing, "UNAUTHENTICATED"},
		{"signing in with a stale cookie", in, func() http.Header { return bringing(stale) }, sets, ""},
		{"signing in again", in, func() http.Header { return bringing(f.cookieOf("anna")) }, sets, ""},
		{"several fields", `__typename a: ` + refused + ` b: ` + in + ` c: ` + refused, nil, sets, ""},
		{"signing in twice", `a: ` + in + ` b: ` + in, nil, sets, ""},
		{"with another field that fails", in + ` updateContact(input: {id: 999, set: {}}) { errors { code } }`,
			func() http.Header { return http.Header{"Authorization": {"Bearer " + f.demo.agent}} }, sets, ""},
		{"signing out", `signOut { errors { code } }`, func() http.Header { return bringing(f.cookieOf("anna")) }, clears, ""},
		{"signing out twice", `signOut { errors { code } } again: signOut { errors { code } }`,
			func() http.Header { return bringing(f.cookieOf("anna")) }, clears, ""},
		{"signing out with a stale cookie", `signOut { errors { code } }`, func() http.Header { return bringing(stale) }, clears, "UNAUTHENTICATED"},
		{"signing out without a session", `signOut { errors { code } }`, nil, nothing, "UNAUTHENTICATED"},
		{"something else with a stale cookie", `createStore(name: "x") { errors { code } }`,
			func() http.Header { return bringing(stale) }, nothing, "UNAUTHENTICATED"},
		{"signing out with a token and a cookie", `signOut { errors { code } }`, func() http.Header {
			h := bringing(f.cookieOf("anna"))
			h.Set("Authorization", "Bearer "+must(f.Auth.SignIn(t.Context(), f.demo.account, "anna", "pw")).Token)
			return h
		}, nothing, ""},
		{"out and in", `signOut { errors { code } } ` + in, func() http.Header { return bringing(f.cookieOf("anna")) }, sets, ""},
	}
	for _, tt := range tests {
		header := http.Header{}
		if tt.header != nil {
			header = tt.header()
		}
		got := f.askWith(header, "mutation { "+tt.mutation+" }", nil)
		did := nothing
		switch set := got.cookies(); {
		case len(set) > 1:
			did = fmt.Sprint(set)
		case len(set) == 1 && set[0].Value == "":
			did = clears
		case len(set) == 1:
			did = sets
			if who := f.askWith(bringing(set[0]), whoIsAsking, nil); text(who.Data) != `{"viewer":{"contact":{"email":"anna@example.com"}}}` {
				t.Errorf("%s: the cookie signs in %v", tt.name, who.Data)
			}
		}
		if code := strings.Join(got.codes(), ","); did != tt.want || code != tt.code {
			t.Errorf("%s: %s, %q, want %s, %q", tt.name, did, code, tt.want, tt.code)
		}
	}
}

// An idempotency key does not keep a sign-in: each sets a cookie of its own.
func TestSignInByCookieTakesNoKey(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.customer(f.demo, "anna")
	first := f.askOnce("", "once", signInByCookie, object{"login": "anna"})
	second := f.askOnce("", "once", signInByCookie, object{"login": "anna"})
	a, b := first.cookies(), second.cookies()
	if len(a) != 1 || len(b) != 1 || a[0].Value == b[0].Value || second.Extensions != nil {
		t.Errorf("got %v and %v, %v", a, b, second.Extensions)
	}
}

// Where the answer has begun already, no session is opened.
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
				t.Error("it opened a session")
			}
			if got := transport.open(f, "", signIn, object{"login": "anna"}).last(); got.Data["signIn"].(object)["token"] == nil {
				t.Errorf("signing in for a token: %v", got.Data)
			}
		})
	}
}

// A page of this server's origin does with the cookie all that it could with a token.
func TestCookieWorksForEveryTransport(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	anna, _ := f.customer(f.demo, "anna")
	cookie := bringing(f.cookieOf("anna"))
	rename := object{"in": object{"id": anna.ID, "onConflict": "OVERWRITE", "set": object{"firstName": "Eva"}}}
	if got := f.askWith(cookie, update, rename); len(got.Errors) > 0 || got.Data["updateContact"].(object)["contact"] == nil {
		t.Errorf("a mutation: %v, %v", got.Data, got.Errors)
	}
	s := f.dial(cookie).connectionInit(nil)
	following := s.subscribe(follow, nil)
	following.changes(2, "cursor")
	f.want("a query over the WebSocket", s.subscribe(whoIsAsking, nil).last().Data, `{"viewer": {"contact": {"email": "anna@example.com"}}}`)
	f.rename(f.demo, anna, "Ida")
	following.changes(1, "cursor")
	if got := f.askWith(cookie, signOut, nil); len(got.Errors) > 0 {
		t.Fatal(got.Errors)
	}
	if got := s.subscribe(whoIsAsking, nil).next(); !slices.Equal(got.codes(), []string{"UNAUTHENTICATED"}) {
		t.Errorf("on a connection whose session has ended: %v, %v", got.Data, got.Errors)
	}
}

// Signing out over a WebSocket ends the session, though it cannot take the cookie away.
func TestSignOutOverWebSocket(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.customer(f.demo, "anna")
	cookie := bringing(f.cookieOf("anna"))
	if got := f.dial(cookie).connectionInit(nil).subscribe(signOut, nil).last(); len(got.Errors) > 0 {
		t.Error(got.Errors)
	}
	f.want("with the cookie", f.askWith(cookie, whoIsAsking, nil).Data, `{"viewer": null}`)
}

// What a browser lets a page of another site send with the cookie, or to get one, does nothing.
func TestCookieIsOfNoUseToOtherSites(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.customer(f.demo, "anna")
	cookie := bringing(f.cookieOf("anna"))
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

	in := `mutation { signIn(account: "demo", login: "anna", password: "pw", cookie: true) { errors { code } } }`
	form := "query=" + url.QueryEscape(in)
	for name, tt := range map[string]struct {
		method, path, contentType, body string
		want                            int
	}{
		"a link":          {http.MethodGet, "?" + form, "", "", http.StatusBadRequest},
		"a form":          {http.MethodPost, "", "application/x-www-form-urlencoded", form, http.StatusUnsupportedMediaType},
		"a form of text":  {http.MethodPost, "", "text/plain", text(object{"query": in}), http.StatusUnsupportedMediaType},
		"a preflight":     {http.MethodOptions, "", "", "", http.StatusNoContent},
		"a link by hand":  {http.MethodGet, "?" + form, "own", "", http.StatusMethodNotAllowed},
		"a multipart one": {http.MethodPost, "", "multipart/form-data; boundary=x", "--x--", http.StatusUnsupportedMediaType},
	} {
		r := must(http.NewRequestWithContext(t.Context(), tt.method, address+tt.path, strings.NewReader(tt.body)))
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		r.Header.Set("Origin", "https://example.com")
		if tt.contentType == "own" { // the address bar
			r.Header.Set("Sec-Fetch-Site", "none")
		} else if tt.contentType != "" {
			r.Header.Set("Content-Type", tt.contentType)
		}
		r.Header["Cookie"] = cookie["Cookie"]
		resp := must(http.DefaultClient.Do(r)) //nolint:bodyclose // it is closed, behind must
		resp.Body.Close()
		if resp.StatusCode != tt.want || resp.Header.Get("Set-Cookie") != "" || resp.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: %s, %v, want %d", name, resp.Status, resp.Header, tt.want)
		}
	}
	if f.db.Dump() != before {
		t.Error("another site's page changed the database")
	}
}
