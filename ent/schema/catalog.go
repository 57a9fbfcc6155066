package schema

import (
	"context"
	"time"

	generated "contactgraph/ent"
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

// Interceptors of Store: customers read only the name.
func (Store) Interceptors() []ent.Interceptor { return shown() }

// Fields of Store. The number is unique within the account.
func (Store) Fields() []ent.Field {
	return append(named(), text("number"), text("phone"), text("address"), text("zip_code"), text("city"), text("email"),
		text("json_string"), lastModified())
}

// Indexes of Store.
func (Store) Indexes() []ent.Index { return []ent.Index{index.Fields("account_id", "number").Unique()} }

// Company is a company that contacts belong to.
type Company struct{ ent.Schema }

// Mixin of Company: admins manage them.
func (Company) Mixin() []ent.Mixin { return []ent.Mixin{Tenant{Writer: viewer.Admin}} }

// Interceptors of Company: customers read only the name.
func (Company) Interceptors() []ent.Interceptor { return shown() }

// Fields of Company. The number is unique within the account. parent_id and primary_contact_id have
// no foreign keys: adding one to a table of SQLite copies the table, and older binaries delete
// contacts and companies without regard to these columns. See decision 28.
func (Company) Fields() []ent.Field {
	return append(named(), text("number"), text("email_domains"), text("logo"),
		field.Int("parent_id").Optional().Nillable(), field.Int("primary_contact_id").Optional().Nillable(), lastModified())
}

// Indexes of Company.
func (Company) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("account_id", "number").Unique(),
		index.Fields("account_id", "parent_id").Annotations(entsql.IndexWhere("parent_id IS NOT NULL")),
		index.Fields("account_id", "primary_contact_id").Annotations(entsql.IndexWhere("primary_contact_id IS NOT NULL")),
	}
}

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

// text returns a field for a text that may be missing.
func text(name string) ent.Field { return field.String(name).Optional().Nillable() }

// lastModified returns the field for the time of the last write. The rows that older binaries wrote
// have none in the database: they are read as last modified on the day on which the column was
// added.
func lastModified() ent.Field { return field.Time("last_modified").Optional().Nillable() }

// modifiedEarlier returns the time for rows without one.
func modifiedEarlier() *time.Time { return new(time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC)) }

// shown returns an interceptor of stores and companies. It leaves customers only their ids and
// names, and sets the time of the last write of rows that have none.
func shown() []ent.Interceptor {
	return []ent.Interceptor{ent.InterceptFunc(func(next ent.Querier) ent.Querier {
		return ent.QuerierFunc(func(ctx context.Context, q ent.Query) (ent.Value, error) {
			rows, err := next.Query(ctx, q)
			v, _ := viewer.FromContext(ctx)
			switch rows := rows.(type) {
			case []*generated.Store:
				for _, s := range rows {
					showStore(v, s)
				}
			case []*generated.Company:
				for _, c := range rows {
					showCompany(v, c)
				}
			}
			return rows, err
		})
	})}
}

func showStore(v viewer.Viewer, s *generated.Store) {
	switch {
	case v.Role == viewer.Customer:
		*s = generated.Store{ID: s.ID, AccountID: s.AccountID, Name: s.Name}
	case s.LastModified == nil:
		s.LastModified = modifiedEarlier()
	}
}

func showCompany(v viewer.Viewer, c *generated.Company) {
	switch {
	case v.Role == viewer.Customer:
		*c = generated.Company{ID: c.ID, AccountID: c.AccountID, Name: c.Name}
	case c.LastModified == nil:
		c.LastModified = modifiedEarlier()
	}
}

// Property defines a custom field that all contacts of the account have.
type Property struct{ ent.Schema }

// Mixin of Property: admins manage them.
func (Property) Mixin() []ent.Mixin { return []ent.Mixin{Tenant{Writer: viewer.Admin}} }

// Fields of Property. A bound property is an alias of a column of the contact, so that both APIs
// show the same value. api_name is the name by which programs read and write the property; null for
// none. label is what people see; null for the name.
func (Property) Fields() []ent.Field {
	return []ent.Field{
		field.Int("id").Positive(),
		field.String("name").NotEmpty(),
		field.String("name_key").NotEmpty(),
		text("api_name"),
		text("label"),
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
