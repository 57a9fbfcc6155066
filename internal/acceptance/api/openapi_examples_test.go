package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"contactgraph/internal/acceptance/harness"

	"github.com/google/go-cmp/cmp"
)

// TestOpenAPIExamplesAreTrue sends the example requests of the document, and changes them to
// provoke each response that the document has an example of.
func TestOpenAPIExamplesAreTrue(t *testing.T) {
	t.Parallel()
	const (
		asJSON = "application/json"
		asForm = "application/x-www-form-urlencoded"
	)
	s := harness.Demo(t, 20)
	customer := s.SignInCustomer()
	as := func(w harness.Caller) func(*request) { return func(a *request) { a.header = w } }
	path := func(p string) func(*request) { return func(a *request) { a.path = p } }
	query := func(name, value string) func(*request) { return func(a *request) { a.query.Set(name, value) } }
	keyed := func(key string) func(*request) {
		return func(a *request) { a.header = a.header.With("Idempotency-Key", key) }
	}
	body := func(text string) func(*request) { return func(a *request) { a.body = text } }
	administrator := harness.APIKey("demo-admin")
	administers := func(text string) func(*request) {
		return func(a *request) { as(administrator)(a); body(text)(a) }
	}
	stale := func(members string) func(*request) { return body(`{"Version":"AAAAAAAAAAI=",` + members + `}`) }
	only := func(name string) func(*request) {
		return func(a *request) { a.query = url.Values{name: a.query[name]} }
	}
	plain := func(a *request) { a.mediaType = "text/plain" }
	unchanged := func(*request) {}

	bodies := map[string]bool{"postContact": true, "patchContacts": true, "loginContact": true, "setPassword": true, "patchContact": true,
		"postStore": true, "postCompany": true, "patchCompany": true, "addContact": true, "removeContact": true, "countContacts": true}
	tests := []exampleTest{
		{"getContact", "", unchanged, 200, "contact"},
		{"getContact", "", path("/api/v1/Contacts/abc"), 400, "id"},
		{"getContact", "", as(harness.Anonymous), 401, "denied"},
		{"getContact", "", as(customer), 403, "denied"},
		{"getContact", "", path("/api/v1/Contacts/999"), 404, ""},

		{"patchContact", asJSON, unchanged, 200, "contact"},
		{"patchContact", asJSON, path("/api/v1/Contacts/999"), 404, ""},

		{"getContacts", "", only("email"), 200, "contact"},
		{"getContacts", "", func(a *request) { only("email")(a); query("email", "x@example.com")(a) }, 404, ""},
		{"putContact", asJSON, path("/api/v1/Contacts/abc"), 400, "id"},
		{"putContact", asJSON, body(`{}`), 400, "version"},
		{"putContact", asJSON, stale(`"Phone":"012345678901234567890"`), 400, "length"},
		{"putContact", asJSON, stale(`"PreferredStoreId":"x"`), 400, "type"},
		{"putContact", asJSON, keyed(strings.Repeat("x", 256)), 400, "key"},
		{"putContact", asJSON, as(harness.Anonymous), 401, "denied"},
		{"putContact", asJSON, as(customer), 403, "denied"},
		{"putContact", asJSON, path("/api/v1/Contacts/999"), 404, ""},
		{"putContact", asJSON, body(strings.Repeat(" ", 256<<10+1)), 413, "size"},
		{"putContact", asJSON, plain, 415, "type"},
		{"putContact", asJSON, keyed("once"), 200, "contact"},
		{"putContact", asJSON, keyed("once"), 200, "contact"}, // a repeat
		{"putContact", asJSON, unchanged, 409, "version"},
		{"putContact", asJSON, stale(`"PreferredStoreId":99`), 409, "store"},
		{"putContact", asJSON, stale(`"ContactCompanyId":99`), 409, "company"},
		{"putContact", asJSON, func(a *request) { keyed("once")(a); stale(`"FirstName":"Ida"`)(a) }, 422, "reused"},

		{"putContact", asJSON, func(a *request) { *a = rejectedTooOften(t, s, customer, *a) }, 429, "limited"},

		{"getChanges", "", unchanged, 200, "changes"},
		{"getChanges", "", query("first", "1001"), 400, "first"},
		{"getChanges", "", query("after", "7"), 400, "after"},
		{"getChanges", "", query("limit", "10"), 400, "unknown"},
		{"getChanges", "", query("FIRST", "10"), 400, "repeated"}, // next to first
		{"getChanges", "", as(harness.Anonymous), 401, "denied"},
		{"getChanges", "", as(customer), 403, "denied"},
		{"getChanges", "", query("after", "TG9nOjk5OTk5OTk"), 410, "expired"},

		{"getRegistration", "", query("source", "unknown"), 200, "none"},
		{"getContactFields", "", unchanged, 200, "fields"},
		{"getDynamicFields", "", unchanged, 200, "fields"},
		{"getPatchFields", "", unchanged, 200, "fields"},
		{"postContact", asJSON, keyed("created"), 200, "contact"},
		{"postContact", asJSON, unchanged, 409, "email"},
		{"patchContacts", asJSON, unchanged, 200, "result"},
		{"patchContacts", asJSON, body(`{"KeyType":1,"Keys":["7"],"Fields":{"PreferredStoreId":99}}`), 409, "store"},
		{"loginContact", asJSON, unchanged, 200, "contact"},
		{"loginContact", asJSON, body(`{"Password":"wrong","Ip":"203.0.113.8","Source":"web"}`), 422, "wrong"},
		{"loginContact", asJSON, path("/api/v1/Contacts/999/Login"), 404, ""},
		{"unblockEmail", "", unchanged, 200, "none"},
		{"unblockEmail", "", path("/api/v1/Contacts/999/UnblockEmail"), 404, ""},
		{"getPersonDataFile", "", unchanged, 200, "address"},
		{"getPersonDataFile", "", path("/api/v1/Contacts/abc/PersonDataFile"), 400, "id"},
		{"getPersonDataFile", "", path("/api/v1/Contacts/999/PersonDataFile"), 404, ""},
		{"setPassword", asJSON, unchanged, 200, ""},
		{"setPassword", asJSON, path("/api/v1/Contacts/999/SetPassword"), 404, ""},
		{"deleteContact", "", unchanged, 200, ""},
		{"deleteContact", "", unchanged, 404, ""},

		{"postStore", asJSON, as(administrator), 200, "store"},
		{"postStore", asJSON, as(administrator), 409, "number"},
		{"getStores", "", unchanged, 200, "store"},
		{"getStores", "", query("number", "999"), 404, ""},
		{"getStore", "", unchanged, 200, "store"},
		{"getStore", "", path("/api/v1/Stores/999"), 404, ""},
		{"getCompanies", "", func(a *request) { a.query = nil }, 200, "companies"},
		{"getCompanies", "", unchanged, 200, "none"},
		{"getCompany", "", unchanged, 200, "company"},
		{"getCompany", "", path("/api/v1/ContactCompanies/999"), 404, ""},
		{"postCompany", asJSON, as(administrator), 200, "company"},
		{"postCompany", asJSON, as(administrator), 409, "number"},
		{"postCompany", asJSON, administers(`{"Name":"x","ContactCompanyId":99}`), 409, "company"},
		{"postCompany", asJSON, administers(`{"Name":"x","PrimaryContactId":999}`), 409, "contact"},
		{"patchCompany", asJSON, as(administrator), 200, "company"},
		{"patchCompany", asJSON, administers(`{"Id":2,"Number":"C-104"}`), 409, "number"},
		{"patchCompany", asJSON, administers(`{"Id":999,"Name":"x"}`), 404, ""},
		{"getCompanyContacts", "", path("/api/v1/ContactCompanies/999/Contacts"), 404, ""},
		{"addContact", asJSON, unchanged, 200, ""},
		{"addContact", asJSON, path("/api/v1/ContactCompanies/999/AddContact"), 404, ""},
		{"addContact", asJSON, body(`{"ContactId":999}`), 409, "contact"},
		{"removeContact", asJSON, unchanged, 200, ""},
		{"removeContact", asJSON, path("/api/v1/ContactCompanies/999/RemoveContact"), 404, ""},
		{"removeContact", asJSON, body(`{"ContactId":999}`), 409, "contact"},
		{"getSegmentContactIds", "", path("/api/v1/Segments/999/GetContactIds"), 404, ""},
		{"getSegmentBaseInfo", "", path("/api/v1/Segments/999/GetContactsBaseInfo"), 404, ""},
		{"countContacts", asJSON, unchanged, 200, "count"},

		{"login", asForm, as(harness.Anonymous), 200, "signedIn"},
		{"login", "multipart/form-data", as(harness.Anonymous), 200, "signedIn"},
		{"login", asJSON, as(harness.Anonymous), 200, "signedIn"},
		{"login", asJSON, as(harness.Anonymous), 200, "signedIn"},
		{"login", asForm, body("emailAddress=unknown&Password=x"), 200, "refused"},
		{"session", "", unchanged, 200, "key"},
		{"session", "", as(harness.Anonymous), 200, "anonymous"},
		{"session", "", func(a *request) { as(s.SignInCustomer())(a); query("api", "logout")(a) }, 200, "anonymous"},
		{"register", asJSON, as(harness.Anonymous), 200, "off"},
		{"resetSend", asJSON, unchanged, 200, "unavailable"},
		{"resetSend", asForm, unchanged, 200, "unavailable"},
		{"resetSend", asJSON, body(`x`), 200, "notJSON"},
		{"resetConfirm", asJSON, unchanged, 200, "unavailable"},
		{"resetConfirm", asForm, unchanged, 200, "unavailable"},
		{"resetConfirm", asJSON, body(`x`), 200, "notJSON"},

		{"details", asJSON, unchanged, 200, "details"},
		{"details", asJSON, body(`{"contactID":999}`), 200, "notFound"},
		{"details", asJSON, func(a *request) { as(customer)(a); body(`{"contactID":1}`)(a) }, 200, "denied"},
		{"details", asJSON, body(`contactID=466`), 200, "notJSON"},
		{"details", asJSON, as(harness.Anonymous), 200, "notSignedIn"},
		{"name", asJSON, unchanged, 200, "name"},
		{"name", asJSON, body(`{"contactID":999}`), 200, "notFound"},
		{"name", asJSON, func(a *request) { as(customer)(a); body(`{"contactID":1}`)(a) }, 200, "denied"},
		{"name", asJSON, body(`contactID=466`), 200, "notJSON"},
		{"name", asJSON, as(harness.Anonymous), 200, "notSignedIn"},
		{"searchContacts", asJSON, unchanged, 200, "contacts"},
		{"searchContacts", asJSON, as(customer), 200, "role"},
		{"searchContacts", asJSON, body(`{"fields":{"groups":[{"fields":[{"fieldID":999,"searchString":"x"}]}]}}`), 200, "property"},
		{"searchContacts", asJSON, body(`x`), 200, "notJSON"},
		{"searchContacts", asJSON, as(harness.Anonymous), 200, "notSignedIn"},
		{"newContact", asJSON, unchanged, 200, "created"},
		{"newContact", asJSON, body(`{"details":{"setLogins":true,"logins":[{"name":"customer11@1to1service.com"}]}}`), 200, "login"},
		{"newContact", asJSON, as(customer), 200, "role"},
		{"newContact", asJSON, body(`x`), 200, "notJSON"},
		{"newContact", asJSON, as(harness.Anonymous), 200, "notSignedIn"},
		{"myDetails", asJSON, as(customer), 200, "details"},
		{"myDetails", asJSON, unchanged, 200, "noContact"},
		{"myDetails", asJSON, func(a *request) { as(customer)(a); body(`x`)(a) }, 200, "notJSON"},
		{"myDetails", asJSON, as(harness.Anonymous), 200, "notSignedIn"},

		{"setDetails", asJSON, unchanged, 200, "saved"},
		{"setDetails", asJSON, body(`{"contactID":999}`), 200, "notFound"},
		{"setDetails", asJSON, func(a *request) { as(customer)(a); body(`{"contactID":1}`)(a) }, 200, "denied"},
		{"setDetails", asJSON, body(`{"contactID":466,"details":{"properties":[{"propertyID":999,"values":[]}]}}`), 200, "property"},
		{"setDetails", asJSON, body(`contactID=466`), 200, "notJSON"},
		{"setDetails", asJSON, as(harness.Anonymous), 200, "notSignedIn"},
	}
	for _, o := range []string{"getContacts", "getRegistration", "getContactFields", "getDynamicFields", "getPatchFields", "postContact",
		"patchContacts", "loginContact", "unblockEmail", "setPassword", "deleteContact", "getContactsBaseInfo", "patchContact",
		"getPersonDataFile",
		"getStores", "postStore", "getStore", "getCompanies", "postCompany", "patchCompany", "getCompany", "getCompanyContacts", "addContact",
		"removeContact", "getSegmentContactIds", "getSegmentBaseInfo", "countContacts"} {
		mediaType := ""
		if bodies[o] {
			mediaType = asJSON
		}
		for w, status := range map[*harness.Caller]int{&harness.Anonymous: 401, &customer: 403} {
			tests = append(tests, exampleTest{o, mediaType, func(a *request) {
				as(*w)(a)
				if a.id == "getContacts" {
					only("email")(a)
				}
			}, status, "denied"})
		}
	}
	tests = append(tests, exampleTest{"putContact", asJSON, func(a *request) { mergedInto7(s, 466); path("/api/v1/Contacts/466")(a) }, 409, "merged"})
	sent := append(provoke(t, s, tests), provokeWithEmail(t)...)
	slices.Sort(sent)
	if d := cmp.Diff(examples(t), slices.Compact(sent)); d != "" {
		t.Errorf("the examples of the document, and those that were provoked (-document +provoked)\n%s", d)
	}
}

// exampleTest provokes a response that the document has an example of, by a change to the example
// of the request.
type exampleTest struct {
	operation, mediaType string
	change               func(*request)
	status               int
	example              string
}

// provoke sends the requests, checks the responses, and names their examples as the function
// examples does.
func provoke(t *testing.T, s *harness.Server, tests []exampleTest) (sent []string) {
	t.Helper()
	for _, tt := range tests {
		a := fromExamples(t, tt.operation, tt.mediaType)
		tt.change(&a)
		checkResponse(t, s, a, tt.status, tt.example)
		sent = append(sent, fmt.Sprintf("%s %d %s", tt.operation, tt.status, tt.example))
	}
	return sent
}

// rejectedTooOften returns a request of the customer to take the address of another contact, after
// as many of them as are answered.
func rejectedTooOften(t *testing.T, s *harness.Server, customer harness.Caller, a request) request {
	t.Helper()
	member := func(w harness.Caller, path string) (dto map[string]any) {
		if err := json.Unmarshal([]byte(s.Send(w, "GET", path, "", "").Body), &dto); err != nil {
			t.Fatal(err)
		}
		return dto
	}
	a.header, a.path = customer, "/api/v1/Contacts/466"
	dto := member(customer, a.path)
	dto["Email"] = member(harness.APIKey("demo-agent"), "/api/v1/Contacts/8")["Email"]
	body, err := json.Marshal(dto)
	if err != nil {
		t.Fatal(err)
	}
	a.body = string(body)
	for range 10 {
		if got := s.Send(customer, "PUT", a.path, "application/json", a.body); got.Status != http.StatusConflict {
			t.Fatalf("%d %s", got.Status, got.Body)
		}
	}
	return a
}

// TestOpenAPIExamplesAgreeAcrossMediaTypes sends the example bodies of the other media types: they
// change the contact in the same way as the one in JSON.
func TestOpenAPIExamplesAgreeAcrossMediaTypes(t *testing.T) {
	t.Parallel()
	for _, mediaType := range []string{"text/json", "application/x-www-form-urlencoded"} {
		s := harness.Demo(t, 20)
		checkResponse(t, s, fromExamples(t, "putContact", mediaType), http.StatusOK, "contact")
	}
}

// mergedInto7 merges a contact into contact 7.
func mergedInto7(s *harness.Server, id int) {
	s.T.Helper()
	who := harness.APIKey("demo-admin")
	versioned := func(id int) harness.Variables {
		c := harness.Query[struct{ Version string }](s, who, `query($id: ID!) { contact(id: $id) { version } }`, harness.Variables{"id": id})
		return harness.Variables{"id": id, "expectedVersion": c.Version}
	}
	into := versioned(7)
	p := harness.Query[struct{ Errors []struct{ Message string } }](s, who,
		`mutation($input: MergeContactsInput!) { mergeContacts(input: $input) { errors { message } } }`, harness.Variables{"input": harness.Variables{
			"into": 7, "expectedVersion": into["expectedVersion"], "from": []any{versioned(id)},
		}})
	if len(p.Errors) > 0 {
		s.T.Fatal(p.Errors)
	}
}
