package catalog_test

import (
	"testing"

	"contactgraph/ent"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"

	"github.com/google/go-cmp/cmp"
)

func TestColumnsOfStores(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	created, err := f.CreateStore(a.Admin, catalog.Entry{Name: "North", Set: catalog.Patch{
		catalog.StoreNumber: " 007 ", catalog.StorePhone: "1", catalog.StoreAddress: "Main Street 1", catalog.StoreZipCode: "12345",
		catalog.StoreCity: "Oslo", catalog.StoreEmail: "north@example.com", catalog.StoreJSONString: " {}\n",
	}})
	if err != nil {
		t.Fatal(err)
	}
	show := func(s *ent.Store) []*string {
		return []*string{&s.Name, s.Number, s.Phone, s.Address, s.ZipCode, s.City, s.Email, s.JSONString}
	}
	want := []*string{new("North"), new("007"), new("1"), new("Main Street 1"), new("12345"), new("Oslo"), new("north@example.com"), new(" {}\n")}
	found := contacttest.Must(f.StoreByNumber(a.Agent, "007 "))
	if diff := cmp.Diff(want, show(found)); diff != "" || !found.LastModified.Equal(*created.LastModified) {
		t.Errorf("stored (-want +got)\n%s", diff)
	}
	if none, err := f.StoreByNumber(a.Agent, "7"); none != nil || err != nil {
		t.Errorf("another number: %v, %v", none, err)
	}
	if theirs, err := f.StoreByNumber(f.Other.Agent, "007"); theirs != nil || err != nil {
		t.Errorf("in another account: %v, %v", theirs, err)
	}
	change := catalog.Patch{catalog.StoreNumber: nil, catalog.StoreCity: "Bergen"}
	changed, err := f.ChangeStore(a.Admin, catalog.EntryChange{ID: created.ID, Set: change})
	want[1], want[5] = nil, new("Bergen")
	if diff := cmp.Diff(want, show(changed)); diff != "" || err != nil {
		t.Errorf("changed, %v (-want +got)\n%s", err, diff)
	}
	customer := a.AsCustomer(a.NewContact(nil))
	if diff := cmp.Diff(&ent.Store{ID: created.ID, AccountID: created.AccountID, Name: "North"}, contacttest.Must(f.Store(customer, created.ID)),
		cmp.Comparer(func(x, y ent.Store) bool {
			return x.Name == y.Name && x.Number == y.Number && x.City == y.City && x.LastModified == y.LastModified
		})); diff != "" {
		t.Errorf("a customer reads (-want +got)\n%s", diff)
	}
}

func TestColumnsFail(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	store := contacttest.Must(f.CreateStore(a.Admin, catalog.Entry{Name: "x", Set: catalog.Patch{catalog.StoreNumber: "7"}}))
	other := contacttest.Must(f.CreateStore(a.Admin, catalog.Entry{Name: "y", Set: catalog.Patch{catalog.StoreNumber: "8"}}))
	contacttest.Must(f.CreateStore(f.Other.Admin, catalog.Entry{Name: "x", Set: catalog.Patch{catalog.StoreNumber: "7"}}))
	above := contacttest.Must(f.CreateCompany(a.Admin, catalog.Entry{Name: "above", Set: catalog.Patch{catalog.CompanyNumber: "7"}}))
	below := contacttest.Must(f.CreateCompany(a.Admin, catalog.Entry{Name: "below", Set: catalog.Patch{catalog.CompanyParent: above.ID}}))
	theirs := contacttest.Must(f.CreateCompany(f.Other.Admin, catalog.Entry{Name: "theirs"}))
	theirContact := f.Other.NewContact(nil)
	newStore := func(p catalog.Patch) error {
		return contacttest.ErrOf(f.CreateStore(a.Admin, catalog.Entry{Name: "z", Set: p}))
	}
	newCompany := func(p catalog.Patch) error {
		return contacttest.ErrOf(f.CreateCompany(a.Admin, catalog.Entry{Name: "z", Set: p}))
	}
	change := func(id int, p catalog.Patch) error {
		return contacttest.ErrOf(f.ChangeCompany(a.Admin, catalog.EntryChange{ID: id, Set: p}))
	}
	for _, tt := range []struct {
		name string
		err  func() error
		want string
	}{
		{"a number that is taken", func() error { return newStore(catalog.Patch{catalog.StoreNumber: " 7"}) }, "NUMBER_TAKEN number"},
		{"another's number", func() error {
			return contacttest.ErrOf(f.ChangeStore(a.Admin, catalog.EntryChange{ID: other.ID, Set: catalog.Patch{catalog.StoreNumber: "7"}}))
		}, "NUMBER_TAKEN number"},
		{"a blank number", func() error { return newStore(catalog.Patch{catalog.StoreNumber: " "}) }, "EMPTY number"},
		{"an empty city", func() error { return newStore(catalog.Patch{catalog.StoreCity: ""}) }, "EMPTY city"},
		{"a text that cannot be stored", func() error { return newStore(catalog.Patch{catalog.StoreEmail: "a\x00b"}) }, "INVALID email"},
		{"no name", func() error {
			return contacttest.ErrOf(f.ChangeStore(a.Admin, catalog.EntryChange{ID: store.ID, Set: catalog.Patch{catalog.StoreName: nil}}))
		}, "REQUIRED name"},
		{"a company's number that is taken", func() error { return newCompany(catalog.Patch{catalog.CompanyNumber: "7"}) }, "NUMBER_TAKEN number"},
		{"an unknown parent", func() error { return newCompany(catalog.Patch{catalog.CompanyParent: 999}) }, "COMPANY_NOT_FOUND parentId"},
		{"a malformed parent", func() error { return newCompany(catalog.Patch{catalog.CompanyParent: 0}) }, "COMPANY_NOT_FOUND parentId"},
		{"another account's parent", func() error { return newCompany(catalog.Patch{catalog.CompanyParent: theirs.ID}) }, "COMPANY_NOT_FOUND parentId"},
		{"a third level", func() error { return newCompany(catalog.Patch{catalog.CompanyParent: below.ID}) }, "INVALID parentId"},
		{"itself as its parent", func() error { return change(above.ID, catalog.Patch{catalog.CompanyParent: above.ID}) }, "INVALID parentId"},
		{"a parent for one that is a parent", func() error {
			return change(above.ID, catalog.Patch{catalog.CompanyParent: a.CompanyIDs[0]})
		}, "INVALID parentId"},
		{"an unknown contact", func() error { return newCompany(catalog.Patch{catalog.CompanyPrimaryContact: 999}) }, "NOT_FOUND primaryContactId"},
		{"another account's contact", func() error {
			return newCompany(catalog.Patch{catalog.CompanyPrimaryContact: theirContact.ID})
		}, "NOT_FOUND primaryContactId"},
		{"deleting a parent", func() error { return f.DeleteCompany(a.Admin, above.ID) }, "IN_USE"},
	} {
		f.WantErrors(tt.name, tt.err, tt.want)
	}
	if err := change(below.ID, catalog.Patch{catalog.CompanyParent: nil}); err != nil {
		t.Errorf("without its parent: %v", err)
	}
	if err := f.DeleteCompany(a.Admin, above.ID); err != nil {
		t.Errorf("deleting it after that: %v", err)
	}
}

func TestPrimaryContactIsForgotten(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	for name, remove := range map[string]func(id int) error{
		"deleted": func(id int) error {
			return contacttest.ErrOf(f.Delete(a.Agent, contact.Delete{ID: id, Lock: contacttest.Overwrite}))
		},
		"erased": func(id int) error { return contacttest.ErrOf(f.Erase(a.Admin, id)) },
	} {
		c := a.NewContact(nil)
		company := contacttest.Must(f.CreateCompany(a.Admin, catalog.Entry{Name: name, Set: catalog.Patch{catalog.CompanyPrimaryContact: c.ID}}))
		if of := contacttest.Must(f.CompaniesOf(a.Agent, c.ID)); len(of) != 1 || of[0].ID != company.ID {
			t.Errorf("%s: the companies of the contact are %v", name, of)
		}
		if err := remove(c.ID); err != nil {
			t.Fatal(err)
		}
		if got := contacttest.Must(f.Company(a.Agent, company.ID)); got.PrimaryContactID != nil {
			t.Errorf("%s: the primary contact is still %d", name, *got.PrimaryContactID)
		}
	}
}

func TestAccountFields(t *testing.T) {
	t.Parallel()
	var names []string
	for _, p := range catalog.AccountFields([]*ent.Property{
		{Name: "a"}, {Name: "b", APIName: new("Size")}, {Name: "c", APIName: new("size")}, {Name: "d", APIName: new("EMAIL")}, {Name: "e", APIName: new("note")},
	}) {
		names = append(names, p.Name)
	}
	if diff := cmp.Diff([]string{"b", "e"}, names); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
