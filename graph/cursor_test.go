package graph_test

import (
	"strings"
	"testing"

	"contactgraph/graph"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// TestEmptyCursorIsAbsent: every argument of the schema that is a cursor can be an empty text.
func TestEmptyCursorIsAbsent(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.create(f.demo, "anna", nil)
	// How each field with a cursor is selected; %s stands for the cursor.
	documents := map[string]string{
		"Query.contacts":              `{ contacts(first: 1, %s) { nodes { id } pageInfo { hasNextPage hasPreviousPage } } }`,
		"Query.contactChanges":        `{ contactChanges(%s) { changes { id } } }`,
		"Query.auditLog":              `{ auditLog(first: 100, %s) { entries { id } } }`,
		"Query.jobs":                  `{ jobs(%s) { nodes { id } } }`,
		"Job.items":                   `{ jobs { nodes { items(%s) { nodes { number } } } } }`,
		"Contact.changes":             `{ contacts { nodes { changes(%s) { nodes { id } } } } }`,
		"Query.deletedContacts":       `{ deletedContacts(%s) { nodes { contactId } } }`,
		"Query.duplicates":            `{ duplicates(%s) { nodes { score } } }`,
		"Company.contacts":            `{ companies { contacts(%s) { nodes { id } } } }`,
		"Subscription.contactChanges": `subscription { contactChanges(%s) { id } }`,
	}
	schema, err := gqlparser.LoadSchema(&ast.Source{Input: graph.SDL()})
	if err != nil {
		t.Fatal(err)
	}
	for _, def := range schema.Types {
		for _, field := range def.Fields {
			for _, a := range field.Arguments {
				if a.Name != "after" && a.Name != "before" || a.Type.Name() != "String" {
					continue
				}
				name := def.Name + "." + field.Name
				document, ok := documents[name]
				if !ok {
					t.Errorf("%s has the cursor %s, which this test does not know", name, a.Name)
					continue
				}
				if !strings.Contains(a.Description, "mpty") {
					t.Errorf("%s(%s) is described as %q", name, a.Name, a.Description)
				}
				if a.Name == "before" {
					document = strings.ReplaceAll(document, "first: 1,", "last: 1,")
				}
				send := func(cursor string) reply {
					query := strings.ReplaceAll(document, "%s", a.Name+": "+cursor)
					if def.Name == "Subscription" {
						return f.events(f.demo.admin, query, nil).next()
					}
					return f.query(f.demo.admin, query, nil)
				}
				if got, want := send(`""`), send("null"); len(got.Errors) > 0 || text(got.Data) != text(want.Data) {
					t.Errorf("%s(%s): got %v, %v, want %v", name, a.Name, got.Data, got.Errors, want.Data)
				}
			}
		}
	}
}
