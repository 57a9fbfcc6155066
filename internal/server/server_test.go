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
	"contactgraph/web"
)

// apis is a stand-in for the APIs. Each handler answers with its name and what it saw of the
// request.
type apis struct{}

var _ server.REST = apis{}

func named(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Handler", name)
		io.WriteString(w, name+" id="+r.PathValue("id")+" uri="+r.RequestURI)
	}
}

// signOn answers as a provider's sign-ins do.
type signOn struct{}

func (signOn) Start(w http.ResponseWriter, r *http.Request)    { named("oidcStart")(w, r) }
func (signOn) Callback(w http.ResponseWriter, r *http.Request) { named("oidcCallback")(w, r) }

func (apis) GetContact(w http.ResponseWriter, r *http.Request) { named("getContact")(w, r) }
func (apis) PutContact(w http.ResponseWriter, r *http.Request) { named("putContact")(w, r) }
func (apis) GetChanges(w http.ResponseWriter, r *http.Request) { named("getChanges")(w, r) }
func (apis) ExportAuditLog(w http.ResponseWriter, r *http.Request) {
	named("exportAuditLog")(w, r)
}
func (apis) NoRoute(w http.ResponseWriter, r *http.Request)  { named("noRoute")(w, r) }
func (apis) OpenAPI(w http.ResponseWriter, r *http.Request)  { named("openapi")(w, r) }
func (apis) CustInfo(w http.ResponseWriter, r *http.Request) { named("custInfo")(w, r) }
func (apis) Login(w http.ResponseWriter, r *http.Request)    { named("login")(w, r) }
func (apis) MethodNotAllowed(allow ...string) http.HandlerFunc {
	return named("notAllowed " + strings.Join(allow, ","))
}

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
		GraphQL:      named("graphql"),
		SDL:          func() string { return "type Query { viewer: Viewer }\n" },
		REST:         func() server.REST { return apis{} },
		SSO:          func() server.SSO { return signOn{} },
		Site:         web.New(func() web.Settings { return web.Settings{} }, web.GraphQL{}),
		Ping:         func(context.Context) error { return nil },
		Ready:        func(context.Context) error { return nil },
		CloseStreams: func() {},
		LocalOnly:    func() bool { return false },
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
	for _, c := range []struct{ method, target, handler, id string }{
		{"GET", "/api/v1/Contacts/466", "getContact", "466"},
		{"HEAD", "/api/v1/Contacts/466", "getContact", "466"},
		{"GET", "/api/v1/Changes", "getChanges", ""},
		{"GET", "/API/V1/changes/", "getChanges", ""},
		{"POST", "/api/v1/Changes", "notAllowed GET", ""},
		{"GET", "/exports/audit-log", "exportAuditLog", ""},
		{"HEAD", "/exports/audit-log", "notAllowed GET", ""},
		{"PUT", "/api/v1/Contacts/466", "putContact", "466"},
		{"PUT", "/API/V1/CONTACTS/466", "putContact", "466"},
		{"PUT", "/api/v1/contacts/466/", "putContact", "466"},
		{"PUT", "/api/v1/Contacts/%20466%20", "putContact", "466"},
		{"PUT", "/api/v1/Contacts/466%20/", "putContact", "466"},
		{"PUT", "/%61pi/v1/Contacts/466", "putContact", "466"},
		{"PUT", "/api/v1/Contacts/aBc", "putContact", "aBc"},
		{"PUT", "/api/v1/Contacts/4%2F6", "putContact", "4/6"},
		{"PUT", "/api/v1/Contacts/4%256", "putContact", "4%6"},
		{"PUT", "/api/v1/Contacts/466?x=%2F&api=Y", "putContact", "466"},
		{"POST", "/api/v1/Contacts/466", "notAllowed GET,PUT", "466"},
		{"DELETE", "/Api/v1/Contacts/466/", "notAllowed GET,PUT", "466"},
		{"PUT", "/api", "noRoute", ""},
		{"PUT", "/API/", "noRoute", ""},
		{"PUT", "/api/v1/Contacts", "noRoute", ""},
		{"PUT", "/api/v1/Contacts/", "noRoute", ""},
		{"PUT", "/api/v1/Contacts/%20", "noRoute", ""},
		{"PUT", "/api/v1/Contacts/1/2", "noRoute", ""},
		{"PUT", "/api/v1/Nope/1", "noRoute", ""},
		{"PUT", "/api//v1/Contacts/1", "noRoute", ""},
		{"PUT", "/api/v1/Contacts/../Contacts/1", "noRoute", ""},
		{"PUT", "/api/v1/Contacts/%2e%2e", "noRoute", ""},
		{"GET", "/api/v2/Contacts/1", "noRoute", ""},
		{"POST", "/f/webapp-api-custinfo?api=setdetails", "custInfo", ""},
		{"POST", "/webapp-api-custinfo?api=setdetails", "custInfo", ""},
		{"GET", "/F/WebApp-API-CustInfo/?api=setdetails", "custInfo", ""},
		{"POST", "/f/webapp-api-login?api=login", "login", ""},
		{"POST", "/WEBAPP-API-LOGIN/", "login", ""},
		{"POST", "/graphql", "graphql", ""},
		{"GET", "/graphql?query=x", "graphql", ""},
		{"OPTIONS", "/graphql", "graphql", ""},
	} {
		t.Run(c.method+" "+c.target+" is "+c.handler, func(t *testing.T) {
			t.Parallel()
			w := f.send(t, c.method, c.target)
			if w.Header().Get("Handler") != c.handler {
				t.Fatalf("answered by %q, status %d, location %q", w.Header().Get("Handler"), w.Code, w.Header().Get("Location"))
			}
			if want := c.handler + " id=" + c.id + " uri=" + c.target; w.Body.String() != want {
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
		{"GET", "/graphql/schema.graphqls", 200, "text/plain; charset=utf-8", "type Query { viewer: Viewer }\n"},
		{"HEAD", "/graphql/schema.graphqls", 200, "text/plain; charset=utf-8", ""},
		{"POST", "/graphql/schema.graphqls", 405, "text/plain; charset=utf-8", "Method Not Allowed"},
		{"GET", "/healthz", 200, "application/json; charset=utf-8", `{"status":"alive"}`},
		{"GET", "/readyz", 200, "application/json; charset=utf-8", `{"status":"ready"}`},
		{"POST", "/healthz", 405, "text/plain; charset=utf-8", "Method Not Allowed"},
		{"GET", "/nope", 404, "text/plain; charset=utf-8", "404"},
		{"POST", "/f/webapp-api-nope", 404, "text/plain; charset=utf-8", "404"},
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
		target := strings.NewReplacer("{$}", "", "{id}", "1", "{page...}", "1", "{file}", asset(t, f)).Replace(r.Pattern)
		if w := f.send(t, method, target); w.Code != http.StatusOK || r.Name == "" {
			t.Errorf("%s %s (%s) answers %d", method, target, r.Name, w.Code)
		}
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
