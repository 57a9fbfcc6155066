package query_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/query"
	"contactgraph/internal/viewer"
)

func newSpellingFixture(t *testing.T) *contacttest.Fixture {
	t.Helper()
	f := contacttest.New(t)
	a := f.Demo
	for i, set := range []field.Patch{
		{field.FirstName: "John", field.LastName: "Karlsson", field.Email: "john.karlsson@example.com"},
		{field.FirstName: "Joan", field.LastName: "Müller", field.Company: a.CompanyIDs[0]},
		{field.FirstName: "Jean-Luc", field.LastName: "O'Connor"},
		{field.FirstName: "Johan", field.LastName: "Åkesson", field.Phone: "070-174 06 05"},
	} {
		a.NewContact(set, contact.Details{Membership: new(a.SegmentIDs[:i%2])})
	}
	f.Other.NewContact(field.Patch{field.FirstName: "Jhony", field.LastName: "Secret"})
	return f
}

func TestDidYouMean(t *testing.T) {
	t.Parallel()
	f := newSpellingFixture(t)
	a := f.Demo
	for search, want := range map[string][]string{
		"jhon": {"John"}, "jonh": {"John"}, "joham": {"Johan"}, "joam": {"Joan"}, "johm": {"John"}, "karlson": {"Karlsson"}, "kralsson": {"Karlsson"}, "Carlsson": {"Karlsson"}, "karllssonn": {"Karlsson"},
		"mueler": {"Müller"}, "muler": {"Müller"}, "jeanlug": {"Jean-Luc"}, "oconor": {"O'Connor"}, "akeson": {"Åkesson"},
		"jhon karlsson": {"John Karlsson"}, "john carlsson": {"John Karlsson"}, "jhon karlsso demo": {}, "joam demo": {"Joan Müller"}, "johna 070": {"Johan Åkesson"},
		"john.carlsson@example.com": {"john.karlsson@example.com"}, "john.karlsson@exampel.com": {"john.karlsson@example.com"},
		"john": {}, "jo": {}, "": {}, "xyz": {}, "0701740606": {}, "secrett": {}, "jhon zzzzzz": {"John"}, "?": {},
	} {
		got, err := a.DidYouMean(a.Agent, query.Filter{Search: &search})
		slices.Sort(got)
		if err != nil || !slices.Equal(got, want) && len(got)+len(want) > 0 {
			t.Errorf("%q: got %q, %v, want %q", search, got, err, want)
		}
		for _, suggestion := range got {
			if len(foundNames(a, query.Filter{Search: &suggestion})) == 0 {
				t.Errorf("%q: the suggestion %q finds nothing", search, suggestion)
			}
		}
	}
	for name, filter := range map[string]query.Filter{
		"no filter": {}, "another filter": {Email: new("x")}, "a filter that excludes it": {Search: new("joam"), Company: &a.CompanyIDs[1]},
	} {
		if got, err := a.DidYouMean(a.Agent, filter); len(got) > 0 || err != nil {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
	}
	for want, filter := range map[string]query.Filter{
		"Karlsson": {Name: new("carlsson")}, "Joan": {Search: new("joam"), Company: &a.CompanyIDs[0]}, "John": {Search: new("jhon"), Name: new("karl")},
	} {
		if got, err := a.DidYouMean(a.Agent, filter); !slices.Equal(got, []string{want}) || err != nil {
			t.Errorf("got %q, %v, want %s", got, err, want)
		}
	}
}

// Suggestions are names and addresses that the viewer can see.
func TestDidYouMeanHidesWhatTheViewerMayNotSee(t *testing.T) {
	t.Parallel()
	f := newSpellingFixture(t)
	a := f.Demo
	as := func(change func(*viewer.Viewer)) context.Context {
		v, _ := viewer.FromContext(a.Agent)
		change(&v)
		return viewer.NewContext(t.Context(), v)
	}
	rights := func(hidden ...string) context.Context {
		paths := map[string]viewer.Access{}
		for _, path := range hidden {
			paths[path] = viewer.None
		}
		return as(func(v *viewer.Viewer) { v.Rights = viewer.NewRights(viewer.Write, paths) })
	}
	for _, tt := range []struct {
		name   string
		ctx    context.Context
		search string
		want   []string
	}{
		{"a customer", a.AsCustomerID(1), "jhon", nil},
		{"a segment", as(func(v *viewer.Viewer) { v.Segment = a.SegmentIDs[0] }), "joam", []string{"Joan"}},
		{"another segment", as(func(v *viewer.Viewer) { v.Segment = a.SegmentIDs[0] }), "jhon", nil},
		{"a hidden first name", rights("firstName"), "karlson", nil},
		{"hidden names, an address", rights("firstName", "lastName"), "john.carlsson@example.com", []string{"john.karlsson@example.com"}},
		{"a hidden address", rights("email"), "john.carlsson@example.com", nil},
		{"a hidden address, a name", rights("email"), "karlson", []string{"Karlsson"}},
		{"a hidden company", rights("companyId"), "joam demo", []string{"Joan"}},
		{"another account", f.Other.Agent, "jhoni", []string{"Jhony"}},
	} {
		got, err := a.DidYouMean(tt.ctx, query.Filter{Search: &tt.search})
		slices.Sort(got)
		if err != nil || fmt.Sprint(got) != fmt.Sprint(tt.want) {
			t.Errorf("%s: got %q, %v, want %q", tt.name, got, err, tt.want)
		}
	}
	if _, err := a.DidYouMean(t.Context(), query.Filter{Search: new("jhon")}); err == nil {
		t.Error("there is no error without a viewer")
	}
}
