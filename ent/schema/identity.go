package schema

import (
	"contactgraph/ent/privacy"
	"contactgraph/internal/viewer"

	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Identity is how the OpenID Connect provider identifies a user who signs in by it. A user has at
// most one.
type Identity struct{ ent.Schema }

// Mixin of Identity.
func (Identity) Mixin() []ent.Mixin {
	return []ent.Mixin{Tenant{Reader: viewer.Admin, Writer: viewer.Admin}}
}

// Fields of Identity. Only the issuer and the subject together identify a person: email addresses
// change, and can be those of others.
func (Identity) Fields() []ent.Field {
	return []ent.Field{
		field.Int("user_id").Immutable(),
		field.String("issuer").Immutable(),
		field.String("subject").Immutable(),
		field.Time("created_at").Immutable(),
	}
}

// Edges of Identity.
func (Identity) Edges() []ent.Edge {
	return []ent.Edge{edge.From("user", User.Type).Ref("identities").Field("user_id").Unique().Required().Immutable()}
}

// Indexes of Identity.
func (Identity) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("account_id", "issuer", "subject").Unique(),
		index.Fields("account_id", "user_id").Unique(),
	}
}

// UsedState marks the state of a sign-in by the provider as used, so that no process accepts it
// again. It belongs to no account, because a state does not.
type UsedState struct{ ent.Schema }

// Fields of UsedState. The state is stored as its SHA-256. After expires_at, the state is rejected
// anyway, and the row can be deleted.
func (UsedState) Fields() []ent.Field {
	return []ent.Field{
		field.Bytes("state").Immutable(),
		field.Time("expires_at").Immutable(),
	}
}

// Indexes of UsedState.
func (UsedState) Indexes() []ent.Index {
	return []ent.Index{index.Fields("state").Unique(), index.Fields("expires_at")}
}

// Policy of UsedState: only the server itself reads and writes it.
func (UsedState) Policy() ent.Policy {
	return privacy.Policy{
		Query:    privacy.QueryPolicy{privacy.ContextQueryMutationRule(requireRole(viewer.System))},
		Mutation: privacy.MutationPolicy{privacy.ContextQueryMutationRule(requireRole(viewer.System))},
	}
}
