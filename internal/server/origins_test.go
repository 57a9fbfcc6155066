package server_test

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"contactgraph/internal/server"
	"contactgraph/internal/weborigin"
)

const (
	app   = "https://app.example.org" // the origin that is allowed
	other = "https://other.example.org"
)

// sharedRoutes are the names of the routes that pages of allowed origins may use. A new route
// belongs here if it is for programs, and below if it is for the server's own pages.
var sharedRoutes = []string{
	"graphql", "sdl", "contactsAPI", "iService", "openapi",
}

var ownRoutes = []string{
	"console", "oidcStart", "oidcCallback", "playground", "docs", "graphqlDocs", "manual", "asset", "exports", "import", "imports", "healthz", "readyz",
}

// sent is a request of a page, and what must be true of the response to a page whose origin is
// allowed.
type sent struct {
	name    string
	headers []string // other than Origin
	check   func(h http.Header, status int) bool
}

var preflights = []sent{
	{"the headers of clients", []string{
		"Access-Control-Request-Method", "PUT", "Access-Control-Request-Headers",
		"accept,apollo-require-preflight,apollographql-client-name,apollographql-client-version,authorization,content-type,idempotency-key,last-event-id,x-apikey,x-apollo-operation-name,x-request-id",
	}, func(h http.Header, status int) bool {
		return status == 204 && h.Get("Access-Control-Allow-Methods") == "PUT" && strings.Contains(h.Get("Access-Control-Allow-Headers"), "idempotency-key") &&
			h.Get("Access-Control-Max-Age") == "7200"
	}},
	{"a POST", []string{"Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "content-type"}, func(_ http.Header, status int) bool {
		return status == 204
	}},
	{"a header that is not allowed", []string{"Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "cookie2"}, func(h http.Header, _ int) bool {
		return !strings.Contains(h.Get("Access-Control-Allow-Headers"), "cookie2") // the browser names it
	}},
	{"a method that no route has", []string{"Access-Control-Request-Method", "PROPFIND"}, func(h http.Header, _ int) bool {
		return h.Get("Access-Control-Allow-Methods") == ""
	}},
}

// exposed reports whether a page can read the headers that it needs.
func exposed(h http.Header, _ int) bool {
	names := strings.Split(h.Get("Access-Control-Expose-Headers"), ",")
	for _, name := range []string{"allow", "etag", "idempotency-replayed", "retry-after", "x-conflict", "x-request-id"} {
		if !slices.Contains(names, name) {
			return false
		}
	}
	return true
}

// TestOtherOrigins sends preflights and requests from pages of other origins to every route: to its
// methods and to others, to handlers that answer and to handlers that panic.
func TestOtherOrigins(t *testing.T) {
	t.Parallel()
	if names := routeNames(); !slices.Equal(names, slices.Sorted(slices.Values(slices.Concat(sharedRoutes, ownRoutes)))) {
		t.Errorf("the routes are %v: list each one in sharedRoutes or ownRoutes", names)
	}
	for setting, allowed := range map[string][]string{"off": nil, "one": {app}, "any": {"*"}} {
		answering := newFixture(t, func(c *server.Config) { c.Origins = policy(t, allowed) })
		panicking := newFixture(t, func(c *server.Config) {
			c.Origins = policy(t, allowed)
			c.GraphQL = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("fault") })
			c.REST = func() http.Handler { panic("fault") }
			c.SSO = func() server.SSO { panic("fault") }
			c.Ping = func(context.Context) error { panic("fault") }
		})
		file := asset(t, answering)
		for _, route := range server.Routes() {
			target := strings.NewReplacer("{$}", "", "{page...}", "1", "{file}", file).Replace(route.Pattern)
			shared := setting != "off" && slices.Contains(sharedRoutes, route.Name)
			for _, origin := range []string{app, other, "null", ""} {
				want := ""
				switch {
				case !shared:
				case setting == "any":
					want = "*"
				case origin == app:
					want = app
				}
				for _, p := range preflights {
					w := answering.send(t, http.MethodOptions, target, append(from(origin), p.headers...)...)
					checkShared(t, setting+", "+route.Name+", preflight for "+p.name+" from "+origin, w.Header(), want, shared)
					if want != "" && origin != "" && !p.check(w.Header(), w.Code) {
						t.Errorf("%s, %s, preflight for %s from %s: %d %v", setting, route.Name, p.name, origin, w.Code, w.Header())
					}
				}
				for _, method := range []string{"GET", "POST", "PUT", "OPTIONS"} {
					for name, f := range map[string]*fixture{"answers": answering, "panics": panicking} {
						w := f.send(t, method, target, from(origin)...)
						checkShared(t, setting+", "+route.Name+" "+name+", "+method+" from "+origin, w.Header(), want, shared)
						if want != "" && !exposed(w.Header(), w.Code) {
							t.Errorf("%s, %s %s, %s from %s: %v", setting, route.Name, name, method, origin, w.Header())
						}
					}
				}
			}
		}
	}
}

// from returns the header of a page's requests.
func from(origin string) []string {
	if origin == "" {
		return nil // a program
	}
	return []string{"Origin", origin}
}

// checkShared checks the headers of a response: the origin that may read it, that caches tell
// origins apart, and that no browser may send cookies.
func checkShared(t *testing.T, what string, h http.Header, origin string, varies bool) {
	t.Helper()
	if got := h.Get("Access-Control-Allow-Origin"); got != origin {
		t.Errorf("%s: %q may read the response, want %q", what, got, origin)
	}
	want := 0
	if varies {
		want = 1
	}
	if vary := strings.Join(h["Vary"], ", "); strings.Count(vary, "Origin") != want || strings.Contains(vary, "*") {
		t.Errorf("%s: Vary %q", what, vary)
	}
	for name := range h {
		if name == "Access-Control-Allow-Credentials" || origin == "" && strings.HasPrefix(name, "Access-Control-Allow-") {
			t.Errorf("%s: %s: %q", what, name, h[name])
		}
	}
}

// TestPathsOfLegacyClientsAreShared: in any form in which they write them.
func TestPathsOfLegacyClientsAreShared(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *server.Config) { c.Origins = policy(t, []string{app}) })
	for _, target := range []string{
		"/API/V1/CONTACTS/466", "/api/v1/Contacts/%20466%20/", "/api", "/api/v1/nope", "/api//v1", "/F/WebApp-API-CustInfo/?api=setdetails", "/WEBAPP-API-LOGIN/?api=login",
		"/graphql/", "/openapi.json/",
	} {
		w := f.send(t, http.MethodOptions, target, "Origin", app, "Access-Control-Request-Method", "POST")
		checkShared(t, target, w.Header(), app, true)
		if w.Code != http.StatusNoContent {
			t.Errorf("%s: %d", target, w.Code)
		}
	}
	if log := f.logged(); !strings.Contains(log, `"method":"OPTIONS","route":"/api/"`) {
		t.Errorf("preflights are logged as %s", log)
	}
}

func policy(t *testing.T, allowed []string) *weborigin.Policy {
	t.Helper()
	p, err := weborigin.NewPolicy(allowed)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func routeNames() []string {
	names := map[string]bool{}
	for _, r := range server.Routes() {
		names[r.Name] = true
	}
	return slices.Sorted(maps.Keys(names))
}
