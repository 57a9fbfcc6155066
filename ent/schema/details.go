package schema

import (
	"contactgraph/internal/viewer"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// ofContact returns the edge of a row that permanently belongs to one contact.
func ofContact(ref string) ent.Edge {
	return edge.From("contact", Contact.Type).Ref(ref).Field("contact_id").Unique().Required().Immutable()
}

// PropertyValue is one value of a property of a contact. Several values are ordered by position.
type PropertyValue struct{ ent.Schema }

// Mixin of PropertyValue.
func (PropertyValue) Mixin() []ent.Mixin {
	return []ent.Mixin{Tenant{Own: "contact_id", Writer: ownContact}}
}

// Fields of PropertyValue.
func (PropertyValue) Fields() []ent.Field {
	return []ent.Field{
		field.Int("contact_id").Immutable(),
		field.Int("property_id").Immutable(),
		field.Int("position"),
		field.String("value"),
		field.String("description").Optional().Nillable(),
	}
}

// Edges of PropertyValue.
func (PropertyValue) Edges() []ent.Edge {
	return []ent.Edge{
		ofContact("values"),
		edge.From("property", Property.Type).Ref("values").Field("property_id").Unique().Required().Immutable(),
	}
}

// Indexes of PropertyValue.
func (PropertyValue) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("account_id", "contact_id", "property_id", "position").Unique(),
		index.Fields("account_id", "property_id"),
	}
}

// Login is a name that a contact can sign in with, unique within the account, ignoring case.
type Login struct{ ent.Schema }

// Mixin of Login.
func (Login) Mixin() []ent.Mixin {
	return []ent.Mixin{Tenant{Own: "contact_id", Writer: ownContact}}
}

// Fields of Login. The column of kind is "type"; a field with this name would conflict with
// gqlgen's __Type.
func (Login) Fields() []ent.Field {
	return []ent.Field{
		field.Int("contact_id").Immutable(),
		field.String("name"),
		field.String("name_key").NotEmpty(),
		field.Enum("kind").NamedValues("Blank", "BLANK", "Email", "EMAIL", "Bounced", "BOUNCED", "Google", "GOOGLE").StorageKey("type"),
	}
}

// Edges of Login.
func (Login) Edges() []ent.Edge { return []ent.Edge{ofContact("logins")} }

// Indexes of Login.
func (Login) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("account_id", "name_key").Unique(),
		index.Fields("account_id", "contact_id"),
	}
}

// ExternalID is the id of a contact in another system, unique within the account and the system.
type ExternalID struct{ ent.Schema }

// Mixin of ExternalID: customers read their own, agents write them.
func (ExternalID) Mixin() []ent.Mixin {
	return []ent.Mixin{Tenant{Own: "contact_id", Writer: viewer.Agent}}
}

// Fields of ExternalID. value is the id; ent reserves that name for the primary key.
func (ExternalID) Fields() []ent.Field {
	return []ent.Field{
		field.Int("contact_id").Immutable(),
		field.String("system").NotEmpty().Immutable(),
		field.String("value").NotEmpty().Immutable(),
	}
}

// Edges of ExternalID.
func (ExternalID) Edges() []ent.Edge { return []ent.Edge{ofContact("external_ids")} }

// Indexes of ExternalID.
func (ExternalID) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("account_id", "system", "value").Unique(),
		index.Fields("account_id", "contact_id"),
	}
}

// Membership is the membership of a contact in a segment. It is an entity instead of a many-to-many
// edge, because the join rows of an edge would have no account_id.
type Membership struct{ ent.Schema }

// Mixin of Membership: customers read their own, agents write them.
func (Membership) Mixin() []ent.Mixin {
	return []ent.Mixin{Tenant{Own: "contact_id", Writer: viewer.Agent}}
}

// Fields of Membership.
func (Membership) Fields() []ent.Field {
	return []ent.Field{
		field.Int("contact_id").Immutable(),
		field.Int("segment_id").Immutable(),
	}
}

// Edges of Membership.
func (Membership) Edges() []ent.Edge {
	return []ent.Edge{
		ofContact("memberships"),
		edge.To("segment", Segment.Type).Field("segment_id").Unique().Required().Immutable().Annotations(entsql.OnDelete(entsql.NoAction)),
	}
}

// Indexes of Membership.
func (Membership) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("account_id", "contact_id", "segment_id").Unique(),
		index.Fields("account_id", "segment_id", "contact_id"),
	}
}

// SearchTerm is a word by which a contact is found: of its name, its email, or the digits of its
// phone. With a table of words, an ordinary index finds prefixes, in the same way on both engines.
// Further spellings have kinds of their own, with a 2: earlier versions of the server insert words
// of the other kinds, and would fail if a row existed already.
type SearchTerm struct{ ent.Schema }

// Mixin of SearchTerm.
func (SearchTerm) Mixin() []ent.Mixin {
	return []ent.Mixin{Tenant{Own: "contact_id", Writer: ownContact}}
}

// Fields of SearchTerm.
func (SearchTerm) Fields() []ent.Field {
	return []ent.Field{
		field.Int("contact_id").Immutable(),
		field.Enum("kind").NamedValues("Name", "name", "Email", "email", "Phone", "phone",
			"NameSpelling", "name2", "EmailSpelling", "email2", "PhoneSpelling", "phone2").Immutable(),
		field.String("term").NotEmpty().Immutable(),
	}
}

// Edges of SearchTerm.
func (SearchTerm) Edges() []ent.Edge { return []ent.Edge{ofContact("terms")} }

// Indexes of SearchTerm: the first finds the contacts with a word, the second checks whether a
// contact has a word.
func (SearchTerm) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("account_id", "term", "contact_id", "kind").Unique(),
		index.Fields("account_id", "contact_id", "term", "kind"),
	}
}
