package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"

	"contactgraph/internal/netlimit"
	"contactgraph/internal/server"
	"contactgraph/internal/version"
	"contactgraph/web"
)

// named returns a handler that answers with its name and what it saw of the request.
func named(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Handler", name)
		io.WriteString(w, name+" path="+r.URL.Path+" uri="+r.RequestURI)
	}
}

// signOn answers as a provider's sign-ins do.
type signOn struct{}

func (signOn) Start(w http.ResponseWriter, r *http.Request)    { named("oidcStart")(w, r) }
func (signOn) Callback(w http.ResponseWriter, r *http.Request) { named("oidcCallback")(w, r) }

// fixture is a server with its log.
type fixture struct {
	*server.Server

	mu  sync.Mutex
	log bytes.Buffer
}

func (f *fixture) Write(b []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.log.Write(b)
}

func (f *fixture) logged() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.log.String()
}

func newFixture(t *testing.T, change func(*server.Config)) *fixture {
	t.Helper()
	f := &fixture{}
	c := server.Config{
		GraphQL:         named("graphql"),
		Version:         version.Info{Version: "v1.2.3", Revision: "489e587", Go: "go1.26", Migration: "1_init"},
		SDL:             "type Query { viewer: Viewer }\n",
		AuthorizeSchema: func(*http.Request) error { return nil },
		REST:            func() http.Handler { return named("rest") },
		OpenAPI:         []byte(`{"openapi": "3.1.0"}`),
		SSO:             func() server.SSO { return signOn{} },
		Site:            web.New(func() web.Settings { return web.Settings{} }, web.GraphQL{}),
		Ping:            func(context.Context) error { return nil },
		Ready:           func(context.Context) error { return nil },
		CloseStreams:    func() {},
		LocalOnly:       func() bool { return false },
		Limits: netlimit.Limits{
			Connections: 1000, ConnectionsPerAddress: 1000, BodyBytes: 1 << 20, BodyBytesPerAddress: 1 << 20,
		},
		Log: slog.New(server.LogHandler(slog.NewJSONHandler(f, nil))),
	}
	if change != nil {
		change(&c)
	}
	f.Server = server.New(c)
	return f
}

func (f *fixture) send(t *testing.T, method, target string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader("the body"))
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	return w
}

func TestRouting(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	for _, c := range []struct{ method, target, handler, path string }{
		{"GET", "/api/v1/Contacts/466", "rest", "/api/v1/contacts/466"},
		{"HEAD", "/api/v1/Contacts/466", "rest", "/api/v1/contacts/466"},
		{"GET", "/API/V1/changes/", "rest", "/api/v1/changes"},
		{"GET", "/exports/audit-log", "rest", "/exports/audit-log"},
		{"PUT", "/API/V1/CONTACTS/466", "rest", "/api/v1/contacts/466"},
		{"PUT", "/api/v1/contacts/466/", "rest", "/api/v1/contacts/466"},
		{"PUT", "/api/v1/Contacts/%20466%20", "rest", "/api/v1/contacts/466"},
		{"PUT", "/api/v1/Contacts/466%20/", "rest", "/api/v1/contacts/466"},
		{"PUT", "/%61pi/v1/Contacts/466", "rest", "/api/v1/contacts/466"},
		{"PUT", "/api/v1/Contacts/aBc", "rest", "/api/v1/contacts/abc"},
		{"PUT", "/api/v1/Contacts/4%2F6", "rest", "/api/v1/contacts/4/6"},
		{"PUT", "/api/v1/Contacts/4%256", "rest", "/api/v1/contacts/4%6"},
		{"PUT", "/api/v1/Contacts/466?x=%2F&api=Y", "rest", "/api/v1/contacts/466"},
		{"GET", "/api/v1/Stores/?number=7", "rest", "/api/v1/stores"},
		{"PUT", "/api", "rest", "/api/"},
		{"PUT", "/API/", "rest", "/api/"},
		{"PUT", "/api/v1/Contacts/", "rest", "/api/v1/contacts"},
		{"PUT", "/api/v1/Contacts/%20", "rest", "/api/"},
		{"PUT", "/api//v1/Contacts/1", "rest", "/api/"},
		{"PUT", "/api/v1/Contacts/../Contacts/1", "rest", "/api/"},
		{"PUT", "/api/v1/Contacts/%2e%2e", "rest", "/api/"},
		{"POST", "/f/webapp-api-custinfo?api=setdetails", "rest", "/f/webapp-api-custinfo"},
		{"POST", "/webapp-api-custinfo?api=setdetails", "rest", "/f/webapp-api-custinfo"},
		{"GET", "/F/WebApp-API-CustInfo/?api=setdetails", "rest", "/f/webapp-api-custinfo"},
		{"POST", "/WEBAPP-API-LOGIN/", "rest", "/f/webapp-api-login"},
		{"POST", "/graphql", "graphql", "/graphql"},
		{"GET", "/graphql?query=x", "graphql", "/graphql"},
		{"OPTIONS", "/graphql", "graphql", "/graphql"},
	} {
		t.Run(c.method+" "+c.target+" is "+c.path, func(t *testing.T) {
			t.Parallel()
			w := f.send(t, c.method, c.target)
			if w.Header().Get("Handler") != c.handler {
				t.Fatalf("answered by %q, status %d, location %q", w.Header().Get("Handler"), w.Code, w.Header().Get("Location"))
			}
			if want := c.handler + " path=" + c.path + " uri=" + c.target; w.Body.String() != want {
				t.Errorf("the handler saw %q, want %q", w.Body, want)
			}
		})
	}
}

func TestOwnResponses(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	for _, c := range []struct {
		method, target string
		status         int
		contentType    string
		body           string // a part of it
	}{
		{"GET", "/", 200, "text/html; charset=utf-8", "console"},
		{"POST", "/graphql/schema.graphqls", 405, "text/plain; charset=utf-8", "Method Not Allowed"},
		{"GET", "/healthz", 200, "application/json; charset=utf-8", `{"status":"alive","version":"v1.2.3","migration":"1_init"}`},
		{"GET", "/readyz", 200, "application/json; charset=utf-8", `{"status":"ready"}`},
		{"POST", "/healthz", 405, "text/plain; charset=utf-8", "Method Not Allowed"},
		{"GET", "/nope", 404, "text/plain; charset=utf-8", "404"},
		{"GET", "/docs/errors", 200, "text/html; charset=utf-8", "VERSION_CONFLICT"},
		{"GET", "/docs/nope", 404, "text/plain; charset=utf-8", "404"},
	} {
		t.Run(c.method+" "+c.target, func(t *testing.T) {
			t.Parallel()
			w := f.send(t, c.method, c.target)
			if w.Code != c.status || w.Header().Get("Content-Type") != c.contentType || !strings.Contains(w.Body.String(), c.body) {
				t.Errorf("got %d %s %q", w.Code, w.Header().Get("Content-Type"), w.Body)
			}
			for header, want := range map[string]string{
				"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
				"Cross-Origin-Resource-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
				"Permissions-Policy":        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
				"Strict-Transport-Security": "", // browsers may use HTTP
			} {
				if got := w.Header().Get(header); got != want {
					t.Errorf("%s: %q, want %q", header, got, want)
				}
			}
		})
	}
}

// TestSchemaIsOnlyForSome: who may not read the schema learns why, wherever it is described.
func TestSchemaIsOnlyForSome(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *server.Config) {
		c.AuthorizeSchema = func(r *http.Request) error {
			if r.Header.Get("X-ApiKey") == "known" {
				return nil
			}
			return errors.New("Only for staff.")
		}
	})
	for _, target := range []string{"/graphql/schema.graphqls", "/docs/graphql"} {
		if w := f.send(t, "GET", target, "X-ApiKey", "known"); w.Code != http.StatusOK {
			t.Errorf("%s: status %d", target, w.Code)
		}
		w := f.send(t, "GET", target, "If-None-Match", "*") // a tag that a client has is no permission
		if w.Code != http.StatusForbidden || w.Body.String() != "Only for staff.\n" || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: status %d, Cache-Control %q: %s", target, w.Code, w.Header().Get("Cache-Control"), w.Body)
		}
	}
}

// TestDocuments: clients may cache the descriptions of the APIs, and learn when they change.
func TestDocuments(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	for target, want := range map[string][2]string{
		"/graphql/schema.graphqls": {"text/plain; charset=utf-8", "type Query { viewer: Viewer }\n"},
		"/openapi.json":            {"application/json; charset=utf-8", `{"openapi": "3.1.0"}`},
	} {
		w := f.send(t, "GET", target)
		tag := w.Header().Get("ETag")
		if w.Code != 200 || w.Body.String() != want[1] || w.Header().Get("Content-Type") != want[0] || w.Header().Get("Cache-Control") != "no-cache" || tag == "" {
			t.Errorf("%s: %d %v %s", target, w.Code, w.Header(), w.Body)
		}
		if w := f.send(t, "HEAD", target); w.Code != 200 || w.Body.Len() > 0 || w.Header().Get("ETag") != tag {
			t.Errorf("HEAD %s: %d %v", target, w.Code, w.Header())
		}
		for sent, status := range map[string]int{tag: 304, "W/" + tag: 304, `"old", ` + tag: 304, "*": 304, `"old"`: 200} {
			if w := f.send(t, "GET", target, "If-None-Match", sent); w.Code != status || w.Header().Get("ETag") != tag || (w.Body.Len() == 0) != (status == 304) {
				t.Errorf("%s, If-None-Match %s: %d %v, want %d", target, sent, w.Code, w.Header(), status)
			}
		}
	}
	if a, b := f.send(t, "GET", "/graphql/schema.graphqls").Header().Get("ETag"), f.send(t, "GET", "/openapi.json").Header().Get("ETag"); a == b {
		t.Error("two documents have the same tag")
	}
}

// asset returns the name of a file that the console loads.
func asset(t *testing.T, f *fixture) string {
	t.Helper()
	name := regexp.MustCompile(`/assets/([^"]+)`).FindStringSubmatch(f.send(t, "GET", "/").Body.String())
	if name == nil {
		t.Fatal("the console loads nothing")
	}
	return name[1]
}

func TestAllRoutesAreServed(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	for _, r := range server.Routes() {
		method := r.Method
		if method == "" {
			method = http.MethodPatch
		}
		target := strings.NewReplacer("{$}", "", "{page...}", "1", "{page}", "errors", "{file}", asset(t, f)).Replace(r.Pattern)
		if w := f.send(t, method, target); w.Code != http.StatusOK || r.Name == "" {
			t.Errorf("%s %s (%s) answers %d", method, target, r.Name, w.Code)
		}
	}
}

// TestSlashesAtTheEnd: a fixed path is the same with a slash, for every method and without a
// redirect.
func TestSlashesAtTheEnd(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	tried := 0
	for _, r := range server.Routes() {
		if strings.HasSuffix(r.Pattern, "/") || strings.Contains(r.Pattern, "{") {
			continue
		}
		for _, method := range []string{"GET", "HEAD", "POST", "OPTIONS", "DELETE"} {
			with, without := f.send(t, method, r.Pattern+"/"), f.send(t, method, r.Pattern)
			if with.Code != without.Code || with.Header().Get("Handler") != without.Header().Get("Handler") || with.Header().Get("Content-Type") != without.Header().Get("Content-Type") {
				t.Errorf("%s %s: %d %v with a slash, %d %v without", method, r.Pattern, with.Code, with.Header(), without.Code, without.Header())
			}
			tried++
		}
	}
	for _, path := range []string{"/graphql/", "/docs/", "/docs/graphql/", "/playground/"} {
		if w := f.send(t, "GET", path+"?query=x"); w.Code != 200 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	if w := f.send(t, "GET", "/graphql/nope"); w.Code != 404 {
		t.Errorf("a path below: %d", w.Code)
	}
	if tried < 50 {
		t.Errorf("only %d requests", tried)
	}
}

func TestReadiness(t *testing.T) {
	t.Parallel()
	database := func(c *server.Config) {
		c.Ping = func(context.Context) error { return errors.New("opening /srv/people.db: disk I/O error") }
	}
	seeding := func(c *server.Config) {
		c.Ready = func(context.Context) error { return errors.New("the demo data is being created") }
	}
	for name, c := range map[string]struct {
		change func(*server.Config)
		reason string
	}{
		"the database is unreachable, and the response does not reveal where it is": {database, "the database is unreachable"},
		"the server is not ready yet": {seeding, "the demo data is being created"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, c.change)
			w := f.send(t, http.MethodGet, "/readyz")
			var got struct{ Status, Reason string }
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			if w.Code != http.StatusServiceUnavailable || got.Status != "not ready" || got.Reason != c.reason {
				t.Errorf("got %d %+v", w.Code, got)
			}
			if alive := f.send(t, http.MethodGet, "/healthz"); alive.Code != http.StatusOK {
				t.Errorf("/healthz: %d", alive.Code)
			}
		})
	}
}
