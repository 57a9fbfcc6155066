package schema

import (
	"context"

	"contactgraph/ent/intercept"
	"contactgraph/ent/privacy"
	"contactgraph/internal/viewer"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/mixin"
)

const accountColumn = "account_id"

// ownContact is the least role that writes what belongs to a contact: a customer, within Own.
const ownContact = viewer.Customer

// Tenant puts account_id on a table, and into every statement that ent builds for it: reads and updates are limited to the
// viewer's account and, for a customer, to its own contact; inserts are stamped with the account.
//
// It is the second line behind the checks of internal/contact. It does not reach the SELECT behind UpdateOne, the inner
// side of QueryX() on an entity, or HasXWith without an account predicate; a test keeps those out of the code.
type Tenant struct {
	mixin.Schema

	Own    string      // the column with the contact's id, which limits customers; none where a row is of no one contact
	Reader viewer.Role // the least role that may read; the zero value stands for everybody signed in
	Writer viewer.Role // the least role that may write
	Lookup bool        // the server itself may read it before the account is known
}

// Fields of every tenant's table.
func (Tenant) Fields() []ent.Field {
	return []ent.Field{field.Int(accountColumn).Immutable()}
}

// Edges of every tenant's table.
func (Tenant) Edges() []ent.Edge {
	return []ent.Edge{edge.To("account", Account.Type).Field(accountColumn).Unique().Required().Immutable().
		Annotations(entsql.OnDelete(entsql.NoAction))}
}

// Policy denies what has no viewer, reads below the role of Reader, and writes below the role of Writer.
func (t Tenant) Policy() ent.Policy {
	return privacy.Policy{
		Query: privacy.QueryPolicy{privacy.ContextQueryMutationRule(requireRole(max(t.Reader, viewer.Customer)))},
		Mutation: privacy.MutationPolicy{
			privacy.ContextQueryMutationRule(requireRole(t.Writer)),
			privacy.MutationRuleFunc(t.stayOwn),
		},
	}
}

// Interceptors limit every query.
func (t Tenant) Interceptors() []ent.Interceptor {
	return []ent.Interceptor{intercept.TraverseFunc(func(ctx context.Context, q intercept.Query) error {
		v, _ := viewer.FromContext(ctx) // Policy has seen to it that there is one
		if t.Lookup && v.Role == viewer.System && v.Account == 0 {
			return nil
		}
		for _, p := range t.limits(v) {
			q.WhereP(p)
		}
		return nil
	})}
}

// Hooks limit every update and delete, and stamp every insert.
func (t Tenant) Hooks() []ent.Hook {
	return []ent.Hook{func(next ent.Mutator) ent.Mutator {
		return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
			v, _ := viewer.FromContext(ctx)
			if m.Op().Is(ent.OpCreate) {
				if err := m.SetField(accountColumn, v.Account); err != nil {
					return nil, err
				}
				return next.Mutate(ctx, m)
			}
			m.(interface {
				WhereP(ps ...func(*sql.Selector))
			}).WhereP(t.limits(v)...)
			return next.Mutate(ctx, m)
		})
	}}
}

// limits are the predicates that keep v to its account and, for a customer, to its contact.
func (t Tenant) limits(v viewer.Viewer) []func(*sql.Selector) {
	ps := []func(*sql.Selector){sql.FieldEQ(accountColumn, v.Account)}
	if t.Own != "" && v.Role == viewer.Customer {
		ps = append(ps, sql.FieldEQ(t.Own, v.Contact))
	}
	return ps
}

// stayOwn denies a customer rows of another contact; only an insert can try, the rest is limited.
func (t Tenant) stayOwn(ctx context.Context, m ent.Mutation) error {
	v, _ := viewer.FromContext(ctx)
	if v.Role != viewer.Customer || !m.Op().Is(ent.OpCreate) {
		return privacy.Skip
	}
	if own, ok := m.Field(t.Own); t.Own == "" || !ok || own != v.Contact {
		return privacy.Denyf("a customer may add only to its own contact")
	}
	return privacy.Skip
}

// requireRole denies viewers below r, and who has none.
func requireRole(r viewer.Role) func(context.Context) error {
	return func(ctx context.Context) error {
		if v, ok := viewer.FromContext(ctx); !ok || !v.Is(r) {
			return privacy.Denyf("requires the role %s", r)
		}
		return privacy.Skip
	}
}
