package permissions

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"contactgraph/internal/acceptance/harness"
	"contactgraph/internal/revision"
)

// reads is the permission to look up a contact by one of its values.
func reads(document string, by func(*attempt) string) permission {
	return permission{
		customer: per(ok, null, null, null), agent: per(ok, ok, null, null), admin: per(ok, ok, null, null), foreign: per(null, null, ok, null),
		try: func(c *attempt) string {
			v := harness.Variables{"id": by(c)}
			if strings.Contains(document, "$code") {
				v["code"] = c.known().PhoneCountryCode
			}
			return c.finds(document, v)
		},
	}
}

// hides is a permission to read what is null for those who may not.
func hides(p permission) permission {
	p.enrolling = null
	return p
}

// finds runs a query that should find the target and nothing else, and returns its outcome. The
// result may be a contact of the caller's own account that has the same email address; that is not
// the target.
func (c *attempt) finds(document string, v harness.Variables) string {
	if outcome := c.graph(document, v); outcome != ok {
		return outcome
	}
	type found struct {
		ID    string
		Nodes []struct{ ID string }
	}
	if f := harness.Query[found](c.Server, c.caller, document, v); f.ID == c.known().ID || len(f.Nodes) == 1 && f.Nodes[0].ID == c.known().ID {
		return ok
	}
	return null
}

// lists is the permission to list a part of the catalog.
func lists(field, customer string) permission {
	return permission{
		customer: all(customer), agent: all(ok), admin: all(ok), foreign: all(ok),
		try: func(c *attempt) string { return c.graph("{ "+field+" { id } }", nil) },
	}
}

// staffOnly is the permission for a REST operation about no contact.
func staffOnly(method, path string) permission {
	return permission{
		customer: all(forbidden), agent: all(ok), admin: all(ok), foreign: all(ok),
		try: func(c *attempt) string { return c.rest(c.Send(c.caller, method, path, "", "")) },
	}
}

// findsStaff is the permission for a REST operation on many contacts, which tries whether the
// target is among them.
func findsStaff(try func(*attempt) string) permission {
	return permission{
		customer: all(forbidden), agent: per(ok, ok, null, null), admin: per(ok, ok, null, null), foreign: per(null, null, ok, null), try: try,
	}
}

// onOne is the permission for a REST operation on one contact that customers do not have.
func onOne(name, body, outcome string) permission {
	return permission{
		customer: all(forbidden), agent: per(outcome, outcome, notFound, notFound), admin: per(outcome, outcome, notFound, notFound),
		foreign: per(notFound, notFound, outcome, notFound),
		try: func(c *attempt) string {
			return c.rest(c.Send(c.caller, "POST", fmt.Sprintf("/api/v1/Contacts/%d/%s", c.id(), name), "application/json", body))
		},
	}
}

// manages is a permission that only admins have.
func manages(admin, foreign string, try func(*attempt) string) permission {
	return permission{customer: all(forbidden), agent: all(forbidden), admin: all(admin), foreign: all(foreign), try: try}
}

// creates is the permission to create an object of the catalog.
func creates(field string) permission {
	return manages(ok, ok, func(c *attempt) string { return c.graph("mutation { "+field+" { errors { code } } }", nil) })
}

// changes is the permission to change or delete an object of the catalog. Each attempt first
// creates an object in the target's account.
func changes(create, change string) permission {
	return permission{
		customer: all(forbidden), agent: all(forbidden), admin: per(ok, ok, notFound, notFound), foreign: per(notFound, notFound, ok, notFound),
		try: func(c *attempt) string {
			id := "999999"
			if c.target != absent {
				created := harness.Query[map[string]struct{ ID string }](c.Server, c.owner(), "mutation($n: String!) { "+create+" }", harness.Variables{"n": unique()})
				for _, object := range created {
					id = object.ID
				}
			}
			v, declared := harness.Variables{"id": id}, "$id: ID!"
			if strings.Contains(change, "$n") {
				v["n"], declared = unique(), declared+", $n: String!"
			}
			return c.graph("mutation("+declared+") { "+change+" { errors { code } } }", v)
		},
	}
}

// newUser is a mutation that creates a user with the login $n.
const newUser = `createUser(input: {login: $n, name: $n, role: AGENT, password: "correct horse battery"})`

// newRole is a mutation that creates a role with the name $n.
const newRole = `createRole(input: {name: $n})`

// personDataFile requests the address of the report on the target.
func (c *attempt) personDataFile(w harness.Caller) harness.Response {
	return c.Send(w, "GET", fmt.Sprintf("/api/v1/Contacts/%d/PersonDataFile", c.id()), "", "")
}

// revokeSession ends a session that was opened for the attempt: for own one of the customer,
// otherwise one of a new user.
func (c *attempt) revokeSession() string {
	id := "999999"
	switch c.target {
	case absent:
	case own:
		c.SignInCustomer()
		id = c.newestSession()
	default:
		login := unique()
		c.graphAs(c.owner(), "mutation($n: String!) { "+newUser+" { errors { code } } }", harness.Variables{"n": login})
		account := harness.Query[struct{ Account string }](c.Server, c.owner(), "{ viewer { account } }", nil).Account
		c.graphAs(harness.Anonymous, `mutation($a: String!, $n: String!) { signIn(input: {account: $a, login: $n, password: "correct horse battery"}) { errors { code } } }`,
			harness.Variables{"a": account, "n": login})
		id = c.newestSession()
	}
	return c.graph(`mutation($id: ID!) { revokeSession(input: {id: $id}) { errors { code } } }`, harness.Variables{"id": id})
}

// graphAs runs an operation that must succeed.
func (c *attempt) graphAs(w harness.Caller, document string, v harness.Variables) {
	c.T.Helper()
	other := *c
	other.caller = w
	if outcome := other.graph(document, v); outcome != ok {
		c.T.Fatalf("%s: %s", document, outcome)
	}
}

// newestSession returns the id of the session of the target's account that was opened last.
func (c *attempt) newestSession() string {
	list := harness.Query[[]struct{ ID string }](c.Server, c.owner(), "{ sessions(first: 1) { id } }", nil)
	if len(list) != 1 {
		c.T.Fatal("the account has no session")
	}
	return list[0].ID
}

// sessions is the permission of an operation that signs in or out, or reports the session.
func sessions(method, api, outcome, enrolling string) permission {
	return permission{
		anonymous: outcome, customer: all(outcome), agent: all(outcome), admin: all(outcome), foreign: all(outcome), enrolling: enrolling,
		try: func(c *attempt) string {
			w := c.caller
			if api == "logout" {
				w = harness.Anonymous // ending the shared sessions would break the other attempts
			}
			return c.iservice(c.Send(w, method, "/f/webapp-api-login?api="+api, "application/x-www-form-urlencoded", "emailAddress=unknown&Password=x"))
		},
	}
}

// ofUsers is the permission of a mutation that only users have, for themselves: the callers of the
// table but the enrolling one are API keys and a customer.
func ofUsers(enrolling, fields string) permission {
	return permission{
		customer: all(forbidden), agent: all(forbidden), admin: all(forbidden), foreign: all(forbidden), enrolling: enrolling,
		try: func(c *attempt) string { return c.graph("mutation { "+fields+" { errors { code } } }", nil) },
	}
}

var counter atomic.Int64

// unique returns a name that no object has.
func unique() string { return fmt.Sprint("object ", counter.Add(1)) }

func (c *attempt) plainID() string { return fmt.Sprint(c.id()) }

// owner returns an admin of the target's account.
func (c *attempt) owner() harness.Caller {
	if c.target == other {
		return harness.APIKey("demo-other")
	}
	return harness.APIKey("demo-admin")
}

// contact is the values by which a contact can be looked up.
type contact struct{ ID, Email, PhoneCountryCode, Phone, Secret, Login, ExternalID string }

func (c *attempt) globalID() string { return c.known().ID }

// known returns the values of the target, which it reads as an admin of its account.
func (c *attempt) known() contact {
	if c.target == absent {
		return contact{"Q29udGFjdDo5OTk5OTk", "unknown@example.net", "46", "0000000", "no-such-secret", "no-such-login", "no-such-id"}
	}
	type found struct {
		contact
		Logins      []struct{ Name string }
		ExternalIDs []struct{ Value string }
	}
	f := harness.Query[found](c.Server, c.owner(), `query($id: ID!) { contact(id: $id) { id email phoneCountryCode phone secret logins { name } externalIds { value } } }`,
		harness.Variables{"id": c.id()})
	if len(f.Logins) == 0 || len(f.ExternalIDs) == 0 || f.Email == "" || f.Phone == "" {
		c.complete()
		return c.known()
	}
	f.Login, f.ExternalID = f.Logins[0].Name, f.ExternalIDs[0].Value
	return f.contact
}

// complete sets the values by which the target can be looked up.
func (c *attempt) complete() {
	n := c.id()
	for _, document := range []string{
		`mutation($id: ID!, $e: String!, $p: String!) { updateContact(input: {id: $id, onConflict: OVERWRITE,
			set: {email: $e, phoneCountryCode: "46", phone: $p}}) { errors { code message } } }`,
		`mutation($id: ID!, $e: String!) { setContactDetails(input: {id: $id, onConflict: OVERWRITE, logins: [{name: $e}], externalIds: [{system: "crm", value: $e}]}) { errors { code message } } }`,
	} {
		v := harness.Variables{"id": n, "e": fmt.Sprintf("c%d@example.net", n)}
		if strings.Contains(document, "$p") {
			v["p"] = fmt.Sprintf("70%07d", n)
		}
		if p := harness.Query[struct{ Errors []json.RawMessage }](c.Server, c.owner(), document, v); len(p.Errors) > 0 {
			c.T.Fatalf("%s", p.Errors)
		}
	}
}

// deleteContact deletes a contact that was created for the attempt; see doomed.
func (c *attempt) deleteContact() string {
	return c.graph(`mutation($id: ID!) { deleteContact(input: {id: $id, onConflict: OVERWRITE}) { errors { code } } }`, harness.Variables{"id": c.doomed()})
}

// eraseContact erases a contact that was created for the attempt; see doomed.
func (c *attempt) eraseContact() string {
	return c.graph(`mutation($id: ID!) { eraseContact(input: {id: $id}) { errors { code } } }`, harness.Variables{"id": c.doomed()})
}

// doomed returns the id of the contact to delete: for staff a new one in the target's account, for
// a customer, who may not delete it, the target.
func (c *attempt) doomed() string {
	id := fmt.Sprint(c.id())
	if c.target != absent && c.caller["Authorization"] == nil {
		created := harness.Query[struct{ Contact struct{ ContactID int } }](c.Server, c.owner(),
			`mutation { createContact(input: {registrationSource: "test", set: {}}) { contact { contactId } } }`, nil).Contact.ContactID
		id = fmt.Sprint(created)
	}
	return id
}

// merging is the mutation that merges new contacts.
const merging = `mutation($into: ID!, $from: ID!) { mergeContacts(input: {into: $into, expectedVersion: "AAAAAAAAAAE=",
	from: [{id: $from, expectedVersion: "AAAAAAAAAAE="}]}) { change { id } errors { code } } }`

// mergeContacts merges contacts that were created for the attempt; see doomed.
func (c *attempt) mergeContacts() string {
	from := c.doomed()
	if c.target == absent { // the two must differ
		from += "1"
	}
	return c.graph(merging, harness.Variables{"into": c.doomed(), "from": from})
}

// unmergeContacts undoes a merge that was made for the attempt.
func (c *attempt) unmergeContacts() string {
	id := revision.ChangeID{Contact: c.id(), Version: 1}.String()
	if c.target != absent && c.caller["Authorization"] == nil {
		id = harness.Query[struct{ Change struct{ ID string } }](c.Server, c.owner(), merging, harness.Variables{"into": c.doomed(), "from": c.doomed()}).Change.ID
	}
	return c.graph(`mutation($id: ID!) { unmergeContacts(input: {changeId: $id}) { errors { code } } }`, harness.Variables{"id": id})
}

// undoChange undoes a change that was made for the attempt.
func (c *attempt) undoChange() string {
	id := revision.ChangeID{Contact: c.id(), Version: 1}.String()
	if c.target != absent {
		id = harness.Query[struct{ Change struct{ ID string } }](c.Server, c.owner(),
			`mutation($id: ID!) { updateContact(input: {id: $id, onConflict: OVERWRITE, set: {}}) { change { id } } }`,
			harness.Variables{"id": c.id()}).Change.ID
	}
	return c.graph(`mutation($id: ID!) { undoChange(input: {id: $id}) { errors { code } } }`, harness.Variables{"id": id})
}

// followContact subscribes to the changes of the target and waits up to a second for the first.
func (c *attempt) followContact() string {
	ctx, cancel := context.WithTimeout(c.T.Context(), time.Second)
	defer cancel()
	stream, a, err := c.OpenStream(ctx, c.caller, `subscription($id: ID!) { contactChanges(contactId: $id) { contactId } }`, harness.Variables{"id": c.id()})
	if err != nil {
		c.T.Fatal(err)
	}
	switch a.Status {
	case http.StatusUnauthorized:
		return unauthenticated
	case http.StatusForbidden:
		return forbidden
	}
	defer stream.Close()
	if _, err := stream.Next(); err != nil { // no change within the second
		return null
	}
	return ok
}

// inBatches sends an item in a batch with each error policy. The outcome must be the same.
func (c *attempt) inBatches(mutation string, item func() string) string {
	outcomes := map[string]bool{}
	for _, policy := range []string{"PER_ITEM", "ALL_OR_NOTHING"} {
		outcomes[c.graph(fmt.Sprintf(`mutation { %s(input: {errorPolicy: %s, items: [%s]}) { results { errors { code } } } }`, mutation, policy, item()), nil)] = true
	}
	if len(outcomes) != 1 {
		return fmt.Sprint(outcomes)
	}
	for outcome := range outcomes {
		return outcome
	}
	return ""
}
