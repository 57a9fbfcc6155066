package contact_test

import (
	"context"
	"strings"
	"testing"

	"contactgraph/ent/login"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/query"
)

// Every test of this package fails at a statement without an account (see databasetest). This one
// runs all commands and queries, for an agent and for a customer, and checks that the statements
// were recorded.
func TestEveryStatementHasItsAccount(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	note := a.NewProperty(catalog.NewProperty{Name: "Note"})
	a.NewContact(field.Patch{field.Email: "taken@example.com"}, contact.Details{Logins: &[]field.Login{{Name: "taken", Kind: login.KindBlank}}, ExternalIDs: &[]field.ExternalID{{System: "crm", Value: "taken"}}})
	me, sessions := createWithSessions(a, "pw", 2)
	wide := query.Filter{
		Name: new("a b"), Email: new("x"), Phone: new("1"), Store: &a.StoreIDs[0], Company: &a.CompanyIDs[0], Segment: &a.SegmentIDs[0],
		ModifiedSince: &contacttest.Start, Search: new("c d 070"),
	}
	for name, ctx := range map[string]context.Context{"an agent": a.Agent, "a customer": inSession(a, me, sessions[0])} {
		statements := f.DB.Statements(func() {
			for _, err := range []error{
				contacttest.ErrOf(f.Update(ctx, contact.Update{
					ID: me.ID, Lock: contacttest.Overwrite, Set: field.Patch{field.Email: name + "@example.com", field.Phone: "+46701740605", field.PreferredStore: a.StoreIDs[0]},
					Password: &contact.PasswordChange{New: new("pw"), Current: new("pw")},
				})),
				contacttest.ErrOf(f.OverwriteDetails(ctx, me.ID, contact.Details{
					Properties: []contact.PropertyPatch{contacttest.SetProperty(note, name)}, Logins: &[]field.Login{{Name: name, Kind: login.KindBlank}}, Membership: &[]int{},
				})),
				contacttest.ErrOf(f.Get(ctx, me.ID)), contacttest.ErrOf(f.ByEmail(ctx, "x")), contacttest.ErrOf(f.ByPhone(ctx, "46", "1")), contacttest.ErrOf(f.BySecret(ctx, "x")), contacttest.ErrOf(f.ByLogin(ctx, "x")), contacttest.ErrOf(f.ByExternalID(ctx, field.ExternalID{System: "crm", Value: "x"})),
				contacttest.ErrOf(f.Queries.Page(ctx, wide, query.Order{Field: query.ByName}, query.PageArgs{Last: new(3)})), contacttest.ErrOf(f.Count(ctx, wide)),
				contacttest.ErrOf(f.Stores(ctx)), contacttest.ErrOf(f.Properties(ctx)), contacttest.ErrOf(f.Store(ctx, a.StoreIDs[0])), contacttest.ErrOf(f.Property(ctx, note)),
			} {
				if err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
			// Commands that fail also look up rows of other contacts.
			_, _ = f.OverwriteFields(ctx, me.ID, field.Patch{field.Email: "taken@example.com"})
			_, _ = f.OverwriteDetails(ctx, me.ID, contact.Details{Logins: &[]field.Login{{Name: "taken", Kind: login.KindBlank}}, Membership: &a.SegmentIDs})
		})
		all := strings.Join(statements, "\n")
		for _, table := range []string{
			"contacts", "logins", "external_ids", "memberships", "property_values", "properties", "stores", "search_terms", "sessions", "changes", "feeds",
		} {
			if !strings.Contains(all, "`"+table+"`") {
				t.Errorf("%s: no statement on %s was seen", name, table)
			}
		}
	}
}
