package postgres

import (
	"slices"
	"testing"

	"contactgraph/internal/database/schema"

	entschema "entgo.io/ent/dialect/sql/schema"
)

// TestNoTableCanBeForgotten adds a table to the schema.
func TestNoTableCanBeForgotten(t *testing.T) {
	t.Parallel()
	tables, err := schema.Tables(Dialect{})
	if err != nil {
		t.Fatal(err)
	}
	contacts := tables[slices.IndexFunc(tables, func(t *entschema.Table) bool { return t.Name == "contacts" })]
	account, _ := contacts.Column(schema.AccountColumn)
	notes := entschema.NewTable("aaa_notes").AddColumn(account)
	notes.ForeignKeys = []*entschema.ForeignKey{{Symbol: "notes_contact", RefTable: contacts}}
	all := placements(append(tables, notes))
	at := func(table string) int {
		return slices.IndexFunc(all, func(p placement) bool { return p == placement{table: table} })
	}
	if at("aaa_notes") < 0 || at("aaa_notes") < at("contacts") {
		t.Errorf("got %v, want aaa_notes by account behind contacts", all)
	}
}
