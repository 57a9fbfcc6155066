package schema

import (
	"context"

	"contactgraph/ent/intercept"
	"contactgraph/ent/membership"
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

// ownContact is the lowest role that may write rows that belong to a contact: a customer, limited
// by Own.
const ownContact = viewer.Customer

// Tenant adds account_id to a table, and to every statement that ent builds for it: reads and
// updates are limited to the viewer's account and, for a customer, to its own contact; inserts set
// the account.
//
// It is the second line of defense after the checks in internal/contact. It does not cover the
// SELECT after UpdateOne, the inner side of QueryX() on an entity, or HasXWith without an account
// predicate; a test bans those.
type Tenant struct {
	mixin.Schema

	// Own is the column with the contact's id, which limits customers, and API keys with a segment;
	// empty if rows do not belong to a contact.
	Own string
	// Reader is the lowest role that may read; the zero value allows every viewer that is signed
	// in.
	Reader viewer.Role
	// Writer is the lowest role that may write.
	Writer viewer.Role
	// Lookup allows the server itself to read the table before the account is known.
	Lookup bool
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

// Policy denies requests without a viewer, reads below the role Reader, and writes below the role
// Writer.
func (t Tenant) Policy() ent.Policy {
	return privacy.Policy{
		Query: privacy.QueryPolicy{privacy.ContextQueryMutationRule(requireRole(max(t.Reader, viewer.Customer)))},
		Mutation: privacy.MutationPolicy{
			privacy.ContextQueryMutationRule(requireRole(t.Writer)),
			privacy.ContextQueryMutationRule(denyReadOnly),
			privacy.MutationRuleFunc(t.stayOwn),
		},
	}
}

// Interceptors limit every query.
func (t Tenant) Interceptors() []ent.Interceptor {
	return []ent.Interceptor{intercept.TraverseFunc(func(ctx context.Context, q intercept.Query) error {
		v, _ := viewer.FromContext(ctx) // Policy guarantees that there is one
		if t.Lookup && v.Role == viewer.System && v.Account == 0 {
			return nil
		}
		for _, p := range t.limits(v) {
			q.WhereP(p)
		}
		return nil
	})}
}

// Hooks limit every update and delete, and set the account of every insert.
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

// limits returns the predicates that limit v to its account, a customer to its contact, and an API
// key with a segment to the contacts in it.
func (t Tenant) limits(v viewer.Viewer) []func(*sql.Selector) {
	ps := []func(*sql.Selector){sql.FieldEQ(accountColumn, v.Account)}
	switch {
	case t.Own == "":
	case v.Role == viewer.Customer:
		ps = append(ps, sql.FieldEQ(t.Own, v.Contact))
	case v.Segment != 0:
		ps = append(ps, func(s *sql.Selector) { s.Where(sql.Exists(membershipOf(s, s.C(t.Own), v))) })
	}
	return ps
}

// membershipOf selects the membership of a contact in the segment to which v is limited. contact is
// the column with its id. The subquery is correlated, because a list of all contacts of the segment
// would be read for each statement.
func membershipOf(s *sql.Selector, contact string, v viewer.Viewer) *sql.Selector {
	b := sql.Dialect(s.Dialect())
	m := b.Table(membership.Table).As("limiting") // s may read the same table
	return b.Select(m.C(membership.FieldID)).From(m).Where(sql.And(
		sql.EQ(m.C(accountColumn), v.Account), sql.EQ(m.C(membership.FieldSegmentID), v.Segment),
		sql.ColumnsEQ(m.C(membership.FieldContactID), contact),
	))
}

// stayOwn denies a customer inserts for another contact. Updates and deletes are limited by Hooks.
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

// denyReadOnly denies API keys that may only read.
func denyReadOnly(ctx context.Context) error {
	if v, _ := viewer.FromContext(ctx); v.ReadOnly {
		return privacy.Denyf("the viewer may only read")
	}
	return privacy.Skip
}

// requireRole denies viewers below r, and requests without a viewer.
func requireRole(r viewer.Role) func(context.Context) error {
	return func(ctx context.Context) error {
		if v, ok := viewer.FromContext(ctx); !ok || !v.Is(r) {
			return privacy.Denyf("requires the role %s", r)
		}
		return privacy.Skip
	}
}
