package catalog_test

import (
	"testing"

	"contactgraph/ent/property"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
)

func TestRefusedDeletionsCountContacts(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	values := a.NewProperty(catalog.NewProperty{Name: "Colors", Multiple: true})
	bound := a.NewProperty(catalog.NewProperty{Name: "First", Bound: new(property.BoundFirstName)})
	kinds := catalogs(f)
	ids := map[string]int{}
	for _, k := range kinds {
		id, _, err := k.create(a.Admin, catalog.Entry{Name: "Used"})
		if err != nil {
			t.Fatal(err)
		}
		ids[k.noun] = id
	}
	colors := contact.Details{Properties: []contact.PropertyPatch{contacttest.SetProperty(values, "red", "blue")}}
	for range 2 {
		a.NewContact(field.Patch{field.PreferredStore: ids["Store"], field.FirstName: "Ada"}, colors)
	}
	_, err := f.Create(a.Agent, contact.Create{RegistrationSource: "test", RegistrationStore: new(ids["Store"])})
	if err != nil {
		t.Fatal(err)
	}
	a.NewContact(field.Patch{field.Company: ids["Company"]})
	a.NewContact(nil, contact.Details{Membership: &[]int{ids["Segment"]}})

	want := map[string]string{"Store": "3 contacts still use it.", "Company": "1 contact still uses it.", "Segment": "1 contact still uses it."}
	deletions := map[string]func() error{
		"values": func() error { return f.DeleteProperty(a.Admin, values) },
		"bound":  func() error { return f.DeleteProperty(a.Admin, bound) },
	}
	want["values"], want["bound"] = "2 contacts still use it.", "2 contacts still use it."
	for _, k := range kinds {
		deletions[k.noun] = func() error { return k.delete(a.Admin, ids[k.noun]) }
	}
	for name, do := range deletions {
		if errs := f.WantErrors(name, do, "IN_USE"); errs != nil && errs[0].Message != want[name] {
			t.Errorf("%s: got %q, want %q", name, errs[0].Message, want[name])
		}
	}
}
