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
	"contactgraph/internal/viewer"

	"github.com/google/go-cmp/cmp"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

// fixture is the API over a database of its own with two accounts.
type fixture struct {
	t  *testing.T
	db *databasetest.DB
	*app.Services
	handler http.Handler
	log     *logBuffer
	demo    *tenant
	other   *tenant
	lines   sync.Map // the connections of its servers
}

// tenant is an account with API keys for its admin and its agent, and what contacts refer to.
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

// serve makes the handler, for browsers that come by HTTPS or that do not.
func (f *fixture) serve(secure bool) {
	f.handler = graph.NewHandler(graph.Config{
		Services: f.Services, Client: f.db.Client(), SecureCookies: secure, Log: slog.New(slog.NewTextHandler(f.log, nil)),
	})
}

func (f *fixture) tenant(name string) *tenant {
	f.t.Helper()
	a := &tenant{account: f.db.Account(name), admin: name + "-admin", agent: name + "-agent"}
	for _, k := range []auth.NewKey{{Name: a.admin, Role: viewer.Admin, Token: a.admin}, {Name: a.agent, Role: viewer.Agent, Token: a.agent}} {
		must(f.Auth.CreateKey(f.t.Context(), a.account, k))
	}
	a.ctx = viewer.NewContext(f.t.Context(), viewer.Viewer{Account: a.account, Role: viewer.Admin, Actor: viewer.Actor{Kind: viewer.ActorSystem}})
	for i := range 2 {
		n := catalog.Entry{Name: fmt.Sprint(name, " ", i)}
		a.stores = append(a.stores, must(f.Catalog.CreateStore(a.ctx, n)).ID)
		a.segments = append(a.segments, must(f.Catalog.CreateSegment(a.ctx, n)).ID)
	}
	a.company = must(f.Catalog.CreateCompany(a.ctx, catalog.Entry{Name: name})).ID
	a.note = must(f.Catalog.CreateProperty(a.ctx, catalog.NewProperty{Name: "Note", Kind: "TEXT", Multiple: true})).ID
	a.first = must(f.Catalog.CreateProperty(a.ctx, catalog.NewProperty{Name: "First Name", Kind: "TEXT", Bound: new(property.BoundFirstName)})).ID
	return a
}

// create makes a contact that has something of everything.
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

// customer makes a contact, signs it in, and returns its token.
func (f *fixture) customer(a *tenant, name string) (*ent.Contact, string) {
	f.t.Helper()
	c := f.create(a, name, &contact.PasswordChange{New: new("pw")})
	return c, must(f.Auth.SignIn(f.t.Context(), a.account, name, "pw")).Token
}

// object is a JSON object.
type object = map[string]any

// reply is an answer.
type reply struct {
	status int
	header http.Header

	Data   object
	Errors []struct {
		Message    string
		Path       []any
		Extensions object
	}
	Extensions object
}

// codes are the extensions.code of the errors.
func (r reply) codes() (codes []string) {
	for _, e := range r.Errors {
		codes = append(codes, fmt.Sprint(e.Extensions["code"]))
	}
	return codes
}

// ask runs a document with the token's rights; "" sends none.
func (f *fixture) ask(token, query string, variables object) reply {
	f.t.Helper()
	return f.askOnce(token, "", query, variables)
}

// askOnce is ask with an idempotency key, unless that is "".
func (f *fixture) askOnce(token, key, query string, variables object) reply {
	f.t.Helper()
	header := http.Header{}
	if token != "" {
		header.Set("Authorization", "Bearer "+token)
	}
	if key != "" {
		header.Set("Idempotency-Key", key)
	}
	return f.askWith(header, query, variables)
}

// askWith runs a document in a request that has these headers.
func (f *fixture) askWith(header http.Header, query string, variables object) reply {
	f.t.Helper()
	body := must(json.Marshal(object{"query": query, "variables": variables}))
	r := httptest.NewRequest(http.MethodPost, "/graphql", bytes.NewReader(body)).WithContext(f.t.Context())
	r.Header = header.Clone()
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	f.handler.ServeHTTP(w, r)
	got := reply{status: w.Code, header: w.Header()}
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		f.t.Fatalf("%v: %s", err, w.Body)
	}
	return got
}

// get runs a document that must run without an error, and returns what is under the path of its data.
func (f *fixture) get(token, query string, variables object, path ...string) any {
	f.t.Helper()
	got := f.ask(token, query, variables)
	if len(got.Errors) > 0 {
		f.t.Fatalf("%s: %v", query, got.Errors)
	}
	var data any = got.Data
	for _, name := range path {
		data = data.(object)[name]
	}
	return data
}

// text is a value as JSON.
func text(v any) string { return string(must(json.Marshal(v))) }

// pick leaves an object the members with these names.
func pick(v any, names ...string) object {
	some := object{}
	for _, name := range names {
		some[name] = v.(object)[name]
	}
	return some
}

// want compares JSON, given as Go values or as text.
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
