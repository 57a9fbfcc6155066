package acceptance

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestOpenAPIExamples sends the requests that the document has as examples, and changes them to bring about each answer that it has
// an example of.
func TestOpenAPIExamples(t *testing.T) {
	t.Parallel()
	const (
		asJSON = "application/json"
		asForm = "application/x-www-form-urlencoded"
	)
	s := demo(t, 20)
	customer := s.customer()
	as := func(w who) func(*asked) { return func(a *asked) { a.header = w } }
	path := func(p string) func(*asked) { return func(a *asked) { a.path = p } }
	query := func(name, value string) func(*asked) { return func(a *asked) { a.query.Set(name, value) } }
	keyed := func(key string) func(*asked) {
		return func(a *asked) { a.header = a.header.with("Idempotency-Key", key) }
	}
	body := func(text string) func(*asked) { return func(a *asked) { a.body = text } }
	late := func(members string) func(*asked) { return body(`{"Version":"AAAAAAAAAAI=",` + members + `}`) }
	plain := func(a *asked) { a.mediaType = "text/plain" }
	unchanged := func(*asked) {}

	tests := []struct {
		operation, mediaType string
		change               func(*asked)
		status               int
		example              string
	}{
		{"getContact", "", unchanged, 200, "contact"},
		{"getContact", "", path("/api/v1/Contacts/abc"), 400, "id"},
		{"getContact", "", as(anonymous), 401, "denied"},
		{"getContact", "", as(customer), 403, "denied"},
		{"getContact", "", path("/api/v1/Contacts/999"), 404, ""},

		{"putContact", asJSON, path("/api/v1/Contacts/abc"), 400, "id"},
		{"putContact", asJSON, body(`{}`), 400, "version"},
		{"putContact", asJSON, late(`"Phone":"012345678901234567890"`), 400, "length"},
		{"putContact", asJSON, late(`"PreferredStoreId":"x"`), 400, "type"},
		{"putContact", asJSON, keyed(strings.Repeat("x", 256)), 400, "key"},
		{"putContact", asJSON, as(anonymous), 401, "denied"},
		{"putContact", asJSON, as(customer), 403, "denied"},
		{"putContact", asJSON, path("/api/v1/Contacts/999"), 404, ""},
		{"putContact", asJSON, body(strings.Repeat(" ", 256<<10+1)), 413, "size"},
		{"putContact", asJSON, plain, 415, "type"},
		{"putContact", asJSON, keyed("once"), 200, "contact"},
		{"putContact", asJSON, keyed("once"), 200, "contact"}, // a repeat
		{"putContact", asJSON, unchanged, 409, "version"},
		{"putContact", asJSON, late(`"PreferredStoreId":99`), 409, "store"},
		{"putContact", asJSON, late(`"ContactCompanyId":99`), 409, "company"},
		{"putContact", asJSON, func(a *asked) { keyed("once")(a); late(`"FirstName":"Ida"`)(a) }, 422, "reused"},

		{"getChanges", "", unchanged, 200, "changes"},
		{"getChanges", "", query("first", "1001"), 400, "first"},
		{"getChanges", "", query("after", "7"), 400, "after"},
		{"getChanges", "", as(anonymous), 401, "denied"},
		{"getChanges", "", as(customer), 403, "denied"},
		{"getChanges", "", query("after", "TG9nOjk5OTk5OTk"), 410, "expired"},

		{"login", asForm, as(anonymous), 200, "signedIn"},
		{"login", "multipart/form-data", as(anonymous), 200, "signedIn"},
		{"login", asForm, body("emailAddress=nobody&Password=x"), 200, "refused"},
		{"session", "", unchanged, 200, "key"},
		{"session", "", as(anonymous), 200, "nobody"},
		{"session", "", func(a *asked) { as(s.customer())(a); query("api", "logout")(a) }, 200, "nobody"},

		{"setDetails", asJSON, unchanged, 200, "saved"},
		{"setDetails", asJSON, body(`{"contactID":999}`), 200, "notFound"},
		{"setDetails", asJSON, func(a *asked) { as(customer)(a); body(`{"contactID":1}`)(a) }, 200, "denied"},
		{"setDetails", asJSON, body(`{"contactID":466,"details":{"properties":[{"propertyID":999,"values":[]}]}}`), 200, "property"},
		{"setDetails", asJSON, body(`contactID=466`), 200, "notJSON"},
		{"setDetails", asJSON, as(anonymous), 200, "notSignedIn"},
	}
	var tried []string
	for _, tt := range tests {
		a := fromExamples(t, tt.operation, tt.mediaType)
		tt.change(&a)
		s.answeredAs(t, a, tt.status, tt.example)
		tried = append(tried, fmt.Sprintf("%s %d %s", tt.operation, tt.status, tt.example))
	}
	slices.Sort(tried)
	if d := cmp.Diff(examples(t), slices.Compact(tried)); d != "" {
		t.Errorf("examples of the document, and those that were tried (-document +tried)\n%s", d)
	}
}

// Each example of a body changes what the others would.
func TestOpenAPIExamplesOfOtherMediaTypes(t *testing.T) {
	t.Parallel()
	for _, mediaType := range []string{"text/json", "application/x-www-form-urlencoded"} {
		s := demo(t, 20)
		s.answeredAs(t, fromExamples(t, "putContact", mediaType), http.StatusOK, "contact")
	}
}
