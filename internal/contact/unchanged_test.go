package contact_test

import (
	"context"
	"testing"

	"contactgraph/ent/login"
	"contactgraph/ent/property"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/database"
)

// TestValuesThatStayAreAccepted: a form can send back what it has read, also values that could not
// be set now. Other values are checked as always.
func TestValuesThatStayAreAccepted(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	locked := a.NewProperty(catalog.NewProperty{Name: "Locked", APIName: new("locked"), ReadOnly: true})
	missing := a.NewProperty(catalog.NewProperty{Name: "Missing", APIName: new("missing"), Required: true})
	color := a.NewProperty(catalog.NewProperty{Name: "Color", Kind: property.KindChoice, Choices: []string{"red", "blue"}})
	me := a.NewContact(nil, contact.Details{Properties: []contact.PropertyPatch{
		contacttest.SetProperty(locked, "x"), contacttest.SetProperty(color, "red"),
	}})
	err := a.DB.Write(a.Admin, 0, func(ctx context.Context, tx *database.Tx) error { // the commands keep choices in use
		return tx.Ent.Property.Update().Where(property.ID(color), property.AccountID(a.Account)).SetChoices([]string{"blue"}).Exec(ctx)
	})
	if err != nil {
		t.Fatal(err)
	}
	as := a.AsCustomer(me)
	set := func(patches ...contact.PropertyPatch) func() error {
		return func() error {
			return contacttest.ErrOf(f.OverwriteDetails(as, me.ID, contact.Details{Properties: patches}))
		}
	}
	for name, d := range map[string]contact.Details{
		"as properties": {Properties: []contact.PropertyPatch{contacttest.SetProperty(locked, "x"), {Property: missing}, contacttest.SetProperty(color, "red")}},
		"as custom":     {Custom: map[string]any{"locked": "x", "missing": nil}},
	} {
		if r, err := f.OverwriteDetails(as, me.ID, d); err != nil || len(r.Change.Fields) > 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	f.WantErrors("next to what is invalid", set(contacttest.SetProperty(locked, "y"), contacttest.SetProperty(missing, " "), contacttest.SetProperty(color, "red", "red")),
		"READ_ONLY properties.1", "REQUIRED properties.2", "TOO_MANY properties.3", "INVALID properties.3", "INVALID properties.3")
	f.WantErrors("twice", set(contacttest.SetProperty(locked, "x"), contacttest.SetProperty(locked, "x")), "DUPLICATE properties.1")
	f.WantErrors("to add what it has", set(contact.PropertyPatch{Property: locked, Add: []field.Value{{Value: "x"}}}), "READ_ONLY properties.1")
	f.WantErrors("creating", func() error {
		return contacttest.ErrOf(f.Create(a.Agent, contact.Create{Details: contact.Details{Properties: []contact.PropertyPatch{{Property: missing}}}}))
	}, "REQUIRED properties.2")
}

// TestWritesOnlyIfChanged: with IfChanged, a write of what the contact has is no new version and no
// change, also if it is repeated under its key.
func TestWritesOnlyIfChanged(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	text := a.NewProperty(catalog.NewProperty{Name: "Text"})
	logins := []field.Login{{Name: "b@example.com", Kind: login.KindEmail}, {Name: "a", Kind: login.KindBlank}}
	same := contact.Details{
		Properties: []contact.PropertyPatch{contacttest.SetProperty(text, "x")},
		Logins:     &logins, Membership: new(a.SegmentIDs[:2]),
	}
	c := a.NewContact(nil, same)
	write := func(s *contact.Service, d contact.Details) *contact.Result {
		t.Helper()
		return contacttest.Must(s.SetDetails(a.Agent, contact.SetDetails{ID: c.ID, Lock: contacttest.Overwrite, Details: d, IfChanged: true}))
	}
	keyed, _ := a.WithKey("key", "request")
	for name, s := range map[string]*contact.Service{"once": f.Commands, "keyed": keyed.Commands, "repeated": keyed.Commands} {
		if r := write(s, same); r.Change != nil || r.Contact == nil || r.Contact.Version != 1 {
			t.Errorf("%s: %+v", name, r)
		}
	}
	if v := a.MustGet(c.ID).Version; v != 1 {
		t.Errorf("version %d", v)
	}
	if r := write(f.Commands, contact.Details{Properties: []contact.PropertyPatch{contacttest.SetProperty(text, "y")}}); r.Contact.Version != 2 || r.Change == nil {
		t.Errorf("a change: %+v", r)
	}
	if r := contacttest.Must(f.OverwriteDetails(a.Agent, c.ID, contact.Details{})); r.Contact.Version != 3 {
		t.Errorf("without IfChanged: version %d", r.Contact.Version)
	}
}
