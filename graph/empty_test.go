package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
)

// emptyWrites are the mutations that write fields, $set in place of the input ContactPatch. Each
// returns its payload as p, or as a list of them.
var emptyWrites = map[string]string{
	"createContact": `mutation { p: createContact(input: {registrationSource: "test", set: $set}) { PAYLOAD } }`,
	"updateContact": `mutation { p: updateContact(input: {id: $id, expectedVersion: "$latest", set: $set}) { PAYLOAD } }`,
	"stale":         `mutation { p: updateContact(input: {id: $id, expectedVersion: "$base", onConflict: MERGE, set: $set}) { PAYLOAD } }`,
	"OVERWRITE":     `mutation { p: updateContact(input: {id: $id, onConflict: OVERWRITE, set: $set}) { PAYLOAD } }`,
	"ALL_OR_NOTHING": `mutation { list: updateContacts(input: {items: [{id: $id, expectedVersion: "$base", onConflict: MERGE, set: $set}]}) {
		results { PAYLOAD } } }`,
	"PER_ITEM": `mutation { list: updateContacts(input: {errorPolicy: PER_ITEM, items: [{id: $id, expectedVersion: "$base", onConflict: MERGE, set: $set}]}) {
		results { PAYLOAD } } }`,
}

// emptyWrite runs a mutation of emptyWrites for the contact and returns its errors.
func (f *fixture) emptyWrite(token, name string, id int, set string) []string {
	f.t.Helper()
	latest := must(f.Queries.Get(f.demo.ctx, id)).Version
	document := strings.NewReplacer("$id", fmt.Sprint(id), "$latest", latest.String(), "$base", (latest - 1).String(), "$set", set,
		"PAYLOAD", "contact { id } errors { __typename code path message }").Replace(emptyWrites[name])
	data := f.get(token, document, nil).(object)
	payload, ok := data["p"]
	if !ok {
		payload = data["list"].(object)["results"].([]any)[0]
	}
	return errorsOf(payload)
}

// stored creates a contact with these fields and then another version of it.
func (f *fixture) stored(set field.Patch) int {
	f.t.Helper()
	c := must(f.Contacts.Create(f.demo.ctx, contact.Create{RegistrationSource: "test", Set: set})).Contact
	must(f.Contacts.Update(f.demo.ctx, contact.Update{ID: c.ID, Lock: contacttest.Overwrite, Set: field.Patch{field.LimitPermanently: true}}))
	return c.ID
}

// TestEmptyTextsAreRejected writes an empty text to each field in every mutation, whatever the
// field has.
func TestEmptyTextsAreRejected(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, x := range contacttest.TextFields() {
		for name, before := range map[string]any{"a value": "12", "null": nil, "an empty text": ""} {
			id := f.stored(field.Patch{x: before})
			for write := range emptyWrites {
				dump := f.db.Dump()
				want := []string{"ValidationError EMPTY " + x.Path}
				if got := f.emptyWrite(f.demo.agent, write, id, fmt.Sprintf(`{%s: "", limitMailsPermanently: false}`, x.Path)); fmt.Sprint(got) != fmt.Sprint(want) {
					t.Errorf("%s of %s, over %s: got %q, want %q", write, x.Path, name, got, want)
				}
				if f.db.Dump() != dump {
					t.Errorf("%s of %s, over %s: it changed the database", write, x.Path, name)
				}
			}
			must(f.Contacts.Update(f.demo.ctx, contact.Update{ID: id, Lock: contacttest.Overwrite, Set: field.Patch{x: nil}})) // unique values
		}
	}
}

// TestEmptyTextsAreReportedWithOtherErrors sends the input of a client that has a text for every
// field.
func TestEmptyTextsAreReportedWithOtherErrors(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.create(f.demo, "anna", nil)
	id := f.stored(field.Patch{field.FirstName: "Eva", field.LastName: "Ek", field.Email: "eva@example.com", field.Phone: "555 0100"})
	for set, want := range map[string][]string{
		`{firstName: "Zoe", email: "", phoneCountryCode: "", phone: "", lastName: ""}`: {
			"ValidationError EMPTY email", "ValidationError EMPTY phoneCountryCode", "ValidationError EMPTY phone", "ValidationError EMPTY lastName",
		},
		`{email: "anna@example.com", firstName: "", lastName: "` + strings.Repeat("x", 51) + `", companyId: 999}`: {
			"UniqueConflict EMAIL_TAKEN email", "ValidationError EMPTY firstName", "ValidationError TOO_LONG lastName", "ReferenceNotFound COMPANY_NOT_FOUND companyId",
		},
	} {
		if got := f.emptyWrite(f.demo.agent, "updateContact", id, set); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: got %q, want %q", set, got, want)
		}
	}
	got := f.get(f.demo.agent, `{ contact(id: `+fmt.Sprint(id)+`) { firstName lastName email phone } }`, nil, "contact")
	f.want("the contact", got, `{"firstName": "Eva", "lastName": "Ek", "email": "eva@example.com", "phone": "555 0100"}`)
}

// TestTextsThatAreNotEmptyAreAccepted: only the text without any character is rejected.
func TestTextsThatAreNotEmptyAreAccepted(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, value := range []string{`null`, `" "`, `"\u200b"`, `"\t"`} {
		for _, x := range contacttest.TextFields() {
			id := f.stored(field.Patch{x: "12"})
			for write := range emptyWrites {
				if write == "createContact" {
					continue // another contact may have the value
				}
				if got := f.emptyWrite(f.demo.agent, write, id, fmt.Sprintf(`{%s: %s}`, x.Path, value)); len(got) > 0 {
					t.Errorf("%s of %s to %s: got %q", write, x.Path, value, got)
				}
			}
			must(f.Contacts.Update(f.demo.ctx, contact.Update{ID: id, Lock: contacttest.Overwrite, Set: field.Patch{x: nil}}))
		}
	}
}

// TestEmptyValuesOfAliases: a property that is an alias of a field is another way to clear it.
func TestEmptyValuesOfAliases(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	c := f.create(a, "anna", nil)
	write := func(property int, values string) []string {
		return errorsOf(f.get(a.agent, fmt.Sprintf(`mutation { setContactDetails(input: {id: %d, onConflict: OVERWRITE, properties: [{propertyId: %d, values: %s}]}) {
			errors { __typename code path } } }`, c.ID, property, values), nil, "setContactDetails"))
	}
	create := func(property int, values string) []string {
		return errorsOf(f.get(a.agent, fmt.Sprintf(`mutation { createContact(input: {registrationSource: "test", set: {}, properties: [{propertyId: %d, values: %s}]}) {
			errors { __typename code path } } }`, property, values), nil, "createContact"))
	}
	for name, do := range map[string]func(int, string) []string{"setContactDetails": write, "createContact": create} {
		for _, tt := range []struct {
			property int
			values   string
			want     []string
		}{
			{a.first, `[{value: ""}]`, []string{"ValidationError EMPTY " + field.PropertyPath(a.first)}},
			{a.first, `[{value: " "}]`, nil},
			{a.first, `[]`, nil},
			{a.note, `[{value: ""}, {value: "x"}]`, nil},
		} {
			if got := do(tt.property, tt.values); fmt.Sprint(got) != fmt.Sprint(tt.want) {
				t.Errorf("%s of property %d to %s: got %q, want %q", name, tt.property, tt.values, got, tt.want)
			}
		}
	}
}

// TestUndoRestoresEmptyTexts: a contact can have empty texts from another API.
func TestUndoRestoresEmptyTexts(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, x := range contacttest.TextFields() {
		id := f.stored(field.Patch{x: ""})
		undo := must(f.Contacts.Update(f.demo.ctx, contact.Update{ID: id, Lock: contacttest.Overwrite, Set: field.Patch{x: "12"}})).Change.GlobalID()
		got := f.get(f.demo.agent, fmt.Sprintf(`mutation { undoChange(input: {id: %q}) { contact { %s } errors { code } } }`, undo, x.Path), nil, "undoChange")
		f.want(x.Path, got, fmt.Sprintf(`{"contact": {%q: ""}, "errors": []}`, x.Path))
	}
}

// TestHiddenFieldsAreSentAsNull: a role sees null where it may not read a text. It can send that,
// and the field stays; an empty text is as wrong as in any other field.
func TestHiddenFieldsAreSentAsNull(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	role := f.get(f.demo.admin, `mutation { createRole(input: {name: "no texts", otherFields: WRITE, fields: [
		{path: "email", access: NONE}, {path: "firstName", access: NONE}]}) { role { id } } }`, nil, "createRole", "role", "id")
	token := f.get(f.demo.admin, `mutation($role: ID!) { createApiKey(input: {name: "limited", role: AGENT, customRoleId: $role}) { token } }`,
		object{"role": role}, "createApiKey", "token").(string)
	id := f.stored(field.Patch{field.FirstName: "Eva", field.Email: "eva@example.com"})
	for set, want := range map[string][]string{
		`{email: null, firstName: null}`: nil,
		`{email: "", firstName: ""}`:     {"ValidationError EMPTY email", "ValidationError EMPTY firstName"},
		`{email: "x", firstName: ""}`:    {"Forbidden FORBIDDEN email", "ValidationError EMPTY firstName"},
	} {
		if got := f.emptyWrite(token, "OVERWRITE", id, set); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: got %q, want %q", set, got, want)
		}
	}
	if c := must(f.Queries.Get(f.demo.ctx, id)); *c.FirstName != "Eva" || *c.Email != "eva@example.com" {
		t.Errorf("the contact has %v, %v", *c.FirstName, *c.Email)
	}
}
