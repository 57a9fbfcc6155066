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

// Contact is the central entity.
type Contact struct{ ent.Schema }

// Mixin of Contact: a customer can access only the row with its own id.
func (Contact) Mixin() []ent.Mixin {
	return []ent.Mixin{Tenant{Own: "id", Writer: ownContact}}
}

// Fields of Contact. The id is the number that both REST APIs use, so it has at most 32 bits. The
// server sets version, last_modified and the *_key columns. email_key and phone_key are normalized
// and unique within the account, and NULL if the value is blank; lists are ordered by name_key.
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

// Edges of Contact. Rows that a contact refers to cannot be deleted; rows that belong to a contact
// are deleted with it.
func (Contact) Edges() []ent.Edge {
	keep, follow := entsql.OnDelete(entsql.NoAction), entsql.OnDelete(entsql.Cascade)
	return []ent.Edge{
		edge.To("registration_store", Store.Type).Field("registration_store_id").Unique().Immutable().Annotations(keep),
		edge.To("preferred_store", Store.Type).Field("preferred_store_id").Unique().Annotations(keep),
		edge.To("company", Company.Type).Field("company_id").Unique().Annotations(keep),
		edge.To("values", PropertyValue.Type).Annotations(follow),
		edge.To("logins", Login.Type).Annotations(follow),
		edge.To("external_ids", ExternalID.Type).Annotations(follow),
		edge.To("memberships", Membership.Type).Annotations(follow),
		edge.To("terms", SearchTerm.Type).Annotations(follow),
		edge.To("sessions", Session.Type).Annotations(follow),
	}
}

// Indexes of Contact: the unique keys, then one index for each order and filter of lists. These end
// with the id, so that a page can be found with the index alone and continues where the previous
// page ended. Columns that are NULL for many contacts have partial indexes, because PostgreSQL
// writes an entry in every index of a row at each update.
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
		keyless("email"),
		keyless("phone"),
	}
}

// keyless is an index of the few contacts that have a text and no key of it, because another
// contact has the key or the text is blank.
func keyless(column string) ent.Index {
	return index.Fields("account_id", "id").StorageKey("contact_without_" + column + "_key").
		Annotations(entsql.IndexWhere(column + " IS NOT NULL AND " + column + "_key IS NULL"))
}
