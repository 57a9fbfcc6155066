package schema

import (
	"contactgraph/ent/migrate"

	entschema "entgo.io/ent/dialect/sql/schema"
	"entgo.io/ent/schema/field"
)

// retired returns the columns that this binary does not use and older binaries still name, by
// table. They stay in the tables as long as such a binary may run: see "Retired columns" in
// docs/decisions.
func retired() map[string][]*entschema.Column {
	return map[string][]*entschema.Column{
		migrate.ChangesTable.Name: {
			{Name: "idempotency_key", Type: field.TypeString, Nullable: true},
			{Name: "request_hash", Type: field.TypeBytes, Nullable: true},
		},
	}
}
