package schema_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"contactgraph/graph"
	"contactgraph/internal/app"
	"contactgraph/internal/auth"
	"contactgraph/internal/database"
	"contactgraph/internal/mail"
	"contactgraph/internal/rekey"
	"contactgraph/internal/reset"
	"contactgraph/internal/rest"
	"contactgraph/internal/server"
	"contactgraph/internal/viewer"
)

// program is the whole program without its command line.
type program struct {
	t       *testing.T
	handler http.Handler
	keys    *rekey.Service
	resets  *reset.Service
	mail    *mailbox
	tokens  map[string]string // by their owner
	cursor  string            // the end of the latest page
}

// Who asks.
const (
	anonymous = "anonymous"
	admin     = "admin"
	agent     = "agent"
	customer  = "customer"
)

// newProgram starts the program on a new database, with an account, an admin's key and an agent.
func newProgram(t *testing.T, s *database.DB) *program {
	t.Helper()
	passwords, log := auth.NewPasswords(1), slog.New(slog.DiscardHandler)
	services := app.New(s, passwords, time.Now, log)
	signIn := services.Auth
	account := must(signIn.CreateAccount(t.Context(), "Demo"))
	key := must(signIn.CreateKey(t.Context(), account, auth.NewKey{Name: "key", Role: viewer.Admin}))
	must(signIn.CreateUser(t.Context(), account, auth.NewUser{Login: agent, Name: agent, Password: "a long secret", Role: viewer.Agent}))
	mail := &mailbox{}
	services.Resets.SendBy(mail, reset.Links{Console: "https://contacts.example.com"})
	api := rest.New(rest.Config{Services: services, IServiceAccount: signIn.OnlyAccount, Log: log})
	handler := server.New(server.Config{
		GraphQL: graph.NewHandler(graph.Config{Services: services, Client: s.Client(), Log: log}),
		REST:    func() http.Handler { return api },
		Ping:    s.Ping, LocalOnly: func() bool { return false }, Log: log,
	})
	return &program{t: t, keys: services.Keys, resets: services.Resets, mail: mail, tokens: map[string]string{admin: key}, handler: handler}
}

// mailbox keeps the last message.
type mailbox struct{ last mail.Message }

func (m *mailbox) Send(_ context.Context, message mail.Message) error {
	m.last = message
	return nil
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// send sends a request and returns the body of the response.
func (p *program) send(who, method, path, mediaType, body string) string {
	p.t.Helper()
	r := httptest.NewRequestWithContext(p.t.Context(), method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", mediaType)
	if who != anonymous {
		r.Header.Set("Authorization", "Bearer "+p.tokens[who])
	}
	w := httptest.NewRecorder()
	p.handler.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		p.t.Fatalf("%s %s %s: %d %s", method, path, body, w.Code, w.Body)
	}
	return w.Body.String()
}

var endCursor = regexp.MustCompile(`"endCursor":"([^"]*)"`)

// ask runs a GraphQL document and returns the response, which must contain this error code, or none
// if it is "". CURSOR in the document stands for the end of the latest page.
func (p *program) ask(who, document, code string) string {
	p.t.Helper()
	body := must(json.Marshal(map[string]string{"query": strings.ReplaceAll(document, "CURSOR", p.cursor)}))
	answer := p.send(who, http.MethodPost, "/graphql", "application/json", string(body))
	if code == "" && strings.Contains(answer, `"code"`) || !strings.Contains(answer, code) || strings.Contains(answer, `"message"`) {
		p.t.Fatalf("%s: %s, want the code %q", document, answer, code)
	}
	if m := endCursor.FindStringSubmatch(answer); m != nil {
		p.cursor = m[1]
	}
	return answer
}

var token = regexp.MustCompile(`"token":"([^"]*)"`)

func (p *program) signIn(who, password string) {
	p.t.Helper()
	answer := p.ask(anonymous, `mutation { signIn(input: {account: "demo", login: "`+who+`", password: "`+password+`"}) { token errors { code } } }`, "")
	p.tokens[who] = token.FindStringSubmatch(answer)[1]
}

// runEverything uses each API for what it offers, so that nearly every statement of the program
// runs.
func (p *program) runEverything() {
	p.t.Helper()
	p.signIn(agent, "a long secret")
	p.makeCatalog()
	p.writeContacts()
	p.signIn(customer, "another one")
	p.read()
	p.turnPages()
	p.ask(customer, `mutation { updateContact(input: {id: 1, onConflict: OVERWRITE,
		set: {newPassword: "the third one", currentPassword: "another one"}}) { errors { code } } }`, "")
	p.resetPasswords()
	p.useREST()
	p.recompute()
	p.ask(agent, `mutation { deleteContact(input: {id: 1, onConflict: OVERWRITE}) { errors { code } } }`, "")
	p.ask(admin, `mutation { deleteStore(input: {id: 2}) { errors { code } } deleteCompany(input: {id: 1}) { errors { code } }
		deleteSegment(input: {id: 1}) { errors { code } } deleteProperty(input: {id: 1}) { errors { code } } }`, "")
	p.ask(agent, `mutation { signOut { errors { code } } }`, "")
}

// recompute sets the country of an account with phone numbers without one, of which two are the
// same.
func (p *program) recompute() {
	p.t.Helper()
	for _, number := range []string{"070-123 45 68", "+46 70 123 45 68"} {
		p.ask(agent, `mutation { createContact(input: {registrationSource: "web", set: {phone: "`+number+`"}}) { errors { code } } }`, "")
	}
	p.ask(admin, `mutation { updateAccountSettings(input: {defaultCountry: "SE"}) { settings { recomputing } errors { code } } }`, "")
	must(p.keys.Run(p.t.Context(), rekey.Always))
}

var linkToken = regexp.MustCompile(`(?m)#(\S+)$`)

// resetPasswords sets a new password of a user and of a contact, by the links of two messages.
func (p *program) resetPasswords() {
	p.t.Helper()
	p.ask(admin, `mutation { createUser(input: {login: "kim@example.com", name: "Kim", role: AGENT, password: "a long secret"}) { errors { code } } }`, "")
	p.ask(agent, `mutation { createContact(input: {registrationSource: "web", logins: [{name: "lo@example.com", type: EMAIL}],
		set: {phone: "+46701234570", newPassword: "a long secret"}}) { errors { code } } }`, "")
	for _, login := range []string{"kim@example.com", "lo@example.com"} {
		p.ask(anonymous, `mutation { requestPasswordReset(input: {account: "demo", login: "`+login+`"}) { errors { code } } }`, "")
		if err := p.resets.SendDue(p.t.Context()); err != nil {
			p.t.Fatal(err)
		}
		link := linkToken.FindStringSubmatch(p.mail.last.Text)
		if p.mail.last.To != login || link == nil {
			p.t.Fatalf("%s got no link: %q", login, p.mail.last.Text)
		}
		p.ask(anonymous, `mutation { resetPassword(input: {token: "`+link[1]+`", newPassword: "a longer secret"}) { errors { code } } }`, "")
	}
}

func (p *program) makeCatalog() {
	p.t.Helper()
	for _, document := range []string{
		`mutation { createStore(input: {name: "North", number: "7", phone: "1", address: "A", zipCode: "1", city: "C", email: "e",
			jsonString: "{}"}) { errors { code } } }`,
		`mutation { createStore(input: {name: "South"}) { errors { code } } updateStore(input: {id: 2, name: "Sur"}) { errors { code } } }`,
		`mutation { createCompany(input: {name: "Example"}) { errors { code } } updateCompany(input: {id: 1, name: "Ex"}) { errors { code } } }`,
		`mutation { createCompany(input: {name: "Above", number: "7", emailDomains: "example.com", logo: "x"}) { errors { code } } }`,
		`mutation { updateCompany(input: {id: 1, parentId: 2}) { errors { code } } }`,
		`mutation { updateCompany(input: {id: 1, parentId: null}) { errors { code } } }`,
		`mutation { createSegment(input: {name: "News"}) { errors { code } } updateSegment(input: {id: 1, name: "Nova"}) { errors { code } } }`,
		`mutation { createSegment(input: {name: "Offers"}) { errors { code } } }`,
		`mutation { createProperty(input: {name: "Note", multiple: true}) { errors { code } } }`,
		`mutation { createProperty(input: {name: "First Name", boundTo: FIRST_NAME}) { errors { code } } }`,
		`mutation { createProperty(input: {name: "Size", type: CHOICE, choices: ["S", "M"]}) { errors { code } } }`,
		`mutation { updateProperty(input: {id: 3, name: "Dress", choices: ["S"]}) { errors { code } } }`,
		`mutation { createProperty(input: {name: "Visits", apiName: "visits", type: INTEGER}) { errors { code } } }`,
		`mutation { updateProperty(input: {id: 4, apiName: "stays"}) { errors { code } } }`,
		`mutation { updateProperty(input: {id: 4, apiName: null, label: "Stays"}) { errors { code } } }`,
	} {
		p.ask(admin, document, "")
	}
}

func (p *program) writeContacts() {
	p.t.Helper()
	for _, w := range []struct{ document, code string }{
		{`mutation { createContact(input: {registrationSource: "web", registrationStoreId: 1, membership: [1, 2],
			logins: [{name: "ann", type: EMAIL}], externalIds: [{system: "crm", value: "1"}], properties: [{propertyId: 1, values: [{value: "a"}, {value: "b"}]}],
			set: {email: "ann@example.com", phone: "+46701234567", firstName: "Ann", lastName: "Ek", newPassword: "a long secret",
			preferredStoreId: 1, companyId: 1}}) { errors { code } } }`, ""},
		{`mutation { createContact(input: {registrationSource: "web", set: {lastName: "Bo"}}) { errors { code } } }`, ""},
		{`mutation { updateContact(input: {id: 1, expectedVersion: "AAAAAAAAAAE=", set: {email: "eva@example.com", phone: "0701",
			phoneCountryCode: "46", firstName: "Eva", latestPermissionSource: "form", limitMailsPermanently: true,
			limitMailsTemporarilyUntil: "2026-03-01T00:00:00Z", preferredStoreId: 2, companyId: null, newPassword: "another one"}})
			{ errors { code } change { fields { path } } } }`, ""},
		{`mutation { updateContact(input: {id: 1, expectedVersion: "AAAAAAAAAAE=", set: {firstName: "Ida"}})
			{ errors { code ... on VersionConflict { latest { version } } } } }`, "VERSION_CONFLICT"},
		{`mutation { updateContact(input: {id: 2, onConflict: OVERWRITE, set: {email: "eva@example.com", phone: "+46701"}})
			{ errors { code ... on UniqueConflict { existing { id } } } } }`, "EMAIL_TAKEN"},
		{`mutation { setContactDetails(input: {id: 1, onConflict: OVERWRITE, membership: [2],
			logins: [{name: "ann"}, {name: "customer"}], externalIds: [{system: "crm", value: "2"}], properties: [{propertyId: 1, values: [{value: "c"}]},
			{propertyId: 2, values: [{value: "Ida"}]}]}) { errors { code } } }`, ""},
		{`mutation { setContactDetails(input: {id: 2, onConflict: OVERWRITE, logins: [{name: "ann"}]}) { errors { code } } }`, "LOGIN_TAKEN"},
		{`mutation { setContactDetails(input: {id: 2, onConflict: OVERWRITE, addExternalIds: [{system: "crm", value: "2"}]}) { errors { code } } }`, "EXTERNAL_ID_TAKEN"},
		{`mutation { upsertContacts(input: {items: [{match: {email: "eva@example.com"}, registrationSource: "web", set: {}},
			{match: {externalId: {system: "crm", value: "3"}}, registrationSource: "web", set: {lastName: "Ek"}}]}) { errors { code } } }`, ""},
	} {
		p.ask(agent, w.document, w.code)
	}
}

func (p *program) read() {
	p.t.Helper()
	p.ask(admin, `{ viewer { account } stores { name } companies { name } segments { name } properties { name choices } }`, "")
	p.ask(agent, `{ viewer { name } contact(id: 1) { registrationStore { name } preferredStore { name } company { name }
		properties { property { name } values { value } } logins { name } externalIds { system value } segments { name } } }`, "")
	p.ask(agent, `{ contactByEmail(email: "eva@example.com") { id } contactByPhone(phone: "+46701") { id }
		contactByLogin(name: "ann") { id } contactBySecret(secret: "x") { id } contactByExternalId(system: "crm", value: "2") { id }
		contacts(filter: {externalId: {system: "crm", value: "2"}, search: "2"}) { nodes { id } } }`, "")
	p.ask(customer, `{ viewer { contact { firstName properties { values { value } } logins { name } segments { name } } }
		contacts { nodes { id } } }`, "")
}

func (p *program) turnPages() {
	p.t.Helper()
	const everything = `contactId company { name } properties { values { value } } logins { name } segments { name }`
	for _, page := range []string{
		`contacts(first: 1) { totalCount nodes { ` + everything + ` } pageInfo { endCursor } }`,
		`contacts(first: 1, after: "CURSOR") { nodes { id } }`,
		`contacts(last: 1, before: "CURSOR") { nodes { id } }`,
		`contacts(first: 1, orderBy: {field: NAME}) { pageInfo { endCursor } }`,
		`contacts(first: 1, orderBy: {field: NAME}, after: "CURSOR") { nodes { id } }`,
		`contacts(first: 1, orderBy: {field: LAST_MODIFIED, direction: DESC}) { pageInfo { endCursor } }`,
		`contacts(first: 1, orderBy: {field: LAST_MODIFIED, direction: DESC}, after: "CURSOR") { nodes { id } }`,
		`contacts(first: 1, orderBy: {field: REGISTRATION_DATE_TIME}) { pageInfo { endCursor } }`,
		`contacts(last: 1, orderBy: {field: REGISTRATION_DATE_TIME}, before: "CURSOR") { nodes { id } }`,
		`contacts(filter: {name: "ev e", email: "eva@example.com", storeId: 2, segmentId: 2, modifiedSince: "2026-03-01T00:00:00Z",
			search: "eva"}) { totalCount nodes { id } }`,
		`contacts(filter: {phone: "+46701", companyId: 1}) { totalCount nodes { id } }`,
		`contacts(filter: {search: "e"}, orderBy: {field: NAME}) { nodes { id } }`,
		`contacts(filter: {segmentId: 2}, orderBy: {field: NAME}) { nodes { id } }`,
	} {
		p.ask(agent, "{ "+page+" }", "")
	}
}

func (p *program) useREST() {
	p.t.Helper()
	const form, inJSON = "application/x-www-form-urlencoded", "application/json"
	p.send(agent, http.MethodGet, "/api/v1/Contacts/1", inJSON, "")
	for _, path := range []string{
		"Contacts?email=eva@example.com", "Contacts?phone=%2B46701234570", "Contacts/GetContactsBaseInfo", "Contacts/Registration",
		"Contacts/DynamicFields", "Stores", "Stores?number=7", "ContactCompanies", "ContactCompanies?number=7",
		"ContactCompanies/2/Contacts", "Segments/2/GetContactIds", "Segments/2/GetContactsBaseInfo", "Contacts/1/PersonDataFile",
	} {
		p.send(agent, http.MethodGet, "/api/v1/"+path, inJSON, "")
	}
	p.send(agent, http.MethodPost, "/api/v1/Contacts/1/UnblockEmail", inJSON, "")
	p.send(agent, http.MethodPut, "/api/v1/Contacts/2", inJSON, `{"Version": "AAAAAAAAAAE=", "FirstName": "Bo"}`)
	answer := p.send(agent, http.MethodPost, "/f/webapp-api-custinfo?api=setdetails", inJSON, `{"contactID": 1, "details":
		{"properties": [{"propertyID": "1", "propertyName": "Note", "values": [{"value": "x"}]}], "setLogins": false, "logins": []},
		"membership": ["1"]}`)
	answer += p.send(anonymous, http.MethodPost, "/f/webapp-api-login?api=login", form, "emailAddress=customer&Password=the+third+one")
	if !strings.Contains(answer, `{"errors":[],"errorDetails":[]}`) || !strings.Contains(answer, `"isLoggedIn":true`) {
		p.t.Fatal(answer)
	}
}
