package permissions

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"contactgraph/internal/acceptance/harness"
)

// TestResponsesToACustomerLeakNothing puts the marker into everything that a customer may not read:
// other contacts, those of another account, and the name of the agent who edits the customer's own
// contact. Then the customer requests conflicts, history and the feed in every way, and no response
// may contain the marker.
func TestResponsesToACustomerLeakNothing(t *testing.T) {
	t.Parallel()
	s := harness.Demo(t, 10)
	out, err := exec.Command(harness.Program(t), "key", "create", "--database", s.Database, "--account", "Demo", "--name", harness.Marker, "--role", "agent").Output()
	if err != nil {
		t.Fatal(err)
	}
	staff, customer := harness.APIKey(strings.TrimSpace(string(out))), s.SignInCustomer()
	first := harness.Query[struct{ Version string }](s, customer, `{ contact(id: 466) { version } }`, nil).Version
	for _, account := range []harness.Caller{staff, harness.APIKey("demo-other")} {
		created := harness.Query[struct{ Errors []struct{ Message string } }](s, account, `mutation($m: String!) { createContact(input: {registrationSource: $m,
			set: {email: $m, phoneCountryCode: "46", phone: "799123456", firstName: $m, lastName: $m, latestPermissionSource: $m},
			logins: [{name: $m}]}) { errors { message } } }`, harness.Variables{"m": harness.Marker})
		if len(created.Errors) > 0 {
			t.Fatal(created.Errors)
		}
	}
	change := harness.Query[struct{ Change struct{ ID string } }](s, staff, `mutation { updateContact(input: {id: 466, onConflict: OVERWRITE,
		set: {firstName: "Eva", lastName: "Ek"}}) { change { id } } }`, nil).Change.ID
	const report = `errors { code message path ... on VersionConflict { latest { firstName email } mergeable fields { path base latest yours changedBy { id name type } changedAt } }
		... on UniqueConflict { existing { firstName } } } merge { fields { path changedBy { name } } }
		change { actor { name } fields { path old new } contact { firstName } }`
	responses := map[string]string{}
	request := func(name, document string, v harness.Variables) {
		a := s.Send(customer, "POST", "/graphql", "application/json", jsonText(t, map[string]any{"query": document, "variables": v}))
		responses[name] = a.Body
	}
	for _, policy := range []string{"REJECT", "MERGE", "OVERWRITE"} {
		request("a conflict with "+policy, `mutation($v: Version!, $c: String!) { updateContact(input: {id: 466, expectedVersion: $v, onConflict: `+policy+`,
			set: {firstName: "Ida", email: $c, phoneCountryCode: "46", phone: "799123456"}}) { `+report+` } }`, harness.Variables{"v": first, "c": strings.ToUpper(harness.Marker)})
		request("details with "+policy, `mutation($v: Version!, $c: String!) { setContactDetails(input: {id: 466, expectedVersion: $v, onConflict: `+policy+`,
			logins: [{name: $c}], membership: [1]}) { `+report+` } }`, harness.Variables{"v": first, "c": strings.ToUpper(harness.Marker)})
		request("a merge with "+policy, `mutation($v: Version!) { updateContact(input: {id: 466, expectedVersion: $v, onConflict: `+policy+`,
			set: {limitMailsPermanently: true}}) { `+report+` } }`, harness.Variables{"v": first})
	}
	request("several", `mutation($c: String!) { updateContacts(input: {items: [{id: 466, onConflict: OVERWRITE, set: {email: $c}}, {id: 1, onConflict: OVERWRITE, set: {}}]}) {
		results { `+report+` } } }`, harness.Variables{"c": harness.Marker})
	request("undoing", `mutation($id: ID!) { undoChange(input: {id: $id}) { `+report+` } }`, harness.Variables{"id": change})
	request("history", `{ contact(id: 466) { changes { nodes { actor { id number name } fields { path old new } } } lastChanges { path change { actor { name } } } } }`, nil)
	request("the past", `query($v: Version!) { contactSnapshot(id: 466, version: $v) { firstName properties { id values { value } } } }`, harness.Variables{"v": first})
	request("the feed", `{ contactChanges(first: 1000) { changes { contactId actor { name } fields { old new } contact { email } } } }`, nil)
	for name, path := range map[string]string{"the REST feed": "/api/v1/Changes?first=1000", "another's in it": "/api/v1/Changes?contactId=1"} {
		responses[name] = s.Send(customer, "GET", path, "", "").Body
	}
	responses["PUT"] = s.Send(customer, "PUT", "/api/v1/Contacts/466", "application/json", fmt.Sprintf(`{"Version":%q,"Email":%q}`, first, strings.ToUpper(harness.Marker))).Body
	responses["setdetails"] = s.Send(customer, "POST", "/f/webapp-api-custinfo?api=setdetails", "application/json",
		fmt.Sprintf(`{"contactID":466,"details":{"setLogins":true,"logins":[{"name":%q,"type":"blank"}]}}`, strings.ToUpper(harness.Marker))).Body
	responses["a stream"] = firstEvents(t, s, customer)
	for name, body := range responses {
		if len(body) < 20 {
			t.Errorf("%s: the response is %q", name, body)
		}
		if strings.Contains(body, harness.Marker) { // what the customer has sent itself is in upper case
			t.Errorf("%s: the response contains what the customer may not read: %s", name, body)
		}
	}
}

// firstEvents returns the changes that a subscription replays within a second.
func firstEvents(t *testing.T, s *harness.Server, w harness.Caller) (all string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	stream, _, err := s.OpenStream(ctx, w, `subscription { contactChanges { contactId actor { id number name } fields { path old new } contact { email } } }`, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	for {
		g, err := stream.Next()
		if err != nil {
			return all
		}
		all += string(g.Data["contactChanges"])
	}
}

func jsonText(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
