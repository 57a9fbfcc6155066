package schema

import (
	"contactgraph/ent/privacy"
	"contactgraph/internal/viewer"

	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Attempt counts the failed attempts to guess the credentials of one owner, or from one address, so
// that further ones have to wait. It belongs to no account, because an address does not.
type Attempt struct{ ent.Schema }

// Fields of Attempt. The target is the SHA-256 of whose credentials are guessed, or from where: the
// table shows no logins or addresses. Attempts are rejected until wait_until. failures start
// again when they are forgotten, since_success only when an attempt succeeds.
func (Attempt) Fields() []ent.Field {
	return []ent.Field{
		field.Bytes("target").Immutable(),
		field.Int("failures"),
		field.Int("since_success"),
		field.Time("last_at"),
		field.Time("wait_until"),
	}
}

// Indexes of Attempt.
func (Attempt) Indexes() []ent.Index {
	return []ent.Index{index.Fields("target").Unique()}
}

// Policy of Attempt: only the server itself reads and writes it.
func (Attempt) Policy() ent.Policy {
	return privacy.Policy{
		Query:    privacy.QueryPolicy{privacy.ContextQueryMutationRule(requireRole(viewer.System))},
		Mutation: privacy.MutationPolicy{privacy.ContextQueryMutationRule(requireRole(viewer.System))},
	}
}
