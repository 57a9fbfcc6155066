package schema

import (
	"contactgraph/internal/viewer"

	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Derivation says from what the keys and search terms of an account were computed, and how far they
// are being computed again: see package rekey. An account without a row is computed at the next
// start of a server.
type Derivation struct{ ent.Schema }

// Mixin of Derivation: only the server itself reads and writes it.
func (Derivation) Mixin() []ent.Mixin {
	return []ent.Mixin{Tenant{Reader: viewer.System, Writer: viewer.System}}
}

// Fields of Derivation. forms is the version of the normal forms, and country the default country
// of the account. While they are being applied, those contacts are done whose id is at most done;
// it is null when all are. Contacts that were modified before the time in since need not be looked
// at again.
func (Derivation) Fields() []ent.Field {
	return []ent.Field{
		field.Int("forms"),
		field.String("country").Default(""),
		field.Int("done").Optional().Nillable(),
		field.Time("since"),
	}
}

// Indexes of Derivation.
func (Derivation) Indexes() []ent.Index {
	return []ent.Index{index.Fields("account_id").Unique()}
}
