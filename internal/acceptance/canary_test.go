package acceptance

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// TestNoAnswerTellsACustomerOfOthers asks for everything that conflicts, history and the feed can tell. The canary stands in all that
// a customer may not read: other contacts, another account's, and the name of who works on its own.
func TestNoAnswerTellsACustomerOfOthers(t *testing.T) {
	t.Parallel()
	s := demo(t, 10)
	out, err := exec.Command(program, "key", "create", "--database", s.database, "--account", "Demo", "--name", canary, "--role", "agent").Output()
	if err != nil {
		t.Fatal(err)
	}
	staff, customer := key(strings.TrimSpace(string(out))), s.customer()
	first := into[struct{ Version string }](s, customer, `{ contact(id: 466) { version } }`, nil).Version
	for _, account := range []who{staff, key("demo-other")} {
		made := into[struct{ Errors []struct{ Message string } }](s, account, `mutation($m: String!) { createContact(input: {registrationSource: $m,
			set: {email: $m, phoneCountryCode: "46", phone: "799123456", firstName: $m, lastName: $m, latestPermissionSource: $m},
			logins: [{name: $m}]}) { errors { message } } }`, variables{"m": canary})
		if len(made.Errors) > 0 {
			t.Fatal(made.Errors)
		}
	}
	change := into[struct{ Change struct{ ID string } }](s, staff, `mutation { updateContact(input: {id: 466, onConflict: OVERWRITE,
		set: {firstName: "Eva", lastName: "Ek"}}) { change { id } } }`, nil).Change.ID
	const report = `errors { code message path ... on VersionConflict { latest { firstName email } mergeable fields { path base latest yours changedBy { id name type } changedAt } }
		... on UniqueConflict { existing { firstName } } } merge { fields { path changedBy { name } } }
		change { actor { name } fields { path old new } contact { firstName } }`
	asked := map[string]string{}
	ask := func(name, document string, v variables) {
		a := s.send(customer, "POST", "/graphql", "application/json", jsonText(t, map[string]any{"query": document, "variables": v}))
		asked[name] = a.body
	}
	for _, policy := range []string{"REJECT", "MERGE", "OVERWRITE"} {
		ask("a conflict with "+policy, `mutation($v: Version!, $c: String!) { updateContact(input: {id: 466, expectedVersion: $v, onConflict: `+policy+`,
			set: {firstName: "Ida", email: $c, phoneCountryCode: "46", phone: "799123456"}}) { `+report+` } }`, variables{"v": first, "c": strings.ToUpper(canary)})
		ask("details with "+policy, `mutation($v: Version!, $c: String!) { setContactDetails(input: {id: 466, expectedVersion: $v, onConflict: `+policy+`,
			logins: [{name: $c}], membership: [1]}) { `+report+` } }`, variables{"v": first, "c": strings.ToUpper(canary)})
		ask("a merge with "+policy, `mutation($v: Version!) { updateContact(input: {id: 466, expectedVersion: $v, onConflict: `+policy+`,
			set: {limitMailsPermanently: true}}) { `+report+` } }`, variables{"v": first})
	}
	ask("several", `mutation($c: String!) { updateContacts(input: {items: [{id: 466, onConflict: OVERWRITE, set: {email: $c}}, {id: 1, onConflict: OVERWRITE, set: {}}]}) {
		results { `+report+` } } }`, variables{"c": canary})
	ask("undoing", `mutation($id: ID!) { undoChange(input: {id: $id}) { `+report+` } }`, variables{"id": change})
	ask("history", `{ contact(id: 466) { changes { actor { id name } fields { path old new } } lastChanges { path change { actor { name } } } } }`, nil)
	ask("the past", `query($v: Version!) { contact(id: 466, asOf: $v) { firstName changes { actor { name } } } }`, variables{"v": first})
	ask("the feed", `{ contactChanges(first: 1000) { changes { contactId actor { name } fields { old new } contact { email } } } }`, nil)
	for name, path := range map[string]string{"the REST feed": "/api/v1/Changes?first=1000", "another's in it": "/api/v1/Changes?contactId=1"} {
		asked[name] = s.send(customer, "GET", path, "", "").body
	}
	asked["PUT"] = s.send(customer, "PUT", "/api/v1/Contacts/466", "application/json", fmt.Sprintf(`{"Version":%q,"Email":%q}`, first, strings.ToUpper(canary))).body
	asked["setdetails"] = s.send(customer, "POST", "/f/webapp-api-custinfo?api=setdetails", "application/json",
		fmt.Sprintf(`{"contactID":466,"details":{"setLogins":true,"logins":[{"name":%q,"type":"blank"}]}}`, strings.ToUpper(canary))).body
	asked["a stream"] = s.firstEvents(t, customer)
	for name, body := range asked {
		if len(body) < 20 {
			t.Errorf("%s: the answer is %q", name, body)
		}
		if strings.Contains(body, canary) { // what the customer itself has sent is in other letters
			t.Errorf("%s tells of others: %s", name, body)
		}
	}
}

// firstEvents are all changes that a subscription replays.
func (s *process) firstEvents(t *testing.T, w who) (all string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	stream, _, err := s.openStream(ctx, w, `subscription { contactChanges { contactId actor { id name } fields { path old new } contact { email } } }`, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer stream.close()
	for {
		g, err := stream.next()
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
