package acceptance

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"contactgraph/internal/revision"
)

// reads is the right to look a contact up by something.
func reads(document string, by func(*trial) string) right {
	return right{
		customer: per(ok, null, null, null), agent: per(ok, ok, null, null), admin: per(ok, ok, null, null), stranger: per(null, null, ok, null),
		try: func(c *trial) string {
			v := variables{"id": by(c)}
			if strings.Contains(document, "$code") {
				v["code"] = c.known().PhoneCountryCode
			}
			return c.finds(document, v)
		},
	}
}

// finds is the outcome of a query that should find the target and nothing else. Another contact with the same address, in
// the other account, is not the target.
func (c *trial) finds(document string, v variables) string {
	if outcome := c.graph(document, v); outcome != ok {
		return outcome
	}
	type found struct {
		ID    string
		Nodes []struct{ ID string }
	}
	if f := into[found](c.process, c.who, document, v); f.ID == c.known().ID || len(f.Nodes) == 1 && f.Nodes[0].ID == c.known().ID {
		return ok
	}
	return null
}

func lists(field, customer string) right {
	return right{
		customer: all(customer), agent: all(ok), admin: all(ok), stranger: all(ok),
		try: func(c *trial) string { return c.graph("{ "+field+" { id } }", nil) },
	}
}

// manages is the right of admins.
func manages(admin, stranger string, try func(*trial) string) right {
	return right{customer: all(forbidden), agent: all(forbidden), admin: all(admin), stranger: all(stranger), try: try}
}

func creates(field string) right {
	return manages(ok, ok, func(c *trial) string { return c.graph("mutation { "+field+" { errors { code } } }", nil) })
}

// changes is the right to change a thing of the catalogue; each trial makes one of its own in the target's account.
func changes(create, change string) right {
	return right{
		customer: all(forbidden), agent: all(forbidden), admin: per(ok, ok, notFound, notFound), stranger: per(notFound, notFound, ok, notFound),
		try: func(c *trial) string {
			id := "999999"
			if c.target != absent {
				made := into[map[string]struct{ ID string }](c.process, c.owner(), "mutation($n: String!) { "+create+" }", variables{"n": unique()})
				for _, thing := range made {
					id = thing.ID
				}
			}
			v, declared := variables{"id": id}, "$id: ID!"
			if strings.Contains(change, "$n") {
				v["n"], declared = unique(), declared+", $n: String!"
			}
			return c.graph("mutation("+declared+") { "+change+" { errors { code } } }", v)
		},
	}
}

func sessions(method, api, outcome string) right {
	return right{
		open: outcome, customer: all(outcome), agent: all(outcome), admin: all(outcome), stranger: all(outcome),
		try: func(c *trial) string {
			w := c.who
			if api == "logout" {
				w = anonymous // ending the shared sessions would spoil the other trials
			}
			return c.iservice(c.send(w, method, "/f/webapp-api-login?api="+api, "application/x-www-form-urlencoded", "emailAddress=nobody&Password=x"))
		},
	}
}

var counter = make(chan int, 1)

func init() { counter <- 0 }

// unique is a name that nothing has.
func unique() string {
	n := <-counter + 1
	counter <- n
	return fmt.Sprintf("thing %d", n)
}

func (c *trial) plainID() string { return fmt.Sprint(c.id()) }

// owner is an admin of the account that the target is in.
func (c *trial) owner() who {
	if c.target == other {
		return key("demo-other")
	}
	return key("demo-admin")
}

// contact is what the target can be looked up by.
type contact struct{ ID, Email, PhoneCountryCode, Phone, Secret, Login string }

func (c *trial) globalID() string { return c.known().ID }

// known reads the target as an admin of its account.
func (c *trial) known() contact {
	if c.target == absent {
		return contact{"Q29udGFjdDo5OTk5OTk", "nobody@example.net", "46", "0000000", "no-such-secret", "no-such-login"}
	}
	type found struct {
		contact
		Logins []struct{ Name string }
	}
	f := into[found](c.process, c.owner(), `query($id: ID!) { contact(id: $id) { id email phoneCountryCode phone secret logins { name } } }`,
		variables{"id": c.id()})
	if len(f.Logins) == 0 || f.Email == "" || f.Phone == "" {
		c.complete()
		return c.known()
	}
	f.Login = f.Logins[0].Name
	return f.contact
}

// complete gives the target what it can be looked up by.
func (c *trial) complete() {
	n := c.id()
	for _, document := range []string{
		`mutation($id: ID!, $e: String!, $p: String!) { updateContact(input: {id: $id, onConflict: OVERWRITE,
			set: {email: $e, phoneCountryCode: "46", phone: $p}}) { errors { code message } } }`,
		`mutation($id: ID!, $e: String!) { setContactDetails(input: {id: $id, onConflict: OVERWRITE, logins: [{name: $e}]}) { errors { code message } } }`,
	} {
		v := variables{"id": n, "e": fmt.Sprintf("c%d@example.net", n)}
		if strings.Contains(document, "$p") {
			v["p"] = fmt.Sprintf("70%07d", n)
		}
		if p := into[struct{ Errors []json.RawMessage }](c.process, c.owner(), document, v); len(p.Errors) > 0 {
			c.t.Fatalf("%s", p.Errors)
		}
	}
}

// deleteContact tries on a contact made for it, but for a customer, whose own it is.
func (c *trial) deleteContact() string {
	return c.graph(`mutation($id: ID!) { deleteContact(input: {id: $id, onConflict: OVERWRITE}) { errors { code } } }`, variables{"id": c.doomed()})
}

// eraseContact tries as deleteContact does.
func (c *trial) eraseContact() string {
	return c.graph(`mutation($id: ID!) { eraseContact(input: {id: $id}) { errors { code } } }`, variables{"id": c.doomed()})
}

// doomed is the target, or for staff one made in its place.
func (c *trial) doomed() string {
	id := fmt.Sprint(c.id())
	if c.target != absent && c.who["Authorization"] == nil {
		id = into[struct{ Contact struct{ ID string } }](c.process, c.owner(),
			`mutation { createContact(input: {registrationSource: "test", set: {}}) { contact { id } } }`, nil).Contact.ID
	}
	return id
}

// undoChange tries on a change made for it.
func (c *trial) undoChange() string {
	id := revision.ChangeID{Contact: c.id(), Version: 1}.String()
	if c.target != absent {
		id = into[struct{ Change struct{ ID string } }](c.process, c.owner(),
			`mutation($id: ID!) { updateContact(input: {id: $id, onConflict: OVERWRITE, set: {}}) { change { id } } }`,
			variables{"id": c.id()}).Change.ID
	}
	return c.graph(`mutation($id: ID!) { undoChange(input: {id: $id}) { errors { code } } }`, variables{"id": id})
}

// followContact tries to follow the target.
func (c *trial) followContact() string {
	ctx, cancel := context.WithTimeout(c.t.Context(), time.Second)
	defer cancel()
	stream, a, err := c.openStream(ctx, c.who, `subscription($id: ID!) { contactChanges(contactId: $id) { contactId } }`, variables{"id": c.id()})
	if err != nil {
		c.t.Fatal(err)
	}
	if a.status == http.StatusUnauthorized {
		return unauthenticated
	}
	defer stream.close()
	event, err := stream.next()
	switch {
	case err != nil: // nothing comes
		return null
	case len(event.Errors) > 0:
		return map[string]string{"FORBIDDEN": forbidden}[event.Errors[0].Extensions.Code]
	}
	return ok
}

// updateContacts tries an update by each policy, which must come to the same.
func (c *trial) updateContacts() string {
	outcomes := map[string]bool{}
	for _, policy := range []string{"PER_ITEM", "ALL_OR_NOTHING"} {
		document := `mutation($id: ID!) { updateContacts(input: {errorPolicy: ` + policy + `, items: [{id: $id, onConflict: OVERWRITE, set: {}}]}) {
			results { errors { code } } } }`
		if outcome := c.graph(document, variables{"id": c.id()}); outcome != ok {
			outcomes[outcome] = true
			continue
		}
		type payload struct {
			Results []struct{ Errors []struct{ Code string } }
		}
		result := into[payload](c.process, c.who, document, variables{"id": c.id()}).Results[0]
		if len(result.Errors) == 0 {
			outcomes[ok] = true
		} else {
			outcomes[payloadOutcome(result.Errors[0].Code)] = true
		}
	}
	if len(outcomes) != 1 {
		return fmt.Sprint(outcomes)
	}
	for outcome := range outcomes {
		return outcome
	}
	return ""
}
