package permissions

import (
	"fmt"
	"strings"
	"testing"

	"contactgraph/internal/acceptance/harness"
)

// TestKeysOfASegment: a key that is limited to a segment sees and changes only the contacts in it,
// in lists, counts, lookups and the feed, and does not learn what others have.
func TestKeysOfASegment(t *testing.T) {
	t.Parallel()
	s := harness.Demo(t, 10)
	segment := ownSegment(s)
	type created struct {
		Token  string
		Errors []struct{ Code, Path string }
	}
	create := func(arguments string) created {
		return harness.Query[created](s, admin, `mutation { createApiKey(input: {name: "dealer", `+arguments+`}) { token errors { code path } } }`, nil)
	}
	for arguments, want := range map[string]string{
		fmt.Sprintf("role: ADMIN, segmentId: %d", segment): "[{INVALID segmentId}]", "role: AGENT, segmentId: 999999": "[{SEGMENT_NOT_FOUND segmentId}]",
	} {
		if got := fmt.Sprint(create(arguments).Errors); got != want {
			t.Errorf("a key with %s: %s, want %s", arguments, got, want)
		}
	}
	dealer := harness.APIKey(create(fmt.Sprintf("role: AGENT, segmentId: %d", segment)).Token)
	post := func(document string) string {
		return s.Send(dealer, "POST", "/graphql", "application/json", jsonText(t, map[string]any{"query": document})).Body
	}
	taken := harness.Query[struct{ Email string }](s, admin, `{ contact(id: 7) { email } }`, nil).Email
	write := func(document string) string {
		return post("mutation { " + document + " { contact { contactId } errors { code path ... on UniqueConflict { existing { id } } } } }")
	}
	for _, tt := range []struct{ name, got, want string }{
		{"the list", post(`{ contacts { totalCount nodes { contactId } } }`), `{"totalCount":1,"nodes":[{"contactId":466}]}`},
		{"the list by name", post(`{ contacts(orderBy: {field: NAME, direction: DESC}, filter: {search: "a"}) { nodes { contactId } pageInfo { hasNextPage } } }`), `"hasNextPage":false`},
		{"another segment", post(`{ contacts(filter: {segmentId: 1}) { nodes { segments { segmentId } } } }`), `"nodes":[`},
		{"the feed", post(`{ contactChanges { changes { id } } }`), `"code":"FORBIDDEN"`},
		{"the changes of another contact", post(`{ contactChanges(contactId: 7) { changes { id } } }`), `"changes":[]`},
		{"the REST feed", s.Send(dealer, "GET", "/api/v1/Changes", "", "").Body, "Authorization has been denied"},
		{"a contact outside", write(`createContact(input: {registrationSource: "x", set: {}, membership: [1]})`), `{"code":"FORBIDDEN","path":"membership"}`},
		{"a contact in no segment", write(`createContact(input: {registrationSource: "x", set: {}, membership: []})`), `{"code":"FORBIDDEN","path":"membership"}`},
		{"a contact without segments", write(`createContact(input: {registrationSource: "x", set: {}})`), `{"code":"FORBIDDEN","path":"membership"}`},
		{"a contact inside", write(fmt.Sprintf(`createContact(input: {registrationSource: "x", set: {lastName: "Inside"}, membership: [%d]})`, segment)), `"errors":[]`},
		{"the longer list", post(`{ contacts(filter: {name: "Inside"}) { totalCount } }`), `"totalCount":1`},
		{"leaving", write(`setContactDetails(input: {id: 466, onConflict: OVERWRITE, membership: []})`), `{"code":"FORBIDDEN","path":"membership"}`},
		{"a taken email", write(`updateContact(input: {id: 466, onConflict: OVERWRITE, set: {email: "` + taken + `"}})`), `{"code":"EMAIL_TAKEN","path":"email","existing":null}`},
	} {
		if !strings.Contains(tt.got, tt.want) || strings.Contains(tt.got, `"contactId":7`) {
			t.Errorf("%s: %s, want %s", tt.name, tt.got, tt.want)
		}
	}
	probes := ""
	for range 14 {
		probes += write(fmt.Sprintf(`createContact(input: {registrationSource: "x", set: {email: %q}, membership: [%d]})`, taken, segment))
		write(fmt.Sprintf(`createContact(input: {registrationSource: "x", set: {email: %q}})`, taken)) // it would not be applied anyway
	}
	if n, limited := strings.Count(probes, "EMAIL_TAKEN"), strings.Count(probes, "RATE_LIMITED"); n > 10 || limited < 4 {
		t.Errorf("the key finds out %d times that an email address is taken, and is limited %d times", n, limited)
	}
}
