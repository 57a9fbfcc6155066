package schema

import (
	"contactgraph/internal/viewer"

	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// AuditEntry records who did what in an account, apart from changes of contacts, which are in the
// change log: sign-ins, and what concerns users, API keys, sessions and settings. Entries are never
// changed, but that the erasure of a contact removes the addresses of its own.
type AuditEntry struct{ ent.Schema }

// Mixin of AuditEntry: admins read it.
func (AuditEntry) Mixin() []ent.Mixin {
	return []ent.Mixin{Tenant{Reader: viewer.Admin, Writer: viewer.System}}
}

// Fields of AuditEntry. The actor is as in the change log; it is null for a failed sign-in. subject
// is what the action was about: its kind is the action's. A failed sign-in has no subject, because
// its login may be a password; subject_name then is a hash that is the same for the same owner.
func (AuditEntry) Fields() []ent.Field {
	return []ent.Field{
		field.String("action").Immutable(),
		field.Time("at").Immutable(),
		field.String("actor_kind").Optional().Nillable().Immutable(),
		field.Int("actor_id").Optional().Nillable().Immutable(),
		field.String("actor_name").Optional().Nillable().Immutable(),
		field.String("address").Optional().Nillable(),
		field.Int("subject_id").Optional().Nillable().Immutable(),
		field.String("subject_name").Optional().Nillable().Immutable(),
		field.JSON("details", map[string]any{}).Optional().Immutable(),
	}
}

// Indexes of AuditEntry.
func (AuditEntry) Indexes() []ent.Index {
	return []ent.Index{index.Fields("account_id", "at"), index.Fields("account_id", "actor_kind", "actor_id", "at")}
}
