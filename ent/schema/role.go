package schema

import (
	"contactgraph/internal/viewer"

	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Role is a role that an account defines: it limits what agents read and write of contacts.
//
// Users and API keys refer to it by role_id, without a foreign key: on Citus the table of API keys
// is a reference table, which cannot refer to a distributed one.
type Role struct{ ent.Schema }

// Mixin of Role: admins manage them, and agents see their own.
func (Role) Mixin() []ent.Mixin {
	return []ent.Mixin{Tenant{Reader: viewer.Agent, Writer: viewer.Admin}}
}

// Fields of Role. name_key is the normalized name.
func (Role) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").NotEmpty(),
		field.String("name_key").NotEmpty(),
		field.String("rights").GoType(viewer.Rights("")),
		field.Time("created_at").Immutable(),
	}
}

// Indexes of Role.
func (Role) Indexes() []ent.Index {
	return []ent.Index{index.Fields("account_id", "name_key").Unique()}
}
