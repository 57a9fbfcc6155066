// Package schema declares the tables. It is hand-written; ent generates the rest of ent/ from it.
//
// Every table except Account has the column account_id (see Tenant). internal/contact checks
// lengths, because it counts them as the documented API does; the columns themselves have no limit.
package schema

import (
	"context"

	"contactgraph/ent/intercept"
	"contactgraph/ent/privacy"
	"contactgraph/internal/settings"
	"contactgraph/internal/viewer"

	"entgo.io/ent"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Account is the tenant: every other row belongs to one.
type Account struct{ ent.Schema }

// Fields of Account. name_key is the normalized name. Null settings are the defaults.
func (Account) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").NotEmpty(),
		field.String("name_key").NotEmpty(),
		field.JSON("settings", settings.Account{}).Optional(),
		field.Time("suspended_at").Optional().Nillable(),
	}
}

// Indexes of Account.
func (Account) Indexes() []ent.Index {
	return []ent.Index{index.Fields("name_key").Unique()}
}

// Policy of Account: the server itself reads and writes all accounts; other viewers read their own.
func (Account) Policy() ent.Policy {
	return privacy.Policy{
		Query:    privacy.QueryPolicy{privacy.ContextQueryMutationRule(requireRole(viewer.Customer))},
		Mutation: privacy.MutationPolicy{privacy.ContextQueryMutationRule(requireRole(viewer.System))},
	}
}

// Interceptors of Account.
func (Account) Interceptors() []ent.Interceptor {
	return []ent.Interceptor{intercept.TraverseFunc(func(ctx context.Context, q intercept.Query) error {
		if v, _ := viewer.FromContext(ctx); v.Role != viewer.System {
			q.WhereP(sql.FieldEQ("id", v.Account))
		}
		return nil
	})}
}
