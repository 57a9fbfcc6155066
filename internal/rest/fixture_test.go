package rest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/change"
	"contactgraph/ent/login"
	"contactgraph/ent/property"
	"contactgraph/internal/app"
	"contactgraph/internal/auth"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/database"
	"contactgraph/internal/database/databasetest"
	"contactgraph/internal/rest"
	"contactgraph/internal/rest/legacypath"
	"contactgraph/internal/rest/resttest"
	"contactgraph/internal/viewer"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

const (
	agentKey     = "demo-agent"
	otherKey     = "demo-other"
	customerMail = "customer11@1to1service.com"
	agentMail    = "agent@example.com"
	password     = "demo-password"

	first     = 1         // a contact
	second    = 2         // another, with email and phone
	customer  = 466       // a contact that can sign in
	elsewhere = 1_000_001 // a contact of another account
	absent    = 999
)

// start has as many digits as the database stores.
var start = time.Date(2026, 3, 1, 12, 0, 0, 123456000, time.UTC)

// fixture is the API over its own database, served over HTTP.
type fixture struct {
	t   *testing.T
	url string
	*app.Services
	db      *database.DB
	client  *ent.Client
	staff   context.Context // of an admin of the account
	log     *bytes.Buffer
	account int
	found   bool // the iService API has an account
	timeout time.Duration
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	st, err := database.Open(t.Context(), databasetest.URL(t), database.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	now := func() time.Time { return start }
	passwords := auth.NewPasswords(2)
	f := &fixture{t: t, db: st, client: st.Client(), log: &bytes.Buffer{}, found: true}
	f.Services = app.New(st, passwords, now, slog.New(slog.DiscardHandler))
	f.seed()
	f.serve(false)
	return f
}

// serve starts a server, which the requests that follow are sent to.
func (f *fixture) serve(registration bool) {
	api := rest.New(rest.Config{
		Services:             f.Services,
		IServiceAccount:      f.iServiceAccount,
		IServiceRegistration: registration,
		Timeout:              f.timeout,
		Log:                  slog.New(slog.NewTextHandler(f.log, nil)),
	})
	server := httptest.NewServer(legacypath.Normalize(api))
	f.t.Cleanup(server.Close)
	f.url = server.URL
}

// iServiceAccount returns the account, unless found is false.
func (f *fixture) iServiceAccount(context.Context) (int, bool, error) { return f.account, f.found, nil }

// seed creates two accounts: the one under test, and one whose contact must stay invisible.
func (f *fixture) seed() {
	f.t.Helper()
	ctx := f.t.Context()
	f.account = must(f.Auth.CreateAccount(ctx, "Demo"))
	must(f.Auth.CreateKey(ctx, f.account, auth.NewKey{Name: "Demo agent", Role: viewer.Agent, Token: agentKey}))
	must(f.Auth.CreateUser(ctx, f.account, auth.NewUser{Login: agentMail, Name: "Ann Agent", Password: password, Role: viewer.Agent}))
	f.staff = admin(ctx, f.account)
	for i := 1; i <= 12; i++ {
		must(f.Catalog.CreateStore(f.staff, catalog.Entry{ID: i, Name: "Store"}))
		must(f.Catalog.CreateSegment(f.staff, catalog.Entry{ID: i, Name: "Segment"}))
	}
	must(f.Catalog.CreateCompany(f.staff, catalog.Entry{ID: 1, Name: "Company"}))
	f.seedProperties()
	one, secret := 1, password
	must(f.Contacts.CreateAll(f.staff, []contact.Create{
		{ID: first, RegistrationSource: "web", RegistrationIP: "192.0.2.1", RegistrationStore: &one},
		{
			ID:      second,
			Set:     field.Patch{field.Email: "Second@example.com", field.PhoneCountryCode: "46", field.Phone: "070-123 45 67"},
			Details: contact.Details{Logins: &[]field.Login{{Name: "taken@example.com", Kind: login.KindBlank}}},
		},
		{
			ID: customer, Password: &contact.PasswordChange{New: &secret},
			Set: field.Patch{field.FirstName: "John", field.LastName: "Deer", field.Company: 1, field.PermissionSource: "form"},
			Details: contact.Details{
				Logins:     &[]field.Login{{Name: customerMail, Kind: login.KindEmail}},
				Membership: &[]int{2, 3},
			},
		},
	}))
	other := must(f.Auth.CreateAccount(ctx, "Other"))
	must(f.Auth.CreateKey(ctx, other, auth.NewKey{Name: "Other agent", Role: viewer.Agent, Token: otherKey}))
	must(f.Contacts.Create(admin(ctx, other), contact.Create{ID: elsewhere, Details: contact.Details{
		Logins: &[]field.Login{{Name: "elsewhere@example.com", Kind: login.KindEmail}},
	}}))
}

// The properties next to 1 to 3, which are those of the documented example.
const (
	required = 4
	readOnly = 5
	multiple = 6
	date     = 7
	choice   = 8
)

func (f *fixture) seedProperties() {
	f.t.Helper()
	firstName, lastName := property.BoundFirstName, property.BoundLastName
	for _, p := range []catalog.NewProperty{
		{ID: 1, Name: "First Name", Kind: property.KindText, Bound: &firstName},
		{ID: 2, Name: "Middle Initial", Kind: property.KindText},
		{ID: 3, Name: "Last Name", Kind: property.KindText, Bound: &lastName},
		{ID: required, Name: "City", Kind: property.KindText, Required: true},
		{ID: readOnly, Name: "Grade", Kind: property.KindText, ReadOnly: true},
		{ID: multiple, Name: "Hobbies", Kind: property.KindText, Multiple: true},
		{ID: date, Name: "Birthday", Kind: property.KindDate},
		{ID: choice, Name: "Colour", Kind: property.KindChoice, Choices: []string{"red", "blue"}},
	} {
		must(f.Catalog.CreateProperty(f.staff, p))
	}
}

func admin(ctx context.Context, account int) context.Context {
	return viewer.NewContext(ctx, viewer.Viewer{
		Account: account, Role: viewer.Admin, Actor: viewer.Actor{Kind: viewer.ActorSystem},
	})
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// response is a response whose body was read.
type response struct {
	*http.Response

	body string
}

// headers are the headers of a request; those with an empty value are not sent.
type headers map[string]string

func (f *fixture) do(method, path, body string, h headers) response {
	f.t.Helper()
	req := must(http.NewRequestWithContext(f.t.Context(), method, f.url+path, strings.NewReader(body)))
	for name, value := range h {
		if value != "" {
			req.Header.Set(name, value)
		}
	}
	res := must(http.DefaultClient.Do(req)) //nolint:bodyclose // closed below
	defer res.Body.Close()
	resp := response{res, string(must(io.ReadAll(res.Body)))}
	if got := res.Header.Get("Cache-Control"); got != "no-store" {
		f.t.Errorf("%s %s: Cache-Control is %q", method, path, got)
	}
	asDocumented(f.t, resttest.Response{Method: method, Target: path, Status: res.StatusCode, Header: res.Header, Body: resp.body})
	return resp
}

// put sends a JSON body as an agent.
func (f *fixture) put(id int, body string) response {
	f.t.Helper()
	return f.do(http.MethodPut, contactPath(id), body, headers{"X-ApiKey": agentKey, "Content-Type": "application/json"})
}

func contactPath(id int) string { return "/api/v1/Contacts/" + string(must(json.Marshal(id))) }

// contact returns the contact as it is stored now.
func (f *fixture) contact(id int) *ent.Contact {
	f.t.Helper()
	return must(f.Queries.Get(f.staff, id))
}

// version returns the current version of the contact as text.
func (f *fixture) version(id int) string {
	f.t.Helper()
	return f.contact(id).Version.String()
}

// cookie signs the customer in and returns the header that its browser would send.
func (f *fixture) cookie() headers {
	f.t.Helper()
	s := must(f.Auth.SignIn(f.t.Context(), f.account, customerMail, password, auth.Origin{}))
	return headers{"Cookie": auth.CookieName + "=" + s.Token}
}

func (h headers) and(name, value string) headers {
	all := headers{}
	maps.Copy(all, h)
	all[name] = value
	return all
}

// expect fails the test unless the response has this status and body.
func expect(t *testing.T, got response, status int, body string) {
	t.Helper()
	if got.StatusCode != status || got.body != body {
		t.Errorf("got  %d %s\nwant %d %s", got.StatusCode, got.body, status, body)
	}
}

// dto decodes a body that is a contact.
func (r response) dto(t *testing.T) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(r.body), &m); err != nil {
		t.Fatalf("not JSON: %q", r.body)
	}
	return m
}

// lastChange returns the newest row of the contact's log.
func (f *fixture) lastChange(id int) *ent.Change {
	f.t.Helper()
	rows := must(f.client.Change.Query().Where(change.AccountID(f.account), change.ContactID(id)).Order(change.BySeq()).All(f.staff))
	return rows[len(rows)-1]
}
