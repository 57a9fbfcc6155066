package rest_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"contactgraph/internal/auth"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/viewer"
)

const dealerKey = "demo-dealer"

// catalogFixture is a fixture with the key of an admin, and that of an agent for a segment.
type catalogFixture struct {
	*fixture

	asAdmin, asDealer headers
}

func newCatalogFixture(t *testing.T) catalogFixture {
	t.Helper()
	f := newFixture(t)
	segment := 2
	must(f.Auth.CreateKey(t.Context(), f.account, auth.NewKey{Name: "admin", Role: viewer.Admin, Token: "demo-admin"}))
	must(f.Auth.CreateKey(t.Context(), f.account, auth.NewKey{Name: "dealer", Role: viewer.Agent, SegmentID: &segment, Token: dealerKey}))
	return catalogFixture{f, asAgent.and("X-ApiKey", "demo-admin"), asAgent.and("X-ApiKey", dealerKey)}
}

const invalidRequest = `{"Message":"The request is invalid.","ModelState":{`

// modified is the member with the time of the fixture.
const modified = `"LastModified":"2026-03-01T12:00:00.123456+00:00"`

// call is a request with the response that it must have.
type call struct {
	name, method, path, body string
	h                        headers
	status                   int
	want                     string
	conflict                 string
}

func (f catalogFixture) check(calls []call) {
	f.t.Helper()
	for _, c := range calls {
		got := f.do(c.method, "/api/v1/"+c.path, c.body, c.h)
		if got.StatusCode != c.status || got.body != c.want || got.Header.Get("X-Conflict") != c.conflict {
			f.t.Errorf("%s:\ngot  %d %s %s\nwant %d %s %s", c.name, got.StatusCode, got.Header.Get("X-Conflict"), got.body, c.status, c.conflict, c.want)
		}
	}
}

func TestStores(t *testing.T) {
	t.Parallel()
	f := newCatalogFixture(t)
	const one = `{"Id":1,"Number":null,` + modified + `,"Name":"Store","Phone":null,"Address":null,"ZipCode":null,"City":null,"Email":null,"JsonString":null}`
	const created = `{"Id":13,"Number":"007",` + modified + `,"Name":"North","Phone":"1","Address":"Main Street 1","ZipCode":"12345","City":"Oslo",` +
		`"Email":"north@example.com","JsonString":"{}"}`
	const body = `{"Number":" 007 ","Name":"North","Phone":1,"address":"Main Street 1","ZipCode":"12345","City":"Oslo","Email":"north@example.com",` +
		`"JsonString":"{}","Id":99,"Unknown":null}`
	customer := f.cookie().and("Content-Type", "application/json")
	f.check([]call{
		{"one", "GET", "Stores/1", "", asAgent, 200, one, ""},
		{"created", "POST", "stores/", body, f.asAdmin, 200, created, ""},
		{"the same number", "POST", "Stores", body, f.asAdmin, 409, `{"Message":"Another store has this number."}`, "number"},
		{"by number", "GET", "Stores/?number=007", "", asAgent, 200, created, ""},
		{"by number with blanks", "GET", "Stores?Number=+007", "", asAgent, 200, created, ""},
		{"by an unknown number", "GET", "Stores?number=7", "", asAgent, 404, "", ""},
		{"by no number", "GET", "Stores?number=", "", asAgent, 404, "", ""},
		{"unknown", "GET", "Stores/99", "", asAgent, 404, "", ""},
		{"another account's", "GET", "Stores/1", "", headers{"X-ApiKey": otherKey}, 404, "", ""},
		{"none", "GET", "Stores", "", headers{"X-ApiKey": otherKey}, 200, `[]`, ""},
		{"no id", "GET", "Stores/abc", "", asAgent, 400, invalidRequest + `"id":["The value 'abc' is not valid for Int32."]}}`, ""},
		{"no name", "POST", "Stores", `{"Number":"8","Name":" "}`, f.asAdmin, 400, invalidRequest + `"createStoreDto.Name":["The Name field is required."]}}`, ""},
		{"a long number", "POST", "Stores", `{"Name":"x","Number":"` + strings.Repeat("1", 26) + `"}`, f.asAdmin, 400,
			invalidRequest + `"createStoreDto.Number":["The field Number must be a string with a maximum length of 25."]}}`, ""},
		{"a text that cannot be stored", "POST", "Stores", `{"Name":"x","City":"a\u0000b"}`, f.asAdmin, 400, invalidRequest + `"createStoreDto.City":["An error has occurred."]}}`, ""},
		{"not JSON", "POST", "Stores", `x`, f.asAdmin, 400, invalidRequest + `"createStoreDto":["An error has occurred."]}}`, ""},
		{"an empty body", "POST", "Stores", ``, f.asAdmin, 400, invalidRequest + `"createStoreDto":["A request body is required."]}}`, ""},
		{"an agent", "POST", "Stores", `{"Name":"x"}`, asAgent, 403, denied, ""},
		{"a customer", "POST", "Stores", `{"Name":"x"}`, customer, 403, denied, ""},
		{"a customer's list", "GET", "Stores", "", customer, 403, denied, ""},
		{"a customer's number", "GET", "Stores?number=007", "", customer, 403, denied, ""},
		{"a customer's store", "GET", "Stores/1", "", customer, 403, denied, ""},
	})
	if got := f.do("GET", "/api/v1/Stores", "", asAgent); !strings.HasPrefix(got.body, "["+one+`,{"Id":2,`) || !strings.HasSuffix(got.body, ","+created+"]") {
		t.Errorf("the list: %s", got.body)
	}
	keyed := f.asAdmin.and("Idempotency-Key", "once")
	first, again := f.do("POST", "/api/v1/Stores", `{"Name":"y","Number":""}`, keyed), f.do("POST", "/api/v1/Stores", `{"Name":"y","Number":""}`, keyed)
	if first.StatusCode != 200 || first.body != again.body || again.Header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("a repeat: %s\n%s", first.body, again.body)
	}
}

func TestCompanies(t *testing.T) {
	t.Parallel()
	f := newCatalogFixture(t)
	company := func(id int, name, primary, parent, domains, logo, number string) string {
		return fmt.Sprintf(`{"Id":%d,"Name":%q,"PrimaryContactId":%s,"ContactCompanyId":%s,"EmailDomains":%s,"Logo":%s,"Number":%s,%s}`,
			id, name, primary, parent, domains, logo, number, modified)
	}
	const path, null = "ContactCompanies", "null"
	one := company(1, "Company", null, null, null, null, null)
	two := company(2, "Two", "2", "1", `"a.example,b.example"`, `"l"`, `"7"`)
	customer := f.cookie().and("Content-Type", "application/json")
	f.check([]call{
		{"created", "POST", path, `{"Name":"Two","PrimaryContactId":2,"ContactCompanyId":"1","EmailDomains":"a.example,b.example","Logo":"l","Number":7}`, f.asAdmin, 200, two, ""},
		{"the list", "GET", path, "", asAgent, 200, "[" + one + "," + two + "]", ""},
		{"read", "GET", path + "/2", "", asAgent, 200, two, ""},
		{"by email", "GET", path + "/?primaryContactEmail=SECOND%40example.com", "", asAgent, 200, "[" + two + "]", ""},
		{"by an unknown email", "GET", path + "?primarycontactemail=unknown%40example.com", "", asAgent, 200, "[]", ""},
		{"a contact that the key does not see", "GET", path + "/2", "", f.asDealer, 200, company(2, "Two", null, "1", `"a.example,b.example"`, `"l"`, `"7"`), ""},
		{"by its email", "GET", path + "?primaryContactEmail=second%40example.com", "", f.asDealer, 200, "[]", ""},
		{"unknown", "GET", path + "/99", "", asAgent, 404, "", ""},
		{"another account's", "GET", path + "/1", "", headers{"X-ApiKey": otherKey}, 404, "", ""},

		{"nulls", "PATCH", path, `{"Id":2,"Name":null,"PrimaryContactId":null,"ContactCompanyId":null,"EmailDomains":null,"Logo":null,"Number":null}`, f.asAdmin, 200, two, ""},
		{"its own number", "PATCH", path, `{"Id":2,"Number":"7"}`, f.asAdmin, 200, two, ""},
		{"no parent", "PATCH", path, `{"Id":2,"ContactCompanyId":0}`, f.asAdmin, 200, company(2, "Two", "2", null, `"a.example,b.example"`, `"l"`, `"7"`), ""},
		{"an empty logo", "PATCH", path, `{"id":"2","Name":"Second","PrimaryContactId":0,"Logo":""}`, f.asAdmin, 200, company(2, "Second", null, null, `"a.example,b.example"`, null, `"7"`), ""},
		{"a number that is taken", "POST", path, `{"Name":"x","Number":"7"}`, f.asAdmin, 409, `{"Message":"Another company has this number."}`, "number"},
		{"another's number", "PATCH", path, `{"Id":1,"Number":"7"}`, f.asAdmin, 409, `{"Message":"Another company has this number."}`, "number"},
		{"an unknown parent", "POST", path, `{"Name":"x","ContactCompanyId":99}`, f.asAdmin, 409, `{"Message":"Company with id 99 does not exist."}`, "company"},
		{"an unknown contact", "PATCH", path, `{"Id":1,"PrimaryContactId":999}`, f.asAdmin, 409, `{"Message":"Contact with id 999 does not exist."}`, "contact"},
		{"itself as its parent", "PATCH", path, `{"Id":1,"ContactCompanyId":1}`, f.asAdmin, 400,
			invalidRequest + `"patchContactCompanyDto.ContactCompanyId":["A company cannot be its own parent."]}}`, ""},
		{"an unknown company", "PATCH", path, `{"Id":99,"Name":"x"}`, f.asAdmin, 404, "", ""},
		{"no id", "PATCH", path, `{"Name":"x"}`, f.asAdmin, 400, invalidRequest + `"patchContactCompanyDto.Id":["The Id field is required."]}}`, ""},
		{"a blank name", "PATCH", path, `{"Id":1,"Name":" "}`, f.asAdmin, 400, invalidRequest + `"patchContactCompanyDto.Name":["The name must not be blank."]}}`, ""},
		{"no name", "POST", path, `{"Number":"8"}`, f.asAdmin, 400, invalidRequest + `"createContactCompanyDto.Name":["The Name field is required."]}}`, ""},
		{"another type", "POST", path, `{"Name":"x","PrimaryContactId":"y"}`, f.asAdmin, 400, invalidRequest + `"createContactCompanyDto.PrimaryContactId":["An error has occurred."]}}`, ""},
		{"an agent's company", "POST", path, `{"Name":"x"}`, asAgent, 403, denied, ""},
		{"an agent's change", "PATCH", path, `{"Id":1,"Name":"x"}`, asAgent, 403, denied, ""},
		{"a customer's list", "GET", path, "", customer, 403, denied, ""},
		{"a customer's look-up", "GET", path + "?primaryContactEmail=x", "", customer, 403, denied, ""},
		{"a customer's company", "GET", path + "/1", "", customer, 403, denied, ""},
		{"a customer's contacts", "GET", path + "/1/Contacts", "", customer, 403, denied, ""},
	})
}

func TestContactsOfCompanies(t *testing.T) {
	t.Parallel()
	f := newCatalogFixture(t)
	must(f.Catalog.CreateCompany(f.staff, catalog.Entry{ID: 2, Name: "Two"}))
	const add, remove = "ContactCompanies/2/AddContact", "contactcompanies/2/removecontact/"
	f.check([]call{
		{"empty", "GET", "ContactCompanies/2/Contacts", "", asAgent, 200, "[]", ""},
		{"added", "POST", add, `{"ContactId":1}`, asAgent, 200, "", ""},
		{"moved", "POST", add, `{"ContactId":"466"}`, asAgent, 200, "", ""},
		{"a contact that the key does not see", "POST", add, `{"ContactId":2}`, f.asDealer, 409, `{"Message":"Contact with id 2 does not exist."}`, "contact"},
		{"an unknown contact", "POST", add, `{"ContactId":999}`, asAgent, 409, `{"Message":"Contact with id 999 does not exist."}`, "contact"},
		{"removing an unknown contact", "POST", remove, `{"ContactId":999}`, asAgent, 409, `{"Message":"Contact with id 999 does not exist."}`, "contact"},
		{"an unknown company", "POST", "ContactCompanies/99/AddContact", `{"ContactId":1}`, asAgent, 404, "", ""},
		{"no contact", "POST", add, `{"ContactId":null}`, asAgent, 400, invalidRequest + `"contactCompanyContactDto.ContactId":["The ContactId field is required."]}}`, ""},
		{"no ids", "POST", "ContactCompanies/x/AddContact", `{}`, asAgent, 400,
			invalidRequest + `"id":["The value 'x' is not valid for Int32."],"contactCompanyContactDto.ContactId":["The ContactId field is required."]}}`, ""},
		{"a customer", "POST", add, `{"ContactId":466}`, f.cookie().and("Content-Type", "application/json"), 403, denied, ""},
	})
	contacts := func(h headers) string {
		var list []struct{ Id, ContactCompanyId int }
		body := f.do("GET", "/api/v1/ContactCompanies/2/Contacts/", "", h).body
		if err := json.Unmarshal([]byte(body), &list); err != nil {
			t.Fatalf("%v: %s", err, body)
		}
		return fmt.Sprint(list)
	}
	if got := contacts(asAgent); got != "[{1 2} {466 2}]" {
		t.Errorf("the contacts: %s", got)
	}
	if got := contacts(f.asDealer); got != "[{466 2}]" {
		t.Errorf("those of the key: %s", got)
	}
	f.check([]call{
		{"removed", "POST", remove, `{"ContactId":1}`, asAgent, 200, "", ""},
		{"again", "POST", remove, `{"ContactId":1}`, asAgent, 200, "", ""},
		{"from another company", "POST", "ContactCompanies/1/RemoveContact", `{"ContactId":466}`, asAgent, 200, "", ""},
	})
	if got := contacts(asAgent); got != "[{466 2}]" {
		t.Errorf("after that: %s", got)
	}
	if c := f.contact(first); c.Version != 3 {
		t.Errorf("removing it again has written version %d", c.Version)
	}
}

func TestSegments(t *testing.T) {
	t.Parallel()
	f := newCatalogFixture(t)
	overwrite := contact.Lock{OnConflict: contact.Overwrite}
	for id, segments := range map[int][]int{first: {2}, second: {3, 4}} {
		must(f.Contacts.SetDetails(f.staff, contact.SetDetails{ID: id, Lock: overwrite, Details: contact.Details{Membership: &segments}}))
	}
	must(f.Contacts.Update(f.staff, contact.Update{ID: customer, Lock: overwrite, Set: field.Patch{field.Email: "john@example.com"}}))
	const count = "Segments/GetContactCount"
	base := func(id int, email, phone, firstName, lastName string) string {
		return fmt.Sprintf(`{"Id":%d,"Secret":%q,"Email":%s,"Phone":%s,"FirstName":%s,"LastName":%s}`, id, f.contact(id).Secret, email, phone, firstName, lastName)
	}
	john := base(466, `"john@example.com"`, "null", `"John"`, `"Deer"`)
	anonymous := base(1, "null", "null", "null", "null")
	const countInvalid = invalidRequest + `"getContactCountDto.SegmentIds":["An error has occurred."]}}`
	cookie := f.cookie().and("Content-Type", "application/json")
	f.check([]call{
		{"ids", "GET", "segments/2/getcontactids/", "", asAgent, 200, "[1,466]", ""},
		{"ids of another", "GET", "Segments/4/GetContactIds", "", asAgent, 200, "[2]", ""},
		{"ids of an empty one", "GET", "Segments/5/GetContactIds", "", asAgent, 200, "[]", ""},
		{"ids of an unknown one", "GET", "Segments/99/GetContactIds", "", asAgent, 404, "", ""},
		{"ids of another account", "GET", "Segments/2/GetContactIds", "", headers{"X-ApiKey": otherKey}, 404, "", ""},
		{"ids of a key", "GET", "Segments/3/GetContactIds", "", f.asDealer, 200, "[466]", ""},
		{"ids outside of the key", "GET", "Segments/4/GetContactIds", "", f.asDealer, 200, "[]", ""},
		{"base info", "GET", "Segments/2/GetContactsBaseInfo", "", asAgent, 200, "[" + anonymous + "," + john + "]", ""},
		{"base info of a key", "GET", "Segments/3/GetContactsBaseInfo", "", f.asDealer, 200, "[" + john + "]", ""},
		{"no id", "GET", "Segments/x/GetContactsBaseInfo", "", asAgent, 400, invalidRequest + `"id":["The value 'x' is not valid for Int32."]}}`, ""},
		{"count", "POST", count, `{"SegmentIds":[2,3]}`, asAgent, 200, "3", ""},
		{"count of one", "POST", count, `{"segmentids":["3",3,99]}`, asAgent, 200, "2", ""},
		{"count of none", "POST", count, `{"SegmentIds":[]}`, asAgent, 200, "0", ""},
		{"count of a key", "POST", count, `{"SegmentIds":[2,3,4]}`, f.asDealer, 200, "2", ""},
		{"count of another account", "POST", count, `{"SegmentIds":[2]}`, asAgent.and("X-ApiKey", otherKey), 200, "0", ""},
		{"no segments", "POST", count, `{"SegmentIds":null}`, asAgent, 400, invalidRequest + `"getContactCountDto.SegmentIds":["The SegmentIds field is required."]}}`, ""},
		{"a number", "POST", count, `{"SegmentIds":2}`, asAgent, 400, countInvalid, ""},
		{"no number", "POST", count, `{"SegmentIds":["x"]}`, asAgent, 400, countInvalid, ""},
		{"a null", "POST", count, `{"SegmentIds":[null]}`, asAgent, 400, countInvalid, ""},
		{"a form", "POST", count, `SegmentIds=2&SegmentIds=3`, asAgent.and("Content-Type", "application/x-www-form-urlencoded"), 200, "3", ""},
		{"a customer's ids", "GET", "Segments/2/GetContactIds", "", cookie, 403, denied, ""},
		{"a customer's base info", "GET", "Segments/2/GetContactsBaseInfo", "", cookie, 403, denied, ""},
		{"a customer's count", "POST", count, `{"SegmentIds":[2]}`, cookie, 403, denied, ""},
	})
	for _, path := range []string{"Segments", "Segments/2"} {
		if got := f.do("GET", "/api/v1/"+path, "", asAgent); got.StatusCode != 501 {
			t.Errorf("%s: %d", path, got.StatusCode)
		}
	}
}
