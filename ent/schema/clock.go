package schema

import (
	"contactgraph/ent/privacy"
	"contactgraph/internal/viewer"

	"entgo.io/ent"
	"entgo.io/ent/schema/field"
)

// Clock is the latest time that the servers of the database have used, in a single row. It belongs
// to no account. A server reads it when it starts, so that its time does not go back.
type Clock struct{ ent.Schema }

// Fields of Clock. The id is always 1.
func (Clock) Fields() []ent.Field { return []ent.Field{field.Int("id"), field.Time("at")} }

// Policy of Clock: only the server itself reads and writes it.
func (Clock) Policy() ent.Policy {
	return privacy.Policy{
		Query:    privacy.QueryPolicy{privacy.ContextQueryMutationRule(requireRole(viewer.System))},
		Mutation: privacy.MutationPolicy{privacy.ContextQueryMutationRule(requireRole(viewer.System))},
	}
}
