package demo_test

import (
	"slices"
	"testing"

	"contactgraph/ent"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/query"
	"contactgraph/internal/demo"
)

// Each contact is found by whatever a page, a mail or a phone shows of it.
func TestPastedTextFindsItsContact(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.mustSeed(t, 500)
	ctx := f.accountCtx(t, demo.Account)
	finds := func(text string, id int) (found bool) {
		args := query.PageArgs{First: new(100)}
		for more := true; more && !found; {
			p, err := f.services.Queries.Page(ctx, query.Filter{Search: &text}, query.Order{}, args)
			if err != nil {
				t.Fatal(err)
			}
			found = slices.ContainsFunc(p.Contacts, func(c *ent.Contact) bool { return c.ID == id })
			if more = p.HasNext; more {
				args.After = &p.Cursors[len(p.Cursors)-1]
			}
		}
		return found
	}
	for _, c := range f.Client().Contact.Query().WithCompany().AllX(ctx) {
		if c.ID%25 != 0 && c.ID != demo.CustomerID {
			continue
		}
		for _, text := range contacttest.Pasted(c) {
			if !finds(text, c.ID) {
				t.Errorf("%q does not find contact %d", text, c.ID)
			}
		}
	}
}
