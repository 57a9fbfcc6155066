package schema

import (
	"contactgraph/ent/privacy"
	"contactgraph/internal/revision"
	"contactgraph/internal/viewer"

	"entgo.io/ent"
	"entgo.io/ent/schema/field"
)

// Clock is what must not go back, in a single row that belongs to no account: the latest time that
// the servers of the database have used, and the number that the versions of contacts exceed that
// are written from now on. The second is null until the database was restored from a backup: see
// database.DB.Restored.
type Clock struct{ ent.Schema }

// Fields of Clock. The id is always 1.
func (Clock) Fields() []ent.Field {
	return []ent.Field{
		field.Int("id"),
		field.Time("at"),
		field.Int64("version_floor").GoType(revision.Version(0)).Optional(),
	}
}

// Policy of Clock: only the server itself reads and writes it.
func (Clock) Policy() ent.Policy {
	return privacy.Policy{
		Query:    privacy.QueryPolicy{privacy.ContextQueryMutationRule(requireRole(viewer.System))},
		Mutation: privacy.MutationPolicy{privacy.ContextQueryMutationRule(requireRole(viewer.System))},
	}
}
