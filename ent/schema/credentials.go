package schema

import (
	"contactgraph/internal/viewer"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// APIKey is the credential of a program. Only the SHA-256 of its token is stored.
type APIKey struct{ ent.Schema }

// Mixin of APIKey: a key determines the account, so it is looked up before the account is known.
func (APIKey) Mixin() []ent.Mixin {
	return []ent.Mixin{Tenant{Reader: viewer.Admin, Writer: viewer.Admin, Lookup: true}}
}

// Fields of APIKey. prefix is the beginning of the token, by which people recognize it; created_by
// is the name of an admin. Both are null for keys that are older than these columns. A null
// read_only or trusted_only is false, and a null list limits nothing. A key with trusted_only can
// run only the operations that the server was started with. role_id is the Role that limits an
// agent. segment_id limits the key to the contacts of a segment.
func (APIKey) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").NotEmpty(),
		field.Enum("role").Values("AGENT", "ADMIN"),
		field.Int("role_id").Optional().Nillable(),
		field.Int("segment_id").Optional().Nillable().Immutable(),
		field.Bytes("token_hash").Immutable().Sensitive(),
		field.Time("created_at").Immutable(),
		field.String("created_by").Optional().Nillable().Immutable(),
		field.String("prefix").Optional().Nillable().Immutable(),
		field.Bool("read_only").Optional().Nillable(),
		field.Bool("trusted_only").Optional().Nillable(),
		field.JSON("addresses", []string{}).Optional(),
		field.JSON("origins", []string{}).Optional(),
		field.Time("expires_at").Optional().Nillable(),
		field.Time("last_used_at").Optional().Nillable(),
		field.Time("revoked_at").Optional().Nillable(),
		field.Int("successor_id").Optional().Nillable(),
	}
}

// Indexes of APIKey. The hash is unique in the whole database. It is the only unique key without
// account_id: there are few API keys, and on Citus the table is a reference table.
func (APIKey) Indexes() []ent.Index {
	return []ent.Index{index.Fields("token_hash").Unique()}
}

// User is an agent or admin who signs in with a password, or by the OpenID Connect provider.
type User struct{ ent.Schema }

// Mixin of User: admins manage them.
func (User) Mixin() []ent.Mixin {
	return []ent.Mixin{Tenant{Reader: viewer.Admin, Writer: viewer.Admin}}
}

// Fields of User. A user who is disabled cannot sign in. role_id is the Role that limits an agent.
// The hash is empty for a user without a password, who signs in by the provider. provider_allowed
// is true if a user with a password may replace it by signing in by the provider.
//
// A user with a totp_secret has a second factor since totp_confirmed_at. The server computes the
// codes from the secret, so it cannot be stored as a hash. totp_pending is a secret whose first
// code was not entered yet, totp_step the time step of the last code that was accepted: codes of it
// and of earlier steps are not accepted any more. recovery_codes are the SHA-256 of those that were
// not used. A null second_factor_required is false.
func (User) Fields() []ent.Field {
	return []ent.Field{
		field.String("login").NotEmpty(),
		field.String("login_key").NotEmpty(),
		field.String("name"),
		field.Enum("role").Values("AGENT", "ADMIN"),
		field.Int("role_id").Optional().Nillable(),
		field.String("password_hash").Sensitive(),
		field.Time("created_at").Optional().Nillable().Immutable(),
		field.Time("disabled_at").Optional().Nillable(),
		field.Time("last_sign_in_at").Optional().Nillable(),
		field.Bytes("totp_secret").Optional().Sensitive(),
		field.Bytes("totp_pending").Optional().Sensitive(),
		field.Time("totp_confirmed_at").Optional().Nillable(),
		field.Int64("totp_step").Optional().Nillable(),
		field.JSON("recovery_codes", []string{}).Optional().Sensitive(),
		field.Bool("second_factor_required").Optional().Nillable(),
		field.Bool("provider_allowed").Optional().Nillable(),
	}
}

// Edges of User.
func (User) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("sessions", Session.Type).Annotations(entsql.OnDelete(entsql.Cascade)),
		edge.To("identities", Identity.Type).Annotations(entsql.OnDelete(entsql.Cascade)),
	}
}

// Indexes of User.
func (User) Indexes() []ent.Index {
	return []ent.Index{index.Fields("account_id", "login_key").Unique()}
}

// Session is a session of a user or of a contact. Only the SHA-256 of its token is stored.
type Session struct{ ent.Schema }

// Mixin of Session.
func (Session) Mixin() []ent.Mixin { return []ent.Mixin{Tenant{Own: "contact_id", Writer: ownContact}} }

// Fields of Session: exactly one of user_id and contact_id is set. address and agent are those of
// the sign-in. last_used_at is up to a minute behind; a session that has not been used for
// idle_minutes ends. Sessions that are older than these columns have none of them. enrolling is
// true for a session that can only set up the second factor of its user; null is false. issuer is
// set if the user signed in by the provider.
func (Session) Fields() []ent.Field {
	return []ent.Field{
		field.Bytes("token_hash").Immutable().Sensitive(),
		field.Int("user_id").Optional().Nillable().Immutable(),
		field.Int("contact_id").Optional().Nillable().Immutable(),
		field.Time("expires_at").Immutable(),
		field.Time("created_at").Optional().Nillable().Immutable(),
		field.Time("last_used_at").Optional().Nillable(),
		field.Int("idle_minutes").Optional().Nillable().Immutable(),
		field.String("address").Optional().Nillable().Immutable(),
		field.String("agent").Optional().Nillable().Immutable(),
		field.Bool("enrolling").Optional().Nillable(),
		field.String("issuer").Optional().Nillable().Immutable(),
	}
}

// Edges of Session.
func (Session) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("user", User.Type).Ref("sessions").Field("user_id").Unique().Immutable(),
		edge.From("contact", Contact.Type).Ref("sessions").Field("contact_id").Unique().Immutable(),
	}
}

// Indexes of Session.
func (Session) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("account_id", "token_hash").Unique(),
		index.Fields("account_id", "contact_id"),
		index.Fields("account_id", "user_id"),
		index.Fields("account_id", "expires_at"),
	}
}
