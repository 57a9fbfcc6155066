package schema

import (
	"contactgraph/ent/privacy"
	"contactgraph/internal/viewer"

	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// PasswordReset is a request for a new password, and the message about it that is still to be sent.
// It refers to no account, because a request may name one that does not exist.
type PasswordReset struct{ ent.Schema }

// Fields of PasswordReset. The target is the SHA-256 of the account and the login that a request
// names: a new request for the same login replaces the one before. tenant is the id of the account,
// 0 for an unknown one, and link where the message leads to if not to the console.
//
// Until the message is sent, next_at is when a process tries to send it, and attempts how often one
// has begun to. login, link and next_at are null afterwards.
//
// token_hash is the SHA-256 of the token in the latest message. With it, exactly one of user_id and
// contact_id is set, and password_state is the SHA-256 of the stored hash of the password that the
// token replaces: the token is void once there is another one. Nothing is valid after expires_at.
func (PasswordReset) Fields() []ent.Field {
	return []ent.Field{
		field.Bytes("target").Immutable(),
		field.Int("tenant").Immutable(),
		field.String("login").Optional().Nillable().Sensitive(),
		field.String("link").Optional().Nillable().Sensitive(),
		field.Time("requested_at").Immutable(),
		field.Time("expires_at"),
		field.Time("next_at").Optional().Nillable(),
		field.Int("attempts"),
		field.Int("user_id").Optional().Nillable(),
		field.Int("contact_id").Optional().Nillable(),
		field.Bytes("token_hash").Optional().Sensitive(),
		field.Bytes("password_state").Optional().Sensitive(),
	}
}

// Indexes of PasswordReset.
func (PasswordReset) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("target").Unique(),
		index.Fields("token_hash").Unique(),
		index.Fields("next_at"),
		index.Fields("expires_at"),
	}
}

// Policy of PasswordReset: only the server itself reads and writes it.
func (PasswordReset) Policy() ent.Policy {
	return privacy.Policy{
		Query:    privacy.QueryPolicy{privacy.ContextQueryMutationRule(requireRole(viewer.System))},
		Mutation: privacy.MutationPolicy{privacy.ContextQueryMutationRule(requireRole(viewer.System))},
	}
}
