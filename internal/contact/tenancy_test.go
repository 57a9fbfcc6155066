package contact_test

import (
	"context"
	"strings"
	"testing"

	"contactgraph/ent/login"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/query"
)

// Every test of this package fails at a statement that does not carry its account (see databasetest). This one runs all there
// is at a stretch, for an agent and for a customer, and shows that the statements were seen.
func TestEveryStatementCarriesItsAccount(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	note := a.property(catalog.NewProperty{Name: "Note"})
	a.create(field.Patch{field.Email: "taken@example.com"}, contact.Details{Logins: &[]field.Login{{Name: "taken", Kind: login.KindBlank}}})
	me, sessions := a.withPassword("pw", 2)
	wide := query.Filter{
		Name: new("a b"), Email: new("x"), Phone: new("1"), Store: &a.stores[0], Company: &a.companies[0], Segment: &a.segments[0],
		ModifiedSince: &start, Search: new("c d 070"),
	}
	for name, ctx := range map[string]context.Context{"an agent": a.agent, "a customer": a.in(me, sessions[0])} {
		statements := f.db.Statements(func() {
			for _, err := range []error{
				errOf(f.Update(ctx, contact.Update{
					ID: me.ID, Lock: overwrite, Set: field.Patch{field.Email: name + "@example.com", field.Phone: "+46701740605", field.PreferredStore: a.stores[0]},
					Password: &contact.PasswordChange{New: new("pw"), Current: new("pw")},
				})),
				errOf(f.details(ctx, me.ID, contact.Details{
					Properties: []contact.PropertyPatch{set(note, name)}, Logins: &[]field.Login{{Name: name, Kind: login.KindBlank}}, Membership: &[]int{},
				})),
				errOf(f.Get(ctx, me.ID)), errOf(f.ByEmail(ctx, "x")), errOf(f.ByPhone(ctx, "46", "1")), errOf(f.BySecret(ctx, "x")), errOf(f.ByLogin(ctx, "x")),
				errOf(f.Queries.Page(ctx, wide, query.Order{Field: query.ByName}, query.PageArgs{Last: new(3)})), errOf(f.Count(ctx, wide)),
				errOf(f.Stores(ctx)), errOf(f.Properties(ctx)), errOf(f.Store(ctx, a.stores[0])), errOf(f.Property(ctx, note)),
			} {
				if err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
			// Those that are refused look up others' rows as well.
			_, _ = f.update(ctx, me.ID, field.Patch{field.Email: "taken@example.com"})
			_, _ = f.details(ctx, me.ID, contact.Details{Logins: &[]field.Login{{Name: "taken", Kind: login.KindBlank}}, Membership: &a.segments})
		})
		all := strings.Join(statements, "\n")
		for _, table := range []string{
			"contacts", "logins", "memberships", "property_values", "properties", "stores", "search_terms", "sessions", "changes", "feeds",
		} {
			if !strings.Contains(all, "`"+table+"`") {
				t.Errorf("%s: no statement on %s was seen", name, table)
			}
		}
	}
}
