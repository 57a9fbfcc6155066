package graph_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"contactgraph/internal/contact"

	"github.com/google/go-cmp/cmp"
)

// newCustomFixture returns a fixture with a property of each type, some with several values.
func newCustomFixture(t *testing.T) *fixture {
	t.Helper()
	f := newFixture(t)
	for _, p := range []string{
		`name: "Text", apiName: "text"`, `name: "Integer", apiName: "integer", type: INTEGER`, `name: "Number", apiName: "number", type: NUMBER`,
		`name: "Date", apiName: "date", type: DATE`, `name: "Time", apiName: "time", type: DATETIME`, `name: "Choice", apiName: "choice", type: CHOICE, choices: ["a", "b"]`,
		`name: "Numbers", apiName: "numbers", type: NUMBER, multiple: true`, `name: "Locked", apiName: "_locked", readOnly: true`, `name: "Unnamed"`,
	} {
		got := f.get(f.demo.admin, `mutation { createProperty(input: {`+p+`}) { property { apiName } errors { code } } }`, nil, "createProperty").(object)
		if name, _ := got["property"].(object)["apiName"].(string); !strings.Contains(p, fmt.Sprintf("%q", name)) && name != "" {
			t.Fatalf("%s: %v", p, got)
		}
	}
	return f
}

// raw returns the body of the response to a document with variables that are written as they are.
func (f *fixture) raw(token, document, variables string) string {
	f.t.Helper()
	body := fmt.Sprintf(`{"query": %s, "variables": %s}`, must(json.Marshal(document)), variables)
	r := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(body)).WithContext(f.t.Context())
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	f.handler.ServeHTTP(w, r)
	return w.Body.String()
}

// TestCustomOfEachType: what is written by custom is read by custom, digit by digit and in the
// order of the properties, and by property.
func TestCustomOfEachType(t *testing.T) {
	t.Parallel()
	f := newCustomFixture(t)
	const written = `{"note":["a","b \u003c"],"text":"7","integer":9223372036854775807,"number":1.10,"date":"2026-03-01",` +
		`"time":"2026-03-01T12:00:00+01:00","choice":"b","numbers":[12345678901234567890.12345678901234567890,-0,1e300],"_locked":""}`
	const none = `{"note":[],"text":null,"integer":null,"number":null,"date":null,"time":null,"choice":null,"numbers":[],"_locked":null}`
	const cleared = `{"note":null,"text":null,"integer":null,"number":null,"date":null,"time":null,"choice":null,"numbers":[],"_locked":null}`
	const result = `{ contact { custom } errors { code path message } }`
	for _, tt := range []struct{ name, document, sent, want string }{
		{"create", `mutation($c: JSON) { createContact(input: {registrationSource: "x", set: {custom: $c}}) ` + result + ` }`, written, written},
		{"absent", `mutation($c: JSON) { updateContact(input: {id: 1, onConflict: OVERWRITE, set: {custom: $c}}) ` + result + ` }`, `{}`, written},
		{"null as a whole", `mutation($c: JSON) { updateContact(input: {id: 1, onConflict: OVERWRITE, set: {custom: $c}}) ` + result + ` }`, `null`, written},
		{"update", `mutation($c: JSON) { updateContact(input: {id: 1, onConflict: OVERWRITE, set: {custom: $c}}) ` + result + ` }`, cleared, none},
		{"details", `mutation($c: JSON) { setContactDetails(input: {id: 1, onConflict: OVERWRITE, custom: $c}) ` + result + ` }`, written, written},
		{"one", `mutation($c: JSON) { setContactDetails(input: {id: 1, onConflict: OVERWRITE, custom: {choice: $c}}) ` + result + ` }`, `"a"`, strings.Replace(written, `"b","n`, `"a","n`, 1)},
		{"several", `mutation($c: JSON) { updateContacts(input: {items: [{id: 1, onConflict: OVERWRITE, set: {custom: $c}}]}) { results ` + result + ` } }`, written, written},
		{"literals", `mutation($c: JSON) { updateContact(input: {id: 1, onConflict: OVERWRITE, set: {custom: {integer: 9223372036854775807, number: 1.5e3, numbers: [1, 123456.789012345], note: ["x"], text: $c}}}) ` + result + ` }`, `"y"`,
			strings.NewReplacer(`1.10`, `1500`, `"7"`, `"y"`, `["a","b \u003c"]`, `["x"]`, `[12345678901234567890.12345678901234567890,-0,1e300]`, `[1,123456.789012345]`).Replace(written)},
	} {
		if got := f.raw(f.demo.agent, tt.document, `{"c": `+tt.sent+`}`); !strings.Contains(got, `"custom":`+tt.want+`}`) {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
	}
	f.want("by property", f.get(f.demo.agent, `{ contact(id: 1) { note: property(apiName: "note") { id property { name apiName } values { value } }
		other: property(apiName: "Note") { id } unnamed: property(apiName: "Unnamed") { id } properties { id property { apiName } } } }`, nil, "contact", "note"),
		`{"id": "Q29udGFjdFByb3BlcnR5OjE6MQ", "property": {"name": "Note", "apiName": "note"}, "values": [{"value": "x"}]}`)
	f.want("by names that no property has", pick(f.get(f.demo.agent, `{ contact(id: 1) { a: property(apiName: "Note") { id } b: property(apiName: "Unnamed") { id } c: property(apiName: "") { id } } }`, nil, "contact"), "a", "b", "c"),
		`{"a": null, "b": null, "c": null}`)
	old := f.raw(f.demo.agent, `{ contactSnapshot(id: 1, version: "AAAAAAAAAAE=") { custom property(apiName: "choice") { values { value } } } }`, `{}`)
	if want := `"custom":` + written + `,"property":{"values":[{"value":"b"}]}`; !strings.Contains(old, want) {
		t.Errorf("a snapshot: got %s, want %s", old, want)
	}
}

// TestCustomErrors: errors of values are those of properties, and unknown names have a path of
// their own.
func TestCustomErrors(t *testing.T) {
	t.Parallel()
	f := newCustomFixture(t)
	c, customer := f.customer(f.demo, "anna")
	const update = `mutation($c: JSON) { payload: updateContact(input: {id: 1, onConflict: OVERWRITE, set: {custom: $c}}) { errors { __typename code path } } }`
	for _, tt := range []struct {
		name, token string
		sent        any
		want        []string
	}{
		{"a text", f.demo.agent, "x", []string{"ValidationError INVALID custom"}},
		{"an unknown name, a wrong type and an invalid value", f.demo.agent, object{"unknown": 1, "integer": "1", "date": "x"},
			[]string{"ValidationError INVALID properties.6", "ValidationError INVALID properties.8", "ReferenceNotFound PROPERTY_NOT_FOUND custom.unknown"}},
		{"what is read-only", customer, object{"_locked": "x"}, []string{"Forbidden READ_ONLY properties.12"}},
	} {
		if diff := cmp.Diff(tt.want, errorsOf(f.get(tt.token, update, object{"c": tt.sent}, "payload"))); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.name, diff)
		}
	}
	got := f.get(f.demo.agent, `mutation { payload: setContactDetails(input: {id: 1, onConflict: OVERWRITE, properties: [{propertyId: 5, values: []}], custom: {text: "x"}}) { errors { __typename code path } } }`, nil, "payload")
	if diff := cmp.Diff([]string{"ValidationError DUPLICATE properties.5"}, errorsOf(got)); diff != "" {
		t.Errorf("in both (-want +got)\n%s", diff)
	}
	if v := must(f.Queries.Get(f.demo.ctx, c.ID)).Version; v != c.Version {
		t.Errorf("a rejected mutation was applied: version %d", v)
	}
	name := f.get(f.demo.admin, `mutation { payload: createProperty(input: {name: "x", apiName: "text"}) { errors { __typename code path } } }`, nil, "payload")
	if diff := cmp.Diff([]string{"UniqueConflict NAME_TAKEN apiName"}, errorsOf(name)); diff != "" {
		t.Errorf("an API name that is taken (-want +got)\n%s", diff)
	}
}

// TestCustomIsIdempotent: a key is for one value of custom, with all of its digits, also of members
// that are named like passwords.
func TestCustomIsIdempotent(t *testing.T) {
	t.Parallel()
	f := newCustomFixture(t)
	f.create(f.demo, "anna", nil)
	f.get(f.demo.admin, `mutation { createProperty(input: {name: "Code", apiName: "code"}) { errors { code } } }`, nil)
	const update = `mutation($c: JSON) { password: updateContact(input: {id: 1, onConflict: OVERWRITE, set: {custom: $c}}) { contact { custom } errors { code } } }`
	send := func(key string, custom object) string {
		got := f.queryWithKey(f.demo.agent, key, update, object{"c": custom})
		return fmt.Sprint(errorsOrNone(got.Data["password"]), got.Extensions["replayed"])
	}
	for key, pair := range map[string][2]object{
		"digits": {{"integer": 9007199254740992}, {"integer": 9007199254740993}}, "names": {{"code": "a"}, {"code": "b"}},
	} {
		if got := send(key, pair[0]); got != "[] <nil>" {
			t.Errorf("%s: the first is %s", key, got)
		}
		if got := send(key, pair[0]); got != "[] [password]" {
			t.Errorf("%s: repeated, it is %s", key, got)
		}
		if got := send(key, pair[1]); got != "[IDEMPOTENCY_KEY_REUSED] <nil>" {
			t.Errorf("%s: the second is %s", key, got)
		}
	}
}

// errorsOrNone returns the codes in a payload.
func errorsOrNone(payload any) []string {
	codes := []string{}
	for _, e := range payload.(object)["errors"].([]any) {
		codes = append(codes, e.(object)["code"].(string))
	}
	return codes
}

// TestCustomIsLoadedOnce: fields that show properties of a contact in different ways need as many
// statements as one of them.
func TestCustomIsLoadedOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	must(f.Contacts.Create(f.demo.ctx, contact.Create{}))
	for _, root := range []string{`contact(id: 1)`, `contactSnapshot(id: 1, version: "AAAAAAAAAAE=")`} {
		count := func(fields string) int {
			return len(f.db.Statements(func() { f.get(f.demo.agent, `{ `+root+` { `+fields+` } }`, nil) }))
		}
		count("properties { id }")
		one, all := count("properties { id }"), count(`properties { id } custom a: property(apiName: "note") { id } b: property(apiName: "x") { id }`)
		if one != all {
			t.Errorf("%s: %d statements for one field, %d for all", root, one, all)
		}
	}
}
