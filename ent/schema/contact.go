package schema

import (
	"math"

	"contactgraph/internal/revision"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Contact is the record that this server exists for.
type Contact struct{ ent.Schema }

// Mixin of Contact: a customer reaches the row with its own id.
func (Contact) Mixin() []ent.Mixin {
	return []ent.Mixin{Tenant{Own: "id", Writer: ownContact}}
}

// Fields of Contact. The id is the number that both REST APIs use, so it stays within 32 bits; version, last_modified and
// the *_key columns are the server's to write. email_key and phone_key are the normalised forms that are unique within the
// account, NULL for blank ones; name_key is what lists are ordered by.
func (Contact) Fields() []ent.Field {
	return []ent.Field{
		field.Int("id").Positive().Max(math.MaxInt32),
		field.String("secret").Immutable().Sensitive(),
		field.Int64("version").GoType(revision.Version(0)).Default(1),
		field.Time("registered_at").Immutable(),
		field.String("registration_source").Immutable(),
		field.String("registration_ip").Immutable(),
		field.Int("registration_store_id").Optional().Nillable().Immutable(),
		field.Time("last_modified"),
		field.String("email").Optional().Nillable(),
		field.String("email_key").Optional().Nillable(),
		field.String("phone_country_code").Optional().Nillable(),
		field.String("phone").Optional().Nillable(),
		field.String("phone_key").Optional().Nillable(),
		field.String("first_name").Optional().Nillable(),
		field.String("last_name").Optional().Nillable(),
		field.String("name_key").Default(""),
		field.Bool("limit_mails_permanently").Default(false),
		field.Time("limit_mails_temporarily_until").Optional().Nillable(),
		field.Int("preferred_store_id").Optional().Nillable(),
		field.Int("company_id").Optional().Nillable(),
		field.String("latest_permission_source").Optional().Nillable(),
		field.String("password_hash").Optional().Nillable().Sensitive(),
	}
}

// Edges of Contact: what it names stays while it is named, what belongs to it goes with it.
func (Contact) Edges() []ent.Edge {
	keep, follow := entsql.OnDelete(entsql.NoAction), entsql.OnDelete(entsql.Cascade)
	return []ent.Edge{
		edge.To("registration_store", Store.Type).Field("registration_store_id").Unique().Immutable().Annotations(keep),
		edge.To("preferred_store", Store.Type).Field("preferred_store_id").Unique().Annotations(keep),
		edge.To("company", Company.Type).Field("company_id").Unique().Annotations(keep),
		edge.To("values", PropertyValue.Type).Annotations(follow),
		edge.To("logins", Login.Type).Annotations(follow),
		edge.To("memberships", Membership.Type).Annotations(follow),
		edge.To("terms", SearchTerm.Type).Annotations(follow),
		edge.To("sessions", Session.Type).Annotations(follow),
	}
}

// Indexes of Contact: the unique keys, then one for each order and filter that lists offer. Those end with the id, so that a
// page is looked for in the index alone, and continued where the page before it ended. What many contacts lack is not in them:
// PostgreSQL writes a row's entry in every index at each update.
func (Contact) Indexes() []ent.Index {
	given := func(column string) ent.Index {
		return index.Fields("account_id", column, "id").Annotations(entsql.IndexWhere(column + " IS NOT NULL"))
	}
	return []ent.Index{
		index.Fields("account_id", "secret").Unique(),
		index.Fields("account_id", "email_key").Unique(),
		index.Fields("account_id", "phone_key").Unique(),
		index.Fields("account_id", "name_key", "id"),
		index.Fields("account_id", "last_modified", "id"),
		index.Fields("account_id", "registered_at", "id"),
		given("preferred_store_id"),
		given("company_id"),
		given("registration_store_id"),
	}
}
