package graph_test

import (
	"fmt"
	"testing"

	"contactgraph/internal/auth"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/globalid"
	"contactgraph/internal/revision"
)

const update = `mutation($in: UpdateContactInput!) { updateContact(input: $in) {
	contact { version firstName lastName email limitMailsPermanently limitMailsTemporarilyUntil preferredStore { name } company { name } latestPermissionSource }
	errors { __typename code path message
		... on VersionConflict { latest { contactId version firstName logins { name } } }
		... on UniqueConflict { existing { contactId } } }
	change { cursor contactId version kind source actor { type number name } fields { path old new } contact { firstName } }
} }`

// errorsOf returns the type, code and path of each error of a payload.
func errorsOf(payload any) (list []string) {
	for _, e := range payload.(object)["errors"].([]any) {
		e := e.(object)
		list = append(list, fmt.Sprintf("%v %v %v", e["__typename"], e["code"], e["path"]))
	}
	return list
}

func TestUpdateContact(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	c := f.create(a, "anna", nil)
	until := "2026-05-01T12:00:00.1234567+02:00"
	got := f.get(a.agent, update, object{"in": object{
		"id": c.ID, "expectedVersion": c.Version.String(), "set": object{
			"firstName": "Eva", "lastName": "Ek", "email": nil, "limitMailsPermanently": true, "limitMailsTemporarilyUntil": until,
			"preferredStoreId": globalid.Encode("Store", a.stores[1]), "companyId": nil, "latestPermissionSource": "form",
		},
	}}, "updateContact")
	f.want("the payload", got, `{
		"contact": {"version": "AAAAAAAAAAI=", "firstName": "Eva", "lastName": "Ek", "email": null, "limitMailsPermanently": true,
			"limitMailsTemporarilyUntil": "2026-05-01T10:00:00.123456Z", "preferredStore": {"name": "demo 1"}, "company": null, "latestPermissionSource": "form"},
		"errors": [],
		"change": {"cursor": "TG9nOjI", "contactId": 1, "version": "AAAAAAAAAAI=", "kind": "UPDATE", "source": "GRAPHQL",
			"actor": {"type": "API_KEY", "number": 2, "name": "demo-agent"}, "contact": {"firstName": "Eva"}, "fields": [
			{"path": "email", "old": "anna@example.com", "new": null}, {"path": "firstName", "old": "anna", "new": "Eva"},
			{"path": "lastName", "old": null, "new": "Ek"}, {"path": "limitMailsPermanently", "old": false, "new": true},
			{"path": "limitMailsTemporarilyUntil", "old": null, "new": "2026-05-01T10:00:00.123456Z"},
			{"path": "preferredStoreId", "old": 1, "new": 2}, {"path": "companyId", "old": 1, "new": null},
			{"path": "latestPermissionSource", "old": null, "new": "form"}
		]}
	}`)
	again := f.get(a.agent, update, object{"in": object{"id": c.GlobalID(), "onConflict": "OVERWRITE", "set": object{}}}, "updateContact", "contact")
	f.want("absent fields are unchanged", pick(again, "firstName", "email", "version"), `{"firstName": "Eva", "email": null, "version": "AAAAAAAAAAM="}`)
}

// TestTextFieldsAreWrittenAndRead: the input, the contact and the change have each text field under
// its path.
func TestTextFieldsAreWrittenAndRead(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	c := f.create(f.demo, "anna", nil)
	for _, x := range contacttest.TextFields() {
		got := f.query(f.demo.agent, fmt.Sprintf(`mutation($id: ID!) { updateContact(input: {id: $id, onConflict: OVERWRITE, set: {%s: "12"}}) {
			contact { %[1]s } errors { code } change { fields { path new } } } }`, x.Path), object{"id": c.ID})
		if len(got.Errors) > 0 {
			t.Errorf("%s: %v", x.Path, got.Errors)
			continue
		}
		f.want(x.Path, got.Data["updateContact"], text(object{"contact": object{x.Path: "12"}, "errors": []any{}, "change": object{"fields": []any{object{"path": x.Path, "new": "12"}}}}))
	}
}

func TestUpdateContactFails(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	c, other, theirs := f.create(a, "anna", nil), f.create(a, "eva", nil), f.create(f.other, "anna", nil)
	version := c.Version.String()
	tests := []struct {
		name string
		in   object
		want []string
	}{
		{"absent", object{"id": 999, "expectedVersion": version, "set": object{}}, []string{"NotFound NOT_FOUND <nil>"}},
		{"another account's", object{"id": theirs.GlobalID(), "expectedVersion": version, "set": object{}}, []string{"NotFound NOT_FOUND <nil>"}},
		{"the id of another type", object{"id": globalid.Encode("Store", c.ID), "expectedVersion": version, "set": object{}}, []string{"NotFound NOT_FOUND <nil>"}},
		{"an invalid id", object{"id": "x", "expectedVersion": version, "set": object{}}, []string{"NotFound NOT_FOUND <nil>"}},
		{"without a version", object{"id": c.ID, "set": object{}}, []string{"ValidationError REQUIRED expectedVersion"}},
		{"null for a version", object{"id": c.ID, "expectedVersion": nil, "set": object{}}, []string{"ValidationError REQUIRED expectedVersion"}},
		{"a version that is not base64", object{"id": c.ID, "expectedVersion": "?", "set": object{}}, []string{"ValidationError INVALID expectedVersion"}},
		{"a version of another length", object{"id": c.ID, "expectedVersion": "QEA=", "set": object{}}, []string{"VersionConflict VERSION_CONFLICT <nil>"}},
		{"another version", object{"id": c.ID, "expectedVersion": revision.Version(9).String(), "set": object{}}, []string{"VersionConflict VERSION_CONFLICT <nil>"}},
		{"null for a field that requires a value", object{"id": c.ID, "expectedVersion": version, "set": object{"limitMailsPermanently": nil, "newPassword": nil}},
			[]string{"ValidationError REQUIRED limitMailsPermanently", "ValidationError REQUIRED password"}},
		{"all at once", object{"id": c.ID, "expectedVersion": "AAAAAAAAAAk=", "set": object{
			"email": other.Email, "preferredStoreId": f.other.stores[0], "companyId": "x", "newPassword": "",
		}}, []string{
			"VersionConflict VERSION_CONFLICT <nil>", "UniqueConflict EMAIL_TAKEN email", "ReferenceNotFound STORE_NOT_FOUND preferredStoreId",
			"ReferenceNotFound COMPANY_NOT_FOUND companyId", "ValidationError REQUIRED password",
		}},
	}
	before := f.db.Dump()
	for _, tt := range tests {
		got := f.get(a.agent, update, object{"in": tt.in}, "updateContact")
		if fmt.Sprint(errorsOf(got)) != fmt.Sprint(tt.want) {
			t.Errorf("%s: got %q, want %q", tt.name, errorsOf(got), tt.want)
		}
		f.want(tt.name, pick(got, "contact", "change"), `{"contact": null, "change": null}`)
		for _, e := range got.(object)["errors"].([]any) {
			switch e.(object)["code"] {
			case "VERSION_CONFLICT":
				f.want(tt.name, e.(object)["latest"], `{"contactId": 1, "version": "AAAAAAAAAAE=", "firstName": "anna", "logins": [{"name": "anna"}]}`)
			case "EMAIL_TAKEN":
				f.want(tt.name, e.(object)["existing"], `{"contactId": 2}`)
			}
		}
	}
	if f.db.Dump() != before {
		t.Error("a rejected mutation changed the database")
	}
}

const details = `mutation($in: SetContactDetailsInput!) { setContactDetails(input: $in) {
	contact { version firstName properties { property { propertyId } values { value description } } logins { name type } segments { segmentId } }
	errors { __typename code path message } change { kind fields { path } }
} }`

func TestSetContactDetailsDistinguishesNullAndEmpty(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	f.create(a, "anna", nil)
	value := func(values ...any) object { return object{"propertyId": a.note, "values": append([]any{}, values...)} }
	const kept = `"logins": [{"name": "anna", "type": "EMAIL"}], "segments": [{"segmentId": 1}, {"segmentId": 2}]`
	tests := []struct {
		name, want string
		set        object
	}{
		{"absent", `{"note": ["a", "b"], ` + kept + `}`, object{}},
		{"null lists are absent", `{"note": ["a", "b"], ` + kept + `}`, object{"properties": nil, "logins": nil, "membership": nil}},
		{"null values are absent", `{"note": ["a", "b"], ` + kept + `}`, object{"properties": []any{object{"propertyId": a.note, "values": nil}, object{"propertyId": a.first}}}},
		{"values", `{"note": ["x", "y"], ` + kept + `}`, object{"properties": []any{value(object{"value": "x"}, object{"value": "y", "description": nil})}}},
		{"no values", `{"note": [], ` + kept + `}`, object{"properties": []any{value()}}},
		{"an empty list of properties", `{"note": [], ` + kept + `}`, object{"properties": []any{}}},
		{"logins", `{"note": [], "logins": [{"name": "Eva", "type": "BLANK"}], "segments": [{"segmentId": 1}, {"segmentId": 2}]}`, object{"logins": []any{object{"name": "Eva"}, object{"name": " "}}}},
		{"segments by either id", `{"note": [], "logins": [{"name": "Eva", "type": "BLANK"}], "segments": [{"segmentId": 2}]}`, object{"membership": []any{globalid.Encode("Segment", a.segments[1]), a.segments[1]}}},
		{"empty sets", `{"note": [], "logins": [], "segments": []}`, object{"logins": []any{}, "membership": []any{}}},
	}
	for _, tt := range tests {
		tt.set["id"], tt.set["onConflict"] = 1, "OVERWRITE"
		got := f.get(a.agent, details, object{"in": tt.set}, "setContactDetails")
		if errs := errorsOf(got); errs != nil {
			t.Errorf("%s: %q", tt.name, errs)
			continue
		}
		contact := got.(object)["contact"].(object)
		note := []any{}
		for _, v := range contact["properties"].([]any)[0].(object)["values"].([]any) {
			note = append(note, v.(object)["value"])
		}
		f.want(tt.name, object{"note": note, "logins": contact["logins"], "segments": contact["segments"]}, tt.want)
	}
}

func TestSetContactDetailsFails(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	f.create(a, "anna", nil)
	f.create(a, "eva", nil)
	before := f.db.Dump()
	got := f.get(a.agent, details, object{"in": object{
		"id": 1, "expectedVersion": "QEA=",
		"properties": []any{object{"propertyId": "x", "values": []any{}}, object{"propertyId": a.first, "values": []any{object{"value": "a"}, object{"value": "b"}}}},
		"logins":     []any{object{"name": "EVA"}, object{"name": "a"}, object{"name": "A"}}, "membership": []any{999},
	}}, "setContactDetails")
	want := []string{
		"VersionConflict VERSION_CONFLICT <nil>", "ReferenceNotFound PROPERTY_NOT_FOUND properties.0", fmt.Sprintf("ValidationError TOO_MANY properties.%d", a.first),
		"ValidationError DUPLICATE logins", "UniqueConflict LOGIN_TAKEN logins", "ReferenceNotFound SEGMENT_NOT_FOUND membership",
	}
	if fmt.Sprint(errorsOf(got)) != fmt.Sprint(want) {
		t.Errorf("got %q, want %q", errorsOf(got), want)
	}
	f.want("the rest", pick(got, "contact", "change"), `{"contact": null, "change": null}`)
	if f.db.Dump() != before {
		t.Error("a rejected mutation changed the database")
	}
}

func TestCreateAndDeleteContact(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	got := f.get(a.agent, `mutation($in: CreateContactInput!) { createContact(input: $in) {
		contact { contactId registrationSource registrationIp registrationStore { storeId } firstName logins { name } }
		errors { code } change { kind version } } }`, object{"in": object{
		"registrationSource": "form", "registrationIp": "192.0.2.1", "registrationStoreId": a.stores[0], "set": object{"newPassword": "pw"},
		"properties": []any{object{"propertyId": a.first, "values": []any{object{"value": "Anna"}}}}, "logins": []any{object{"name": "anna", "type": "GOOGLE"}},
		"membership": []any{a.segments[0]},
	}}, "createContact")
	f.want("created", got, `{
		"contact": {"contactId": 1, "registrationSource": "form", "registrationIp": "192.0.2.1", "registrationStore": {"storeId": 1}, "firstName": "Anna", "logins": [{"name": "anna"}]},
		"errors": [], "change": {"kind": "CREATE", "version": "AAAAAAAAAAE="}
	}`)
	if _, err := f.Auth.SignIn(t.Context(), a.account, "ANNA", "pw", auth.Origin{}); err != nil {
		t.Errorf("signing in as the new contact: %v", err)
	}
	const remove = `mutation($in: DeleteContactInput!) { deleteContact(input: $in) {
		contact { firstName registrationStore { name } logins { name type } segments { name } properties { values { value } } }
		errors { __typename code path } change { kind version contact { contactId } } } }`
	rejected := f.get(a.agent, remove, object{"in": object{"id": 1}}, "deleteContact")
	f.want("deleted without a version", rejected, `{"contact": null, "change": null, "errors": [{"__typename": "ValidationError", "code": "REQUIRED", "path": "expectedVersion"}]}`)
	f.want("deleted", f.get(a.agent, remove, object{"in": object{"id": 1, "expectedVersion": "AAAAAAAAAAE="}}, "deleteContact"), `{
		"contact": {"firstName": "Anna", "registrationStore": {"name": "demo 0"}, "logins": [{"name": "anna", "type": "GOOGLE"}], "segments": [{"name": "demo 0"}],
			"properties": [{"values": []}, {"values": [{"value": "Anna"}]}]},
		"errors": [], "change": {"kind": "DELETE", "version": "AAAAAAAAAAI=", "contact": null}
	}`)
}

func TestCatalogMutations(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	for noun, field := range map[string]string{"Store": "store", "Company": "company", "Segment": "segment"} {
		number := f.get(a.admin, `mutation { create`+noun+`(input: {name: "New"}) { `+field+` { `+field+`Id name } errors { code } } }`, nil, "create"+noun, field).(object)
		id := globalid.Encode(noun, int(number[field+"Id"].(float64)))
		f.want(noun+" renamed", f.get(a.admin, `mutation($id: ID!) { update`+noun+`(input: {id: $id, name: "Newer"}) { `+field+` { id name } errors { code } } }`,
			object{"id": id}, "update"+noun), fmt.Sprintf(`{%q: {"id": %q, "name": "Newer"}, "errors": []}`, field, id))
		f.want(noun+" renamed to nothing", f.get(a.admin, `mutation($id: ID!) { update`+noun+`(input: {id: $id, name: " "}) { `+field+` { id } errors { __typename code path } } }`,
			object{"id": id}, "update"+noun), fmt.Sprintf(`{%q: null, "errors": [{"__typename": "ValidationError", "code": "REQUIRED", "path": "name"}]}`, field))
		f.want(noun+" deleted by an agent", f.get(a.agent, `mutation($id: ID!) { delete`+noun+`(input: {id: $id}) { errors { __typename code } } }`, object{"id": id}, "delete"+noun, "errors"),
			`[{"__typename": "Forbidden", "code": "FORBIDDEN"}]`)
		f.want(noun+" deleted", f.get(a.admin, `mutation($id: ID!) { delete`+noun+`(input: {id: $id}) { `+field+` { id } errors { code } } }`, object{"id": id}, "delete"+noun),
			fmt.Sprintf(`{%q: null, "errors": []}`, field))
	}
	f.want("a property", f.get(a.admin, `mutation { createProperty(input: {name: "Colour", type: CHOICE, multiple: true, choices: ["red", "green"]}) {
		property { name type multiple required readOnly choices boundTo } errors { code } } }`, nil, "createProperty"), `{
		"property": {"name": "Colour", "type": "CHOICE", "multiple": true, "required": false, "readOnly": false, "choices": ["red", "green"], "boundTo": null}, "errors": []}`)
	f.want("a property changed", f.get(a.admin, `mutation { updateProperty(input: {id: 5, name: null, required: true, choices: null}) { property { name required choices } errors { code } } }`,
		nil, "updateProperty"), `{"property": {"name": "Colour", "required": true, "choices": ["red", "green"]}, "errors": []}`)
	f.want("a property with a name that is taken", f.get(a.admin, `mutation { createProperty(input: {name: "NOTE"}) { property { name } errors { __typename code path ... on UniqueConflict { existing { id } } } } }`,
		nil, "createProperty"), `{"property": null, "errors": [{"__typename": "UniqueConflict", "code": "NAME_TAKEN", "path": "name", "existing": null}]}`)
	f.want("a property deleted", f.get(a.admin, `mutation { deleteProperty(input: {id: 5}) { property { name } errors { code } } }`, nil, "deleteProperty"), `{"property": null, "errors": []}`)
	f.want("the list", f.get(a.agent, `{ properties { name choices boundTo } }`, nil, "properties"),
		`[{"name": "Note", "choices": [], "boundTo": null}, {"name": "First Name", "choices": [], "boundTo": "FIRST_NAME"}]`)
}
