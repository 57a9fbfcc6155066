package schema

import (
	"contactgraph/internal/viewer"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Store is a shop. Contacts register at a store, and can have a preferred store.
type Store struct{ ent.Schema }

// Mixin of Store: admins manage them.
func (Store) Mixin() []ent.Mixin { return []ent.Mixin{Tenant{Writer: viewer.Admin}} }

// Fields of Store.
func (Store) Fields() []ent.Field { return named() }

// Company is a company that contacts belong to.
type Company struct{ ent.Schema }

// Mixin of Company: admins manage them.
func (Company) Mixin() []ent.Mixin { return []ent.Mixin{Tenant{Writer: viewer.Admin}} }

// Fields of Company.
func (Company) Fields() []ent.Field { return named() }

// Segment is a group of contacts.
type Segment struct{ ent.Schema }

// Mixin of Segment: admins manage them.
func (Segment) Mixin() []ent.Mixin { return []ent.Mixin{Tenant{Writer: viewer.Admin}} }

// Fields of Segment.
func (Segment) Fields() []ent.Field { return named() }

// named returns the fields of an entity that has only a name. It declares the id so that demo data
// can set it.
func named() []ent.Field {
	return []ent.Field{field.Int("id").Positive(), field.String("name").NotEmpty()}
}

// Property defines a custom field that all contacts of the account have.
type Property struct{ ent.Schema }

// Mixin of Property: admins manage them.
func (Property) Mixin() []ent.Mixin { return []ent.Mixin{Tenant{Writer: viewer.Admin}} }

// Fields of Property. A bound property is an alias of a column of the contact, so that both APIs
// show the same value. api_name is the name by which programs read and write the property; null for
// none.
func (Property) Fields() []ent.Field {
	return []ent.Field{
		field.Int("id").Positive(),
		field.String("name").NotEmpty(),
		field.String("name_key").NotEmpty(),
		field.String("api_name").Optional().Nillable(),
		field.Enum("kind").NamedValues("Text", "TEXT", "Integer", "INTEGER", "Number", "NUMBER", "Date", "DATE",
			"DateTime", "DATETIME", "Choice", "CHOICE").StorageKey("type").Immutable(),
		field.Bool("multiple").Default(false).Immutable(),
		field.Bool("required").Default(false),
		field.Bool("read_only").Default(false),
		field.Strings("choices").Optional(),
		field.Enum("bound").Values("first_name", "last_name").Optional().Nillable().Immutable(),
	}
}

// Edges of Property: a property with values cannot be deleted.
func (Property) Edges() []ent.Edge {
	return []ent.Edge{edge.To("values", PropertyValue.Type).Annotations(entsql.OnDelete(entsql.NoAction))}
}

// Indexes of Property.
func (Property) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("account_id", "name_key").Unique(),
		index.Fields("account_id", "bound").Unique(),
		index.Fields("account_id", "api_name").Unique(),
	}
}
