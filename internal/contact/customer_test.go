package contact_test

import (
	"context"
	"errors"
	"testing"

	"contactgraph/ent/login"
	"contactgraph/internal/authz"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/query"
	"contactgraph/internal/usererror"
)

// A customer gets the same error for every contact but its own, whether that exists or not, and
// before any other error.
func TestCustomerCannotAccessOtherContacts(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	me, another, theirs := a.NewContact(nil), a.NewContact(nil), f.Other.NewContact(nil)
	as := a.AsCustomer(me)
	commands := map[string]func(id int) error{
		"Get":    func(id int) error { return contacttest.ErrOf(f.Get(as, id)) },
		"Update": func(id int) error { return contacttest.ErrOf(f.OverwriteFields(as, id, nil)) },
		"Update without a version": func(id int) error {
			return contacttest.ErrOf(f.Update(as, contact.Update{ID: id, Set: field.Patch{field.Email: "\xff"}}))
		},
		"SetDetails": func(id int) error { return contacttest.ErrOf(f.OverwriteDetails(as, id, contact.Details{})) },
		"Delete": func(id int) error {
			return contacttest.ErrOf(f.Delete(as, contact.Delete{ID: id, Lock: contacttest.Overwrite}))
		},
	}
	for name, command := range commands {
		message := ""
		for what, id := range map[string]int{"in the account": another.ID, "in another account": theirs.ID, "nowhere": 999, "no id": 0} {
			errs := f.WantErrors(name+" "+what, func() error { return command(id) }, "FORBIDDEN")
			if text := errs.Error(); message == "" {
				message = text
			} else if text != message {
				t.Errorf("%s: a contact that is %s looks different: %q and %q", name, what, text, message)
			}
		}
	}
}

func TestCustomerWritesItsOwnContact(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	me := a.NewContact(everyField(a), contact.Details{Membership: &a.SegmentIDs})
	note := a.NewProperty(catalog.NewProperty{Name: "Note"})
	as := a.AsCustomer(me)
	if _, err := f.Update(as, contact.Update{ID: me.ID, Lock: contacttest.ExpectVersionOf(me), Set: field.Patch{
		field.Email: "eva@example.com", field.Phone: nil, field.FirstName: "Eva", field.LastName: "Ek", field.LimitPermanently: false,
		field.LimitUntil: nil, field.PreferredStore: a.StoreIDs[1],
		field.Company: a.CompanyIDs[0], field.PermissionSource: "form", // unchanged
	}}); err != nil {
		t.Errorf("fields: %v", err)
	}
	segments := []int{a.SegmentIDs[2], a.SegmentIDs[0], a.SegmentIDs[1], a.SegmentIDs[0]} // unchanged, in another order and with a duplicate
	if _, err := f.OverwriteDetails(as, me.ID, contact.Details{
		Properties: []contact.PropertyPatch{{Property: note, Values: []field.Value{{Value: "hi"}}}},
		Logins:     &[]field.Login{{Name: "eva", Kind: login.KindBlank}},
		Membership: &segments,
	}); err != nil {
		t.Errorf("details: %v", err)
	}
	if got := a.MustGet(me.ID); *got.FirstName != "Eva" || got.Version != me.Version+2 {
		t.Errorf("stored %v", got)
	}
}

func TestCustomerMayNotChange(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	locked := a.NewProperty(catalog.NewProperty{Name: "Locked", ReadOnly: true})
	me := a.NewContact(everyField(a), contact.Details{
		Membership: new(a.SegmentIDs[:2]),
		Properties: []contact.PropertyPatch{{Property: locked, Values: []field.Value{{Value: "x"}}}},
	})
	as := a.AsCustomer(me)
	fields := func(set field.Patch) func() error {
		return func() error { return contacttest.ErrOf(f.OverwriteFields(as, me.ID, set)) }
	}
	details := func(d contact.Details) func() error {
		return func() error { return contacttest.ErrOf(f.OverwriteDetails(as, me.ID, d)) }
	}
	value := func(values ...field.Value) contact.Details {
		return contact.Details{Properties: []contact.PropertyPatch{{Property: locked, Values: values}}}
	}
	tests := []struct {
		name string
		do   func() error
		want []string
	}{
		{"its company", fields(field.Patch{field.Company: a.CompanyIDs[1]}), []string{"FORBIDDEN companyId"}},
		{"its company to one that is not there", fields(field.Patch{field.Company: 999}), []string{"FORBIDDEN companyId"}},
		{"its company to none", fields(field.Patch{field.Company: nil}), []string{"FORBIDDEN companyId"}},
		{"its permission source", fields(field.Patch{field.PermissionSource: "me"}), []string{"FORBIDDEN latestPermissionSource"}},
		{"both, with what else is wrong", fields(field.Patch{field.Company: 999, field.PermissionSource: nil, field.PreferredStore: 999}),
			[]string{"STORE_NOT_FOUND preferredStoreId", "FORBIDDEN companyId", "FORBIDDEN latestPermissionSource"}},
		{"its membership by a segment more", details(contact.Details{Membership: &a.SegmentIDs}), []string{"FORBIDDEN membership"}},
		{"its membership by a segment less", details(contact.Details{Membership: new(a.SegmentIDs[:1])}), []string{"FORBIDDEN membership"}},
		{"its membership to none", details(contact.Details{Membership: &[]int{}}), []string{"FORBIDDEN membership"}},
		{"its membership to one that is not there", details(contact.Details{Membership: &[]int{999}}), []string{"FORBIDDEN membership"}},
		{"its external ids", details(contact.Details{ExternalIDs: &[]field.ExternalID{{System: "crm", Value: "1"}}}), []string{"READ_ONLY externalIds"}},
		{"a read-only property", details(value(field.Value{Value: "y"})), []string{"READ_ONLY properties.1"}},
		{"a read-only property to what it has, with a description", details(value(field.Value{Value: "x", Description: new("")})), []string{"READ_ONLY properties.1"}},
		{"a read-only property to nothing", details(value()), []string{"READ_ONLY properties.1"}},
	}
	for _, tt := range tests {
		f.WantErrors(tt.name, tt.do, tt.want...)
	}
}

// TestRoles checks the least role of each command and query.
func TestRoles(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	me := a.NewContact(nil)
	property := a.NewProperty(catalog.NewProperty{Name: "Note"})
	const customer, agent, admin = 1, 2, 3
	contexts := map[int]context.Context{0: t.Context(), customer: a.AsCustomer(me), agent: a.Agent, admin: a.Admin}
	spares := []int{a.NewContact(nil).ID, a.NewContact(nil).ID, a.NewContact(nil).ID, a.NewContact(nil).ID}
	spare := func() (id int) {
		id, spares = spares[0], spares[1:]
		return id
	}
	tests := []struct {
		name  string
		least int
		do    func(ctx context.Context) error
	}{
		{"Get", customer, func(ctx context.Context) error { return contacttest.ErrOf(f.Get(ctx, me.ID)) }},
		{"ByEmail", customer, func(ctx context.Context) error { return contacttest.ErrOf(f.ByEmail(ctx, "x")) }},
		{"ByPhone", customer, func(ctx context.Context) error { return contacttest.ErrOf(f.ByPhone(ctx, "", "x")) }},
		{"BySecret", customer, func(ctx context.Context) error { return contacttest.ErrOf(f.BySecret(ctx, "x")) }},
		{"ByLogin", customer, func(ctx context.Context) error { return contacttest.ErrOf(f.ByLogin(ctx, "x")) }},
		{"Page", customer, func(ctx context.Context) error {
			return contacttest.ErrOf(f.Queries.Page(ctx, query.Filter{}, query.Order{}, query.PageArgs{}))
		}},
		{"Count", customer, func(ctx context.Context) error { return contacttest.ErrOf(f.Count(ctx, query.Filter{})) }},
		{"Update", customer, func(ctx context.Context) error { return contacttest.ErrOf(f.OverwriteFields(ctx, me.ID, nil)) }},
		{"SetDetails", customer, func(ctx context.Context) error {
			return contacttest.ErrOf(f.OverwriteDetails(ctx, me.ID, contact.Details{}))
		}},
		{"Create", agent, func(ctx context.Context) error { return contacttest.ErrOf(f.Create(ctx, contact.Create{})) }},
		{"CreateAll", agent, func(ctx context.Context) error { return contacttest.ErrOf(f.CreateAll(ctx, nil)) }},
		{"Delete", agent, func(ctx context.Context) error {
			return contacttest.ErrOf(f.Delete(ctx, contact.Delete{ID: spare(), Lock: contacttest.Overwrite}))
		}},
		{"Stores", customer, func(ctx context.Context) error { return contacttest.ErrOf(f.Stores(ctx)) }},
		{"Store", customer, func(ctx context.Context) error { return contacttest.ErrOf(f.Store(ctx, a.StoreIDs[0])) }},
		{"Companies", agent, func(ctx context.Context) error { return contacttest.ErrOf(f.Companies(ctx)) }},
		{"Company", agent, func(ctx context.Context) error { return contacttest.ErrOf(f.Company(ctx, a.CompanyIDs[0])) }},
		{"Segments", agent, func(ctx context.Context) error { return contacttest.ErrOf(f.Segments(ctx)) }},
		{"Segment", agent, func(ctx context.Context) error { return contacttest.ErrOf(f.Segment(ctx, a.SegmentIDs[0])) }},
		{"Properties", customer, func(ctx context.Context) error { return contacttest.ErrOf(f.Properties(ctx)) }},
		{"Property", customer, func(ctx context.Context) error { return contacttest.ErrOf(f.Property(ctx, property)) }},
		{"CreateStore", admin, func(ctx context.Context) error {
			return contacttest.ErrOf(f.CreateStore(ctx, catalog.Entry{Name: "x"}))
		}},
		{"ChangeStore", admin, func(ctx context.Context) error {
			return contacttest.ErrOf(f.ChangeStore(ctx, catalog.EntryChange{ID: a.StoreIDs[0], Set: catalog.Patch{catalog.StoreName: "x"}}))
		}},
		{"DeleteStore", admin, func(ctx context.Context) error { return f.DeleteStore(ctx, a.StoreIDs[0]) }},
		{"CreateCompany", admin, func(ctx context.Context) error {
			return contacttest.ErrOf(f.CreateCompany(ctx, catalog.Entry{Name: "x"}))
		}},
		{"ChangeCompany", admin, func(ctx context.Context) error {
			return contacttest.ErrOf(f.ChangeCompany(ctx, catalog.EntryChange{ID: a.CompanyIDs[0], Set: catalog.Patch{catalog.CompanyName: "x"}}))
		}},
		{"DeleteCompany", admin, func(ctx context.Context) error { return f.DeleteCompany(ctx, a.CompanyIDs[0]) }},
		{"CreateSegment", admin, func(ctx context.Context) error {
			return contacttest.ErrOf(f.CreateSegment(ctx, catalog.Entry{Name: "x"}))
		}},
		{"RenameSegment", admin, func(ctx context.Context) error {
			return contacttest.ErrOf(f.RenameSegment(ctx, catalog.Entry{ID: a.SegmentIDs[0], Name: "x"}))
		}},
		{"DeleteSegment", admin, func(ctx context.Context) error { return f.DeleteSegment(ctx, a.SegmentIDs[0]) }},
		{"CreateProperty", admin, func(ctx context.Context) error {
			return contacttest.ErrOf(f.CreateProperty(ctx, catalog.NewProperty{Name: "Other", Kind: "TEXT"}))
		}},
		{"ChangeProperty", admin, func(ctx context.Context) error {
			return contacttest.ErrOf(f.ChangeProperty(ctx, catalog.PropertyChange{ID: property}))
		}},
		{"DeleteProperty", admin, func(ctx context.Context) error { return f.DeleteProperty(ctx, property) }},
	}
	for _, tt := range tests {
		for role := range admin + 1 {
			before := f.DB.Dump()
			err := tt.do(contexts[role])
			var errs usererror.Errors
			switch {
			case role == 0 && !errors.Is(err, authz.ErrUnauthenticated):
				t.Errorf("%s without a viewer: got %v, want ErrUnauthenticated", tt.name, err)
			case role > 0 && role < tt.least && (!errors.As(err, &errs) || !errs.Has(usererror.Forbidden)):
				t.Errorf("%s for role %d: got %v, want FORBIDDEN", tt.name, role, err)
			case role >= tt.least && err != nil:
				t.Errorf("%s for role %d: %v", tt.name, role, err)
			}
			if err != nil && f.DB.Dump() != before {
				t.Errorf("%s for role %d changed the database", tt.name, role)
			}
		}
	}
}
