package query_test

import (
	"slices"
	"testing"
	"time"

	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/query"

	"github.com/google/go-cmp/cmp"
)

// foundNames returns the names of the contacts that match the filter, and checks their count.
func foundNames(a *contacttest.Tenant, filter query.Filter) []string {
	a.T.Helper()
	p, err := a.Queries.Page(a.Agent, filter, query.Order{}, query.PageArgs{First: new(100)})
	if err != nil {
		a.T.Fatal(err)
	}
	names := []string{}
	for _, c := range p.Contacts {
		names = append(names, *c.FirstName)
	}
	if n, err := a.Count(a.Agent, filter); n != len(names) || err != nil {
		a.T.Errorf("counted %d, %v, but found %q", n, err, names)
	}
	return names
}

// newSearchFixture returns a fixture with the contacts that the tests search. The other account has
// a contact with the same keys.
func newSearchFixture(t *testing.T) *contacttest.Fixture {
	t.Helper()
	f := contacttest.New(t)
	a := f.Demo
	for _, set := range []field.Patch{
		{field.FirstName: "Björn", field.LastName: "Åkesson-Ek", field.Email: "Bjorn.A@Example.com", field.PhoneCountryCode: "46", field.Phone: "070-174 06 05", field.PreferredStore: a.StoreIDs[0]},
		{field.FirstName: "Anna", field.LastName: "af Klint", field.Email: "123.456@post.example", field.Phone: "+44 20 7946 0018", field.Company: a.CompanyIDs[0]},
		{field.FirstName: "Łukasz", field.LastName: "O'Brien", field.Email: "no address", field.Phone: "77-88"},
		{field.FirstName: "D0ra", field.Email: ""},
	} {
		a.NewContact(set, contact.Details{Membership: new(a.SegmentIDs[:1])})
	}
	f.Other.NewContact(field.Patch{field.FirstName: "Björn", field.LastName: "Other", field.Email: "bjorn.a@example.com", field.PhoneCountryCode: "46", field.Phone: "0701740605"})
	return f
}

func TestSearch(t *testing.T) {
	t.Parallel()
	a := newSearchFixture(t).Demo
	tests := []struct {
		search string
		want   []string
	}{
		{"", []string{"Björn", "Anna", "Łukasz", "D0ra"}}, {" \u00a0", []string{"Björn", "Anna", "Łukasz", "D0ra"}},
		{"?!", nil},
		{"björn", []string{"Björn"}}, {"BJORN", []string{"Björn"}}, {"bj", []string{"Björn"}}, {"b", []string{"Björn", "Łukasz"}}, {"jorn", nil},
		{"ak", []string{"Björn"}}, {"ek", []string{"Björn"}}, {"åkesson-e", []string{"Björn"}}, {"ek bjo", []string{"Björn"}}, {"ek anna", nil},
		{"af kl", []string{"Anna"}}, {"a", []string{"Björn", "Anna", "Łukasz"}},
		{"o'brien", []string{"Łukasz"}}, {"brien o", []string{"Łukasz"}}, {"łuk", []string{"Łukasz"}},
		{"bjorn.a@example.com", []string{"Björn"}}, {"Bjorn.A@ex", []string{"Björn"}}, {"bjorn.a", []string{"Björn"}}, {"example", []string{"Björn", "Anna"}},
		{"a@example.com", nil}, {"123.4", []string{"Anna"}}, {"123.456@p", []string{"Anna"}}, {"456", []string{"Anna"}}, {"address", []string{"Łukasz"}},
		{"0701740605", []string{"Björn"}}, {"070 174", []string{"Björn"}}, {"+46 70-174 06", []string{"Björn"}}, {"4670", []string{"Björn"}},
		{"46070", []string{"Björn"}}, {"70174", []string{"Björn"}}, {"1740605", []string{"Björn"}}, {"740605", []string{"Björn"}}, {"605", nil}, {"bjo 070-174 06", []string{"Björn"}},
		{"020 7946", []string{"Anna"}}, {"+44 20", []string{"Anna"}}, {"7788", []string{"Łukasz"}}, {"77 8", []string{"Łukasz"}}, {"12", []string{"Anna"}},
		{"d0", []string{"D0ra"}}, {"other", nil}, {"%", nil}, {"_", nil},
	}
	for _, tt := range tests {
		want := append([]string{}, tt.want...)
		if diff := cmp.Diff(want, foundNames(a, query.Filter{Search: &tt.search})); diff != "" {
			t.Errorf("%q (-want +got)\n%s", tt.search, diff)
		}
	}
}

func TestFilter(t *testing.T) {
	t.Parallel()
	f := newSearchFixture(t)
	a := f.Demo
	all := []string{"Björn", "Anna", "Łukasz", "D0ra"}
	third := a.MustGet(3).LastModified
	tests := []struct {
		name   string
		filter query.Filter
		want   []string
	}{
		{"nothing", query.Filter{}, all},
		{"a name", query.Filter{Name: new("ek BJÖ")}, []string{"Björn"}},
		{"a name is not looked for in addresses", query.Filter{Name: new("example")}, nil},
		{"a blank name", query.Filter{Name: new(" ")}, all},
		{"a name without a word", query.Filter{Name: new("-")}, nil},
		{"an address in another case", query.Filter{Email: new(" BJORN.a@example.com")}, []string{"Björn"}},
		{"the beginning of an address", query.Filter{Email: new("bjorn")}, nil},
		{"no address", query.Filter{Email: new("")}, nil},
		{"a number that stands alone", query.Filter{Phone: new("+46 (0)70 1740605")}, []string{"Björn"}},
		{"a number with its code", query.Filter{Phone: new("701740605"), CountryCode: new("0046")}, []string{"Björn"}},
		{"a number without its code", query.Filter{Phone: new("0701740605")}, nil},
		{"a code alone", query.Filter{CountryCode: new("46")}, all},
		{"no number", query.Filter{Phone: new("")}, nil},
		{"a store", query.Filter{Store: &a.StoreIDs[0]}, []string{"Björn"}},
		{"another account's store", query.Filter{Store: &f.Other.StoreIDs[0]}, nil},
		{"a company", query.Filter{Company: &a.CompanyIDs[0]}, []string{"Anna"}},
		{"a segment", query.Filter{Segment: &a.SegmentIDs[0]}, all},
		{"another segment", query.Filter{Segment: &a.SegmentIDs[1]}, nil},
		{"another account's segment", query.Filter{Segment: &f.Other.SegmentIDs[0]}, nil},
		{"modified at a time or later", query.Filter{ModifiedSince: &third}, all[2:]},
		{"modified later", query.Filter{ModifiedSince: new(third.Add(1))}, all[3:]},
		{"modified since, by another clock", query.Filter{ModifiedSince: new(third.In(time.FixedZone("", -3600)))}, all[2:]},
		{"several", query.Filter{Segment: &a.SegmentIDs[0], ModifiedSince: &third, Search: new("d0"), Name: new("d")}, []string{"D0ra"}},
		{"several that no contact meets", query.Filter{Store: &a.StoreIDs[0], Company: &a.CompanyIDs[0]}, nil},
	}
	for _, tt := range tests {
		if got := foundNames(a, tt.filter); !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

// Search terms follow the fields.
func TestSearchFollowsTheFields(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	c := a.NewContact(field.Patch{field.FirstName: "Anna", field.LastName: "Ek", field.Email: "ek@anna.example", field.Phone: "+46701740605"})
	finds := func(want bool, searches ...string) {
		t.Helper()
		for _, s := range searches {
			if got := len(foundNames(a, query.Filter{Search: &s})) == 1; got != want {
				t.Errorf("%q finds it: %v, want %v", s, got, want)
			}
		}
	}
	finds(true, "anna", "ek", "example", "070", "4670")
	if _, err := f.OverwriteFields(a.Agent, c.ID, field.Patch{field.FirstName: "Eva", field.Email: nil, field.Phone: "+442079460018"}); err != nil {
		t.Fatal(err)
	}
	finds(true, "eva", "ek", "020", "4420")
	finds(false, "anna", "example", "070", "4670")
	if _, err := f.OverwriteFields(a.Agent, c.ID, field.Patch{field.PhoneCountryCode: "46", field.Phone: "0701740605"}); err != nil {
		t.Fatal(err)
	}
	finds(true, "070", "4670", "46070")
	if _, err := f.OverwriteFields(a.Agent, c.ID, field.Patch{field.PhoneCountryCode: nil}); err != nil {
		t.Fatal(err)
	}
	finds(true, "070")
	finds(false, "4670")
}
