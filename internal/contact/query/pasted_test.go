package query_test

import (
	"slices"
	"strings"
	"testing"

	"contactgraph/ent"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/query"
)

// TestPastedTextFindsItsContact searches for whatever is shown of contacts with odd names,
// addresses and numbers, and for their parts.
func TestPastedTextFindsItsContact(t *testing.T) {
	t.Parallel()
	a := contacttest.New(t).Demo
	for _, set := range []field.Patch{
		{field.FirstName: "Jean-Luc", field.LastName: "Müller", field.Email: "Jean.Luc+news@post.example", field.PhoneCountryCode: "46", field.Phone: "070-174 99 41", field.Company: a.CompanyIDs[1]},
		{field.FirstName: "Sinéad", field.LastName: "O'Connor", field.Email: "sinead_o'connor@post.example", field.PhoneCountryCode: "+44", field.Phone: "020 7946 0018"},
		{field.FirstName: "Jeanluc", field.LastName: "OConnor", field.PhoneCountryCode: "1", field.Phone: "202-555-0160 x22", field.Company: a.CompanyIDs[0]},
		{field.FirstName: "Jean Luc", field.LastName: "O’Connor", field.PhoneCountryCode: "1", field.Phone: "800-FLOWERS"},
		{field.FirstName: "Åse", field.LastName: "Sørensen-Ærø", field.PhoneCountryCode: "49", field.Phone: "030/23125-001", field.Email: "åse@müller.example"},
		{field.FirstName: "Jürgen", field.LastName: "Groß", field.PhoneCountryCode: "0046", field.Phone: "0701740606", field.Email: "j@xn--mller-kva.example"},
		{field.FirstName: "Juergen", field.LastName: "Mueller", field.Phone: "+46 (0)70 174 06 07"},
		{field.FirstName: "太郎", field.LastName: "田中", field.PhoneCountryCode: "81", field.Phone: "０３-1234-5678"},
		{field.FirstName: "철수", field.LastName: "김", field.Phone: "08-1234"},
		{field.FirstName: "Xe", field.PhoneCountryCode: "999", field.Phone: "0123 456"},
		{field.LastName: "Gio", field.PhoneCountryCode: "39", field.Phone: "06 1234 5678"},
		{field.LastName: "af Klint", field.Phone: "n/a"},
		{field.Email: "123.456@post.example"},
	} {
		a.NewContact(set)
	}
	for _, c := range a.DB.Client().Contact.Query().WithCompany().AllX(a.Agent) {
		for _, text := range contacttest.Pasted(c) {
			p, err := a.Queries.Page(a.Agent, query.Filter{Search: &text}, query.Order{}, query.PageArgs{First: new(100)})
			if err != nil || !slices.ContainsFunc(p.Contacts, func(found *ent.Contact) bool { return found.ID == c.ID }) {
				t.Errorf("%q does not find contact %d: %v", text, c.ID, err)
			}
		}
	}
}

// A company has any name, and its contacts are found by the current one.
func TestSearchByCompany(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	a.NewContact(field.Patch{field.FirstName: "John", field.Company: a.CompanyIDs[0]})
	a.NewContact(field.Patch{field.FirstName: "Ann", field.Company: a.CompanyIDs[0]})
	a.NewContact(field.Patch{field.FirstName: "Demo", field.Company: a.CompanyIDs[1]})
	f.Other.NewContact(field.Patch{field.FirstName: "John", field.Company: f.Other.CompanyIDs[0]})
	finds := func(want []string, searches ...string) {
		t.Helper()
		for _, s := range searches {
			if got := foundNames(a, query.Filter{Search: &s}); !slices.Equal(got, want) {
				t.Errorf("%q finds %q, want %q", s, got, want)
			}
		}
	}
	finds([]string{"John", "Ann", "Demo"}, "demo", "DEM")
	finds([]string{"John"}, "john demo", "demo 0 john")
	finds([]string{}, "other", "john other")
	for _, name := range []string{"ACME Müller & Söhne (Berlin) GmbH", "O’Neill-Smith AB", "7-Eleven", "Studio 54, Paris", "AT&T", "info@acme.example"} {
		contacttest.Must(f.ChangeCompany(a.Admin, catalog.EntryChange{ID: a.CompanyIDs[0], Set: catalog.Patch{catalog.CompanyName: name}}))
		finds([]string{"John", "Ann"}, name, strings.ToUpper(name))
		finds([]string{"John"}, "john "+name, name+", John")
		finds([]string{"Demo"}, "demo")
	}
	if got := foundNames(a, query.Filter{Name: new("info")}); len(got) > 0 {
		t.Errorf("the filter name finds %q by a company", got)
	}
}

// A number finds the contact that has it as its id, without regard to its other numbers.
func TestSearchByContactNumber(t *testing.T) {
	t.Parallel()
	a := contacttest.New(t).Demo
	for _, name := range []string{"one", "two", "three"} {
		a.NewContact(field.Patch{field.FirstName: name})
	}
	for search, want := range map[string][]string{
		"2": {"two"}, "#2": {"two"}, "two 2": {"two"}, "one 2": {}, "02": {}, "+2": {}, "0": {}, "4294967298": {}, "99999999999999999999": {}, "2, two": {"two"}, "1, 2": {},
	} {
		if got := foundNames(a, query.Filter{Search: &search}); !slices.Equal(got, want) {
			t.Errorf("%q finds %q, want %q", search, got, want)
		}
	}
	if got := foundNames(a, query.Filter{Name: new("2")}); len(got) > 0 {
		t.Errorf("the filter name finds %q", got)
	}
}
