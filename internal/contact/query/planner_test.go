package query_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"contactgraph/ent"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/query"
	"contactgraph/internal/normalize"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestPageIsPartOfTheList draws filters, orders, cursors and sizes, and the limits that choose the
// plan. Whatever the plan, the page equals the one that is computed from all contacts without the
// database.
func TestPageIsPartOfTheList(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	all := createSimilarContacts(a, 70)
	createSimilarContacts(f.Other, 10)
	cursors := map[query.OrderField]map[int]string{}
	for _, field := range orderFields {
		p := contacttest.Must(a.Queries.Page(a.Agent, query.Filter{}, query.Order{Field: field}, query.PageArgs{First: new(100)}))
		cursors[field] = map[int]string{}
		for i, c := range p.Contacts {
			cursors[field][c.ID] = p.Cursors[i]
		}
	}
	filters := drawFilter(a)
	rapid.Check(t, func(t *rapid.T) {
		filter := filters.Draw(t, "filter")
		o := query.Order{Field: rapid.SampledFrom(orderFields).Draw(t, "field"), Desc: rapid.Bool().Draw(t, "desc")}
		maxSort, maxSet := rapid.SampledFrom([]int{0, 1, 6, 1000}).Draw(t, "maxSort"), rapid.SampledFrom([]int{0, 5, 20, 1000}).Draw(t, "maxSet")
		maxScan := rapid.SampledFrom([]int{1, 9, 1000}).Draw(t, "maxScan")
		matching := sortedIDs(slices.DeleteFunc(slices.Clone(all), func(c *ent.Contact) bool { return !matches(c, filter) }), o)
		if n, err := a.Count(a.Agent, filter); n != len(matching) || err != nil {
			t.Fatalf("counts %d, %v, want %d", n, err, len(matching))
		}
		args, want := query.PageArgs{}, matching
		order := sortedIDs(all, o)
		cut := func(name string) (cursor *string, place int) {
			place = rapid.IntRange(-1, len(order)-1).Draw(t, name)
			if place < 0 {
				return nil, place
			}
			return new(cursors[o.Field][order[place]]), place
		}
		var after, before int
		args.After, after = cut("after")
		if args.Before, before = cut("before"); args.Before == nil {
			before = len(order)
		}
		want = slices.DeleteFunc(want, func(id int) bool { i := slices.Index(order, id); return i <= after || i >= before })
		size := rapid.IntRange(0, 12).Draw(t, "size")
		next, previous := len(want) > size, args.After != nil
		if rapid.Bool().Draw(t, "backwards") {
			args.Last, next, previous = &size, args.Before != nil, len(want) > size
			want = want[max(0, len(want)-size):]
		} else {
			args.First, want = &size, want[:min(size, len(want))]
		}
		p, err := a.PageWithLimits(a.Agent, filter, o, args, [4]int{maxSort, maxSet, maxScan, maxScan})
		if err != nil {
			t.Fatal(err)
		}
		if diff := gocmp.Diff(append([]int{}, want...), append([]int{}, idsOf(p.Contacts)...)); diff != "" || p.HasNext != next || p.HasPrev != previous {
			t.Fatalf("next %v, want %v; previous %v, want %v (-want +got)\n%s", p.HasNext, next, p.HasPrev, previous, diff)
		}
	})
}

// createSimilarContacts creates n contacts that share most values of filters.
func createSimilarContacts(a *contacttest.Tenant, n int) []*ent.Contact {
	a.T.Helper()
	var creates []contact.Create
	for i := range n {
		pick := func(from ...any) any { return from[(i*i+i/3)%len(from)] }
		set := field.Patch{
			field.FirstName:      pick("Ann", "Anna", "Åsa", "Bo", nil, "Ann-Marie", "ek", nil),
			field.LastName:       []any{"Ek", "Ekman", "Annell", "Bo", nil, "@ek@b\U0010FFFFx", "07-0", "Müller", nil, "Mueller"}[i%10],
			field.PreferredStore: pick(a.StoreIDs[0], a.StoreIDs[1], nil),
			field.Company:        pick(a.CompanyIDs[0], nil, nil, nil, nil),
		}
		if i%3 > 0 {
			set[field.Email] = fmt.Sprintf("%v%d@ek.example", pick("ann", "bo.ek", "x-anna", "070"), i)
		}
		if i%4 > 0 {
			set[field.Phone] = fmt.Sprintf("070-%03d", i)
		}
		creates = append(creates, contact.Create{RegistrationSource: "test", Set: set, Details: contact.Details{Membership: new(a.SegmentIDs[:i%3])}})
	}
	contacttest.Must(a.CreateAll(a.Agent, creates))
	setTimes(a, func(i int) (lastModified, registered time.Time) {
		return contacttest.Start.Add(time.Duration(i*7%10) * time.Second), contacttest.Start.Add(time.Duration(i*3%11) * time.Second)
	})
	return a.DB.Client().Contact.Query().WithMemberships().WithCompany().AllX(a.Agent)
}

// drawFilter draws filters for these contacts: one condition, rarely several.
func drawFilter(a *contacttest.Tenant) *rapid.Generator[query.Filter] {
	words := []string{"a", "an", "ann", "anna", "ek", "bo", "070", "07", "ann ek", "bo e", "ek@", "@ek@b", "ann7@ek.ex", "unknown", "-",
		"12", "#7", "0012", "an 1", "annmarie", "ann-marie", "ann marie", "müller", "mueller", "mu", "aasa", "åsa", "demo", "dem ann", "de 0", "m", "0"}
	set := []func(*rapid.T, *query.Filter){
		func(t *rapid.T, f *query.Filter) { f.Name = new(rapid.SampledFrom(words).Draw(t, "name")) },
		func(t *rapid.T, f *query.Filter) { f.Search = new(rapid.SampledFrom(words).Draw(t, "search")) },
		func(t *rapid.T, f *query.Filter) {
			f.Email = new(rapid.SampledFrom([]string{"ANN4@ek.example", "x"}).Draw(t, "email"))
		},
		func(t *rapid.T, f *query.Filter) {
			f.Phone = new(rapid.SampledFrom([]string{"070 005", "1"}).Draw(t, "phone"))
		},
		func(t *rapid.T, f *query.Filter) { f.Store = new(rapid.SampledFrom(a.StoreIDs).Draw(t, "store")) },
		func(t *rapid.T, f *query.Filter) {
			f.Company = new(rapid.SampledFrom(a.CompanyIDs).Draw(t, "company"))
		},
		func(t *rapid.T, f *query.Filter) { f.Segment = new(rapid.SampledFrom(a.SegmentIDs).Draw(t, "segment")) },
		func(t *rapid.T, f *query.Filter) {
			f.ModifiedSince = new(contacttest.Start.Add(time.Duration(rapid.IntRange(0, 10).Draw(t, "since")) * time.Second).Add(time.Duration(rapid.IntRange(0, 1).Draw(t, "more"))))
		},
	}
	return rapid.Custom(func(t *rapid.T) (f query.Filter) {
		for range rapid.SampledFrom([]int{1, 1, 1, 2, 3}).Draw(t, "conditions") {
			set[rapid.IntRange(0, len(set)-1).Draw(t, "condition")](t, &f)
		}
		return f
	})
}

// matches reports whether a contact, read with its memberships and company, matches the filter.
func matches(c *ent.Contact, f query.Filter) bool {
	text := func(s *string) string {
		if s == nil {
			return ""
		}
		return *s
	}
	is := func(want, got *int) bool { return want == nil || got != nil && *got == *want }
	has := func(query *string, of func(string) []normalize.Word, words []string, number int) bool {
		if query == nil || strings.TrimSpace(*query) == "" {
			return true
		}
		asked := of(*query)
		return len(asked) > 0 && !slices.ContainsFunc(asked, func(w normalize.Word) bool { return !w.Finds(words) && (number == 0 || w.Number != number) })
	}
	company := ""
	if c.Edges.Company != nil {
		company = c.Edges.Company.Name
	}
	names := slices.Concat(normalize.NameWords(text(c.FirstName), text(c.LastName)), normalize.NameSpellings(text(c.FirstName), text(c.LastName)))
	words := slices.Concat(names, normalize.EmailWords(text(c.Email)), normalize.EmailSpellings(text(c.Email)),
		normalize.PhoneWords(text(c.PhoneCountryCode), text(c.Phone)), normalize.PhoneSpellings(text(c.PhoneCountryCode), text(c.Phone)),
		normalize.NameWords(company), normalize.NameSpellings(company))
	return has(f.Name, normalize.NameQuery, names, 0) && has(f.Search, normalize.Query, words, c.ID) &&
		isKey(c.EmailKey, f.Email, normalize.Email) && isKey(c.PhoneKey, f.Phone, func(phone string) string { return normalize.Phone("", "", phone) }) &&
		is(f.Store, c.PreferredStoreID) && is(f.Company, c.CompanyID) && (f.ModifiedSince == nil || !c.LastModified.Before(*f.ModifiedSince)) &&
		(f.Segment == nil || slices.ContainsFunc(c.Edges.Memberships, func(m *ent.Membership) bool { return m.SegmentID == *f.Segment }))
}

// isKey reports whether a contact with this unique key meets the condition that it is that of a
// text. A text without a key is that of no contact.
func isKey(key, condition *string, of func(string) string) bool {
	return condition == nil || key != nil && *key == of(*condition)
}
