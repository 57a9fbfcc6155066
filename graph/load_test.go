package graph_test

import (
	"fmt"
	"testing"

	"contactgraph/internal/contact"
)

const everything = `{
	id contactId version secret registrationDateTime registrationSource registrationIp registrationStore { id name }
	lastModified email phoneCountryCode phone firstName lastName limitMailsPermanently limitMailsTemporarilyUntil
	preferredStore { name } company { name } latestPermissionSource
	properties { property { name } values { value description } } custom property(apiName: "note") { id values { value } } logins { name type } externalIds { system value } segments { name }
}`

// TestListNeedsAFixedNumberOfStatements: a list of 50 contacts needs as many statements as a list
// of 5, in each place where a response can have contacts.
func TestListNeedsAFixedNumberOfStatements(t *testing.T) {
	t.Parallel()
	const bound = 13 // the page, stores twice, companies, definitions, values, logins, external ids, memberships, segments; and the count
	for name, query := range map[string]string{
		"nodes":           `query($n: Int) { contacts(first: $n) { nodes ` + everything + ` totalCount } }`,
		"edges":           `query($n: Int) { contacts(first: $n) { edges { cursor node ` + everything + ` } totalCount } }`,
		"nodes and edges": `query($n: Int) { contacts(first: $n) { nodes ` + everything + ` edges { node ` + everything + ` } totalCount } }`,
		"fragments":       `query($n: Int) { contacts(first: $n) { edges { node { ...F } } } } fragment F on Contact ` + everything,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			for i := range 50 {
				f.create(f.demo, fmt.Sprint("contact", i), nil)
			}
			run := func(n int) int {
				return len(f.db.Statements(func() { f.get(f.demo.agent, query, object{"n": n}) }))
			}
			run(1) // the API key is looked up once in a few seconds
			few, many := min(run(5), run(5)), min(run(50), run(50))
			if few != many || many > bound {
				t.Errorf("%d statements for 5 contacts, %d for 50, want at most %d for both", few, many, bound)
			}
		})
	}
}

func TestContactIsTheSameInEveryPlace(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	bare := must(f.Contacts.Create(f.demo.ctx, contact.Create{})).Contact
	full := f.create(f.demo, "anna", nil)
	list := f.get(f.demo.agent, `{ contacts { nodes `+everything+` edges { node `+everything+` } } }`, nil, "contacts").(object)
	nodes := list["nodes"].([]any)
	for i, id := range []int{bare.ID, full.ID} {
		alone := f.get(f.demo.agent, `query($id: ID!) { contact(id: $id) `+everything+` }`, object{"id": id}, "contact")
		text := text(alone)
		f.want("as a node", nodes[i], text)
		f.want("as the node of an edge", list["edges"].([]any)[i].(object)["node"], text)
	}
	f.want("a contact with nothing", pick(nodes[0], "logins", "segments", "preferredStore", "company", "properties", "email"), `{
		"logins": [], "segments": [], "preferredStore": null, "company": null, "email": null,
		"properties": [{"property": {"name": "Note"}, "values": []}, {"property": {"name": "First Name"}, "values": []}]
	}`)
	f.want("a contact with everything", pick(nodes[1], "logins", "segments", "preferredStore", "registrationStore", "company", "properties"), `{
		"logins": [{"name": "anna", "type": "EMAIL"}], "segments": [{"name": "demo 0"}, {"name": "demo 1"}],
		"preferredStore": {"name": "demo 0"}, "registrationStore": {"id": "U3RvcmU6Mg", "name": "demo 1"}, "company": {"name": "demo"},
		"properties": [
			{"property": {"name": "Note"}, "values": [{"value": "a", "description": null}, {"value": "b", "description": null}]},
			{"property": {"name": "First Name"}, "values": [{"value": "anna", "description": null}]}
		]
	}`)
}

func TestCustomerSeesAllOfItsOwnContact(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.create(f.demo, "eva", nil)
	_, token := f.customer(f.demo, "anna")
	mine := f.get(token, `{ contacts { nodes `+everything+` } viewer { role contact `+everything+` } }`, nil).(object)
	nodes := mine["contacts"].(object)["nodes"].([]any)
	if len(nodes) != 1 {
		t.Fatalf("a customer sees %d contacts", len(nodes))
	}
	f.want("as the viewer's contact", mine["viewer"].(object)["contact"], text(nodes[0]))
	f.want("its company", nodes[0].(object)["company"], `{"name": "demo"}`)
}
