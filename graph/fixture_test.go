package graph_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/login"
	"contactgraph/ent/property"
	"contactgraph/graph"
	"contactgraph/internal/app"
	"contactgraph/internal/auth"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/database/databasetest"
	"contactgraph/internal/graphqlhttp"
	"contactgraph/internal/viewer"
	"contactgraph/internal/weborigin"

	"github.com/google/go-cmp/cmp"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

// fixture is the API with its own database, which has two accounts.
type fixture struct {
	t  *testing.T
	db *databasetest.DB
	*app.Services
	handler http.Handler
	log     *logBuffer
	demo    *tenant
	other   *tenant
	conns   sync.Map // the connections of its servers
}

// tenant is an account with an API key for an admin and one for an agent, and with reference data.
type tenant struct {
	account              int
	admin, agent         string
	ctx                  context.Context // of the admin
	stores, segments     []int           // two of each
	company, note, first int
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{t: t, db: databasetest.Open(t), log: &logBuffer{}}
	passwords := auth.NewPasswords(1)
	f.Services = app.New(f.db, passwords, time.Now, slog.New(slog.NewTextHandler(f.log, nil)))
	f.serve(false)
	f.demo, f.other = f.tenant("demo"), f.tenant("other")
	return f
}

// streamLimits are limits that no test reaches.
var streamLimits = graphqlhttp.Limits{Connections: 10_000, Operations: 10_000, Anonymous: 10_000, AnonymousLifetime: time.Minute}

// serve creates the handler. secure sets whether browsers connect by HTTPS, and origins are the
// other ones whose pages may use the API.
func (f *fixture) serve(secure bool, origins ...string) {
	f.Auth.SecureCookies = secure
	f.serveWith(graph.Config{Origins: must(weborigin.NewPolicy(origins))})
}

// serveWith creates the handler with some settings.
func (f *fixture) serveWith(c graph.Config) {
	c.Services, c.Client, c.Streams, c.Log = f.Services, f.db.Client(), streamLimits, slog.New(slog.NewTextHandler(f.log, nil))
	f.handler = graph.NewHandler(c)
}

func (f *fixture) tenant(name string) *tenant {
	f.t.Helper()
	a := &tenant{account: f.db.Account(name), admin: name + "-admin", agent: name + "-agent"}
	for _, k := range []auth.NewKey{{Name: a.admin, Role: viewer.Admin, Token: a.admin}, {Name: a.agent, Role: viewer.Agent, Token: a.agent}} {
		must(f.Auth.CreateKey(f.t.Context(), a.account, k))
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		r.Header.Set(auth.KeyHeader, k.Token)
		if _, ok, err := f.Auth.Authenticate(r); !ok || err != nil { // the first use is stored
			f.t.Fatal(ok, err)
		}
	}
	a.ctx = viewer.NewContext(f.t.Context(), viewer.Viewer{Account: a.account, Role: viewer.Admin, Actor: viewer.Actor{Kind: viewer.ActorSystem}})
	for i := range 2 {
		n := catalog.Entry{Name: fmt.Sprint(name, " ", i)}
		a.stores = append(a.stores, must(f.Catalog.CreateStore(a.ctx, n)).ID)
		a.segments = append(a.segments, must(f.Catalog.CreateSegment(a.ctx, n)).ID)
	}
	a.company = must(f.Catalog.CreateCompany(a.ctx, catalog.Entry{Name: name})).ID
	a.note = must(f.Catalog.CreateProperty(a.ctx, catalog.NewProperty{Name: "Note", APIName: new("note"), Kind: "TEXT", Multiple: true})).ID
	a.first = must(f.Catalog.CreateProperty(a.ctx, catalog.NewProperty{Name: "First Name", Kind: "TEXT", Bound: new(property.BoundFirstName)})).ID
	return a
}

// create creates a contact with a value for each kind of relation.
func (f *fixture) create(a *tenant, name string, password *contact.PasswordChange) *ent.Contact {
	f.t.Helper()
	return must(f.Contacts.Create(a.ctx, contact.Create{
		RegistrationSource: "test", RegistrationStore: &a.stores[1], Password: password,
		Set: field.Patch{field.FirstName: name, field.Email: name + "@example.com", field.PreferredStore: a.stores[0], field.Company: a.company},
		Details: contact.Details{
			Properties: []contact.PropertyPatch{{Property: a.note, Values: []field.Value{{Value: "a"}, {Value: "b"}}}},
			Logins:     &[]field.Login{{Name: name, Kind: login.KindEmail}}, Membership: &a.segments,
		},
	})).Contact
}

// customer creates a contact, signs in as it, and returns it with the token.
func (f *fixture) customer(a *tenant, name string) (*ent.Contact, string) {
	f.t.Helper()
	c := f.create(a, name, &contact.PasswordChange{New: new("pw")})
	return c, must(f.Auth.SignIn(f.t.Context(), a.account, name, "pw", auth.Origin{})).Token
}

// object is a JSON object.
type object = map[string]any

// reply is a response.
type reply struct {
	status int
	header http.Header

	Data   object
	Errors []struct {
		Message    string
		Path       []any
		Locations  []struct{ Line, Column int }
		Extensions object
	}
	Extensions object
}

// codes returns the extensions.code of each error.
func (r reply) codes() (codes []string) {
	for _, e := range r.Errors {
		codes = append(codes, fmt.Sprint(e.Extensions["code"]))
	}
	return codes
}

// query executes a document with a token, anonymously if the token is empty.
func (f *fixture) query(token, document string, variables object) reply {
	f.t.Helper()
	return f.queryWithKey(token, "", document, variables)
}

// queryWithKey is query with an idempotency key, without one if key is empty.
func (f *fixture) queryWithKey(token, key, document string, variables object) reply {
	f.t.Helper()
	header := http.Header{}
	if token != "" {
		header.Set("Authorization", "Bearer "+token)
	}
	if key != "" {
		header.Set("Idempotency-Key", key)
	}
	return f.queryWithHeader(header, document, variables)
}

// queryWithHeader executes a document in a request with these headers.
func (f *fixture) queryWithHeader(header http.Header, document string, variables object) reply {
	f.t.Helper()
	return f.post(header, object{"query": document, "variables": variables})
}

// post sends a request with these headers.
func (f *fixture) post(header http.Header, request object) reply {
	f.t.Helper()
	body := must(json.Marshal(request))
	r := httptest.NewRequest(http.MethodPost, "/graphql", bytes.NewReader(body)).WithContext(f.t.Context())
	r.Header = header.Clone()
	r.Header.Set("Content-Type", "application/json")
	return f.handle(r)
}

// handle returns the response to a request.
func (f *fixture) handle(r *http.Request) reply {
	f.t.Helper()
	w := httptest.NewRecorder()
	f.handler.ServeHTTP(w, r)
	got := reply{status: w.Code, header: w.Header()}
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		f.t.Fatalf("%v: %s", err, w.Body)
	}
	return got
}

// get executes a document, which must not fail, and returns the value at the path in its data.
func (f *fixture) get(token, document string, variables object, path ...string) any {
	f.t.Helper()
	got := f.query(token, document, variables)
	if len(got.Errors) > 0 {
		f.t.Fatalf("%s: %v", document, got.Errors)
	}
	var data any = got.Data
	for _, name := range path {
		data = data.(object)[name]
	}
	return data
}

// text returns a value as JSON.
func text(v any) string { return string(must(json.Marshal(v))) }

// pick returns an object with only these members.
func pick(v any, names ...string) object {
	some := object{}
	for _, name := range names {
		some[name] = v.(object)[name]
	}
	return some
}

// want compares a decoded JSON value with JSON text.
func (f *fixture) want(name string, got any, wantJSON string) {
	f.t.Helper()
	var want any
	if err := json.Unmarshal([]byte(wantJSON), &want); err != nil {
		f.t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		f.t.Errorf("%s (-want +got)\n%s", name, diff)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// logBuffer collects the log.
type logBuffer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}
