package schema

import (
	"contactgraph/internal/viewer"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// ofContact is the edge of a row that belongs to one contact for ever.
func ofContact(ref string) ent.Edge {
	return edge.From("contact", Contact.Type).Ref(ref).Field("contact_id").Unique().Required().Immutable()
}

// PropertyValue is one value that a contact has for a property; several are kept in the order of position.
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

// Login is a name that a contact signs in with, unique within the account without regard to case.
type Login struct{ ent.Schema }

// Mixin of Login.
func (Login) Mixin() []ent.Mixin {
	return []ent.Mixin{Tenant{Own: "contact_id", Writer: ownContact}}
}

// Fields of Login. The column of kind is "type": a field called type would take the name that gqlgen needs for __Type.
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

// Membership puts a contact into a segment. It is an entity, not a many-to-many edge, because an edge's join rows would
// lack the account.
type Membership struct{ ent.Schema }

// Mixin of Membership: customers see theirs, agents write them.
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

// SearchTerm is a word that a contact is found by: of its name, its email, or its phone's digits. A table of words finds
// prefixes by an ordinary index, alike on both engines.
type SearchTerm struct{ ent.Schema }

// Mixin of SearchTerm.
func (SearchTerm) Mixin() []ent.Mixin {
	return []ent.Mixin{Tenant{Own: "contact_id", Writer: ownContact}}
}

// Fields of SearchTerm.
func (SearchTerm) Fields() []ent.Field {
	return []ent.Field{
		field.Int("contact_id").Immutable(),
		field.Enum("kind").Values("name", "email", "phone").Immutable(),
		field.String("term").NotEmpty().Immutable(),
	}
}

// Edges of SearchTerm.
func (SearchTerm) Edges() []ent.Edge { return []ent.Edge{ofContact("terms")} }

// Indexes of SearchTerm: one finds the contacts of a word, the other tells whether a contact has it.
func (SearchTerm) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("account_id", "term", "contact_id", "kind").Unique(),
		index.Fields("account_id", "contact_id", "term", "kind"),
	}
}
