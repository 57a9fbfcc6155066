package permissions

import (
	"strings"
	"testing"

	"contactgraph/internal/acceptance/harness"
)

// TestCustomerCannotProbeForKeys asks in one document after another whether addresses are
// registered: by writes that are not applied, to which the answer is the same for every address,
// and by writes that would be, of which there are only a few.
func TestCustomerCannotProbeForKeys(t *testing.T) {
	t.Parallel()
	s := harness.Demo(t, 10)
	customer := s.SignInCustomer()
	taken := harness.Query[struct{ Email string }](s, harness.APIKey("demo-agent"), `{ contact(id: 7) { email } }`, nil).Email
	send := func(document, email string) string {
		answer := s.Send(customer, "POST", "/graphql", "application/json", jsonText(t, map[string]any{"query": document, "variables": map[string]any{"e": email}}))
		return withoutRemaining(strings.ReplaceAll(answer.Body, email, "ADDRESS"))
	}
	silent := map[string]string{
		"a stale version": `mutation($e: String!) { updateContact(input: {id: 466, expectedVersion: "QEA=", set: {email: $e}}) { errors { code path message } } }`,
		"all or none":     `mutation($e: String!) { updateContacts(input: {items: [{id: 466, onConflict: OVERWRITE, set: {email: $e}}, {id: 7, onConflict: OVERWRITE, set: {}}]}) { results { errors { code path } } } }`,
		"several aliases": "mutation($e: String!) { " + `x: updateContact(input: {id: 466, expectedVersion: "QEA=", set: {email: $e}}) { errors { code } } ` +
			`y: updateContact(input: {id: 466, onConflict: OVERWRITE, set: {email: $e, companyId: "2"}}) { errors { code } } ` + "}",
	}
	for name, document := range silent {
		a, b := send(document, taken), send(document, "free@example.net")
		if a != b || strings.Contains(a, "TAKEN") || !strings.Contains(a, "errors") {
			t.Errorf("%s: %s for an address that is taken, %s for a free one", name, a, b)
		}
	}
	const each = `mutation($e: String!) { updateContacts(input: {errorPolicy: PER_ITEM, items: [{id: 466, onConflict: OVERWRITE, set: {email: $e}}, {id: 466, onConflict: OVERWRITE, set: {email: $e}}]}) { results { errors { code } } } }`
	answers := ""
	for range 8 {
		answers += send(each, taken)
	}
	if n, limited := strings.Count(answers, "EMAIL_TAKEN"), strings.Count(answers, "RATE_LIMITED"); n != 10 || limited != 6 {
		t.Errorf("%d answers and %d rejections without one: %s", n, limited, answers)
	}
	log := s.Log.String()
	if n := strings.Count(log, "the key is taken"); n != 10 || !strings.Contains(log, "contact_id=466 key=email") || strings.Contains(log, taken) {
		t.Errorf("%d rejections in the log: %s", n, log)
	}
}
