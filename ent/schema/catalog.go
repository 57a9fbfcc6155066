package schema

import (
	"contactgraph/internal/viewer"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Store is a shop that contacts register at and prefer.
type Store struct{ ent.Schema }

// Mixin of Store: admins manage them.
func (Store) Mixin() []ent.Mixin { return []ent.Mixin{Tenant{Writer: viewer.Admin}} }

// Fields of Store.
func (Store) Fields() []ent.Field { return named() }

// Company is a firm that contacts belong to.
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

// named are the fields of a thing that has just a name. The id is declared so that demo data can choose it.
func named() []ent.Field {
	return []ent.Field{field.Int("id").Positive(), field.String("name").NotEmpty()}
}

// Property defines a further field that contacts of the account have.
type Property struct{ ent.Schema }

// Mixin of Property: admins manage them.
func (Property) Mixin() []ent.Mixin { return []ent.Mixin{Tenant{Writer: viewer.Admin}} }

// Fields of Property. A bound property is another name for a column of the contact, so that both APIs see one truth.
func (Property) Fields() []ent.Field {
	return []ent.Field{
		field.Int("id").Positive(),
		field.String("name").NotEmpty(),
		field.String("name_key").NotEmpty(),
		field.Enum("kind").NamedValues("Text", "TEXT", "Integer", "INTEGER", "Number", "NUMBER", "Date", "DATE",
			"DateTime", "DATETIME", "Choice", "CHOICE").StorageKey("type").Immutable(),
		field.Bool("multiple").Default(false).Immutable(),
		field.Bool("required").Default(false),
		field.Bool("read_only").Default(false),
		field.Strings("choices").Optional(),
		field.Enum("bound").Values("first_name", "last_name").Optional().Nillable().Immutable(),
	}
}

// Edges of Property: one with values cannot be deleted.
func (Property) Edges() []ent.Edge {
	return []ent.Edge{edge.To("values", PropertyValue.Type).Annotations(entsql.OnDelete(entsql.NoAction))}
}

// Indexes of Property.
func (Property) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("account_id", "name_key").Unique(),
		index.Fields("account_id", "bound").Unique(),
	}
}
