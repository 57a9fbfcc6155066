// Package schema declares the tables, by hand; ent generates the rest of ent/ from it.
//
// Every table but Account carries account_id (see Tenant). Lengths are checked by internal/contact, which counts as the
// documented API does; the columns themselves have no limit.
package schema

import (
	"context"

	"contactgraph/ent/intercept"
	"contactgraph/ent/privacy"
	"contactgraph/internal/viewer"

	"entgo.io/ent"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Account is the tenant: everything else belongs to one.
type Account struct{ ent.Schema }

// Fields of Account. The key is the name's folded form.
func (Account) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").NotEmpty(),
		field.String("name_key").NotEmpty(),
	}
}

// Indexes of Account.
func (Account) Indexes() []ent.Index {
	return []ent.Index{index.Fields("name_key").Unique()}
}

// Policy of Account: the server itself reads and writes all, anybody signed in reads its own.
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
