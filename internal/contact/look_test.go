package contact_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"contactgraph/ent"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/query"
	"contactgraph/internal/database"
	"contactgraph/internal/normalize"
	"contactgraph/internal/viewer"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestPageIsThatOfTheWholeList draws filters, orders, cursors and sizes, and the limits that decide how a page is looked for.
// Whatever the way, the page is the one that is cut out of all contacts without the database.
func TestPageIsThatOfTheWholeList(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	all := a.town(70)
	f.other.town(10)
	cursors := map[query.OrderField]map[int]string{}
	for _, field := range orderFields {
		p := must(a.Queries.Page(a.agent, query.Filter{}, query.Order{Field: field}, query.PageArgs{First: new(100)}))
		cursors[field] = map[int]string{}
		for i, c := range p.Contacts {
			cursors[field][c.ID] = p.Cursors[i]
		}
	}
	filters := a.filters()
	rapid.Check(t, func(t *rapid.T) {
		filter := filters.Draw(t, "filter")
		o := query.Order{Field: rapid.SampledFrom(orderFields).Draw(t, "field"), Desc: rapid.Bool().Draw(t, "desc")}
		few, some := rapid.SampledFrom([]int{0, 1, 6, 1000}).Draw(t, "few"), rapid.SampledFrom([]int{0, 5, 20, 1000}).Draw(t, "some")
		far := rapid.SampledFrom([]int{1, 9, 1000}).Draw(t, "far")
		meeting := sorted(slices.DeleteFunc(slices.Clone(all), func(c *ent.Contact) bool { return !meets(c, filter) }), o)
		if n, err := a.Count(a.agent, filter); n != len(meeting) || err != nil {
			t.Fatalf("counts %d, %v, want %d", n, err, len(meeting))
		}
		args, want := query.PageArgs{}, meeting
		order := sorted(all, o)
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
		p, err := a.Queries.PageWithin(a.agent, filter, o, args, [4]int{few, some, far, far})
		if err != nil {
			t.Fatal(err)
		}
		if diff := gocmp.Diff(append([]int{}, want...), append([]int{}, idsOf(p.Contacts)...)); diff != "" || p.HasNext != next || p.HasPrev != previous {
			t.Fatalf("next %v, want %v; previous %v, want %v (-want +got)\n%s", p.HasNext, next, p.HasPrev, previous, diff)
		}
	})
}

// town makes contacts who share most of what they can be looked for by.
func (a *tenant) town(n int) []*ent.Contact {
	a.t.Helper()
	var creates []contact.Create
	for i := range n {
		pick := func(from ...any) any { return from[(i*i+i/3)%len(from)] }
		set := field.Patch{
			field.FirstName:      pick("Ann", "Anna", "Åsa", "Bo", nil, "Ann-Marie", "ek"),
			field.LastName:       []any{"Ek", "Ekman", "Annell", "Bo", nil, "@ek@b\U0010FFFFx", "07-0"}[i%7],
			field.PreferredStore: pick(a.stores[0], a.stores[1], nil),
			field.Company:        pick(a.companies[0], nil, nil, nil, nil),
		}
		if i%3 > 0 {
			set[field.Email] = fmt.Sprintf("%v%d@ek.example", pick("ann", "bo.ek", "x-anna", "070"), i)
		}
		if i%4 > 0 {
			set[field.Phone] = fmt.Sprintf("070-%03d", i)
		}
		creates = append(creates, contact.Create{RegistrationSource: "test", Set: set, Details: contact.Details{Membership: new(a.segments[:i%3])}})
	}
	must(a.CreateAll(a.agent, creates))
	a.write(func(ctx context.Context, tx *database.Tx) error {
		for i, c := range tx.Ent.Contact.Query().AllX(ctx) {
			_, err := tx.Ent.ExecContext(ctx, "UPDATE contacts SET last_modified = $1, registered_at = $2 WHERE account_id = $3 AND id = $4",
				start.Add(time.Duration(i*7%10)*time.Second), start.Add(time.Duration(i*3%11)*time.Second), a.account, c.ID)
			if err != nil {
				return err
			}
		}
		return nil
	})
	return a.db.Client().Contact.Query().WithMemberships().AllX(a.agent)
}

// write runs fn as the system.
func (a *tenant) write(fn func(context.Context, *database.Tx) error) {
	a.t.Helper()
	if err := a.db.Write(viewer.NewSystemContext(a.t.Context(), a.account), 0, fn); err != nil {
		a.t.Fatal(err)
	}
}

// filters draws filters of the town: one condition, seldom several.
func (a *tenant) filters() *rapid.Generator[query.Filter] {
	words := []string{"a", "an", "ann", "anna", "ek", "bo", "070", "07", "ann ek", "bo e", "ek@", "@ek@b", "ann7@ek.ex", "nobody", "-"}
	set := []func(*rapid.T, *query.Filter){
		func(t *rapid.T, f *query.Filter) { f.Name = new(rapid.SampledFrom(words).Draw(t, "name")) },
		func(t *rapid.T, f *query.Filter) { f.Search = new(rapid.SampledFrom(words).Draw(t, "search")) },
		func(t *rapid.T, f *query.Filter) {
			f.Email = new(rapid.SampledFrom([]string{"ANN4@ek.example", "x"}).Draw(t, "email"))
		},
		func(t *rapid.T, f *query.Filter) {
			f.Phone = new(rapid.SampledFrom([]string{"070 005", "1"}).Draw(t, "phone"))
		},
		func(t *rapid.T, f *query.Filter) { f.Store = new(rapid.SampledFrom(a.stores).Draw(t, "store")) },
		func(t *rapid.T, f *query.Filter) {
			f.Company = new(rapid.SampledFrom(a.companies).Draw(t, "company"))
		},
		func(t *rapid.T, f *query.Filter) { f.Segment = new(rapid.SampledFrom(a.segments).Draw(t, "segment")) },
		func(t *rapid.T, f *query.Filter) {
			f.ModifiedSince = new(start.Add(time.Duration(rapid.IntRange(0, 10).Draw(t, "since")) * time.Second).Add(time.Duration(rapid.IntRange(0, 1).Draw(t, "more"))))
		},
	}
	return rapid.Custom(func(t *rapid.T) (f query.Filter) {
		for range rapid.SampledFrom([]int{1, 1, 1, 2, 3}).Draw(t, "conditions") {
			set[rapid.IntRange(0, len(set)-1).Draw(t, "condition")](t, &f)
		}
		return f
	})
}

// meets says whether a contact, read with its memberships, meets the filter.
func meets(c *ent.Contact, f query.Filter) bool {
	text := func(s *string) string {
		if s == nil {
			return ""
		}
		return *s
	}
	is := func(want, got *int) bool { return want == nil || got != nil && *got == *want }
	has := func(query *string, of func(string) []string, words []string) bool {
		if query == nil || strings.TrimSpace(*query) == "" {
			return true
		}
		prefixes := of(*query)
		return len(prefixes) > 0 && !slices.ContainsFunc(prefixes, func(p string) bool {
			return !slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(w, p) })
		})
	}
	names := normalize.NameWords(text(c.FirstName), text(c.LastName))
	words := slices.Concat(names, normalize.EmailWords(text(c.Email)), normalize.PhoneWords(text(c.PhoneCountryCode), text(c.Phone)))
	return has(f.Name, normalize.NameQuery, names) && has(f.Search, normalize.Query, words) &&
		(f.Email == nil || text(c.EmailKey) == normalize.Name(*f.Email)) && (f.Phone == nil || text(c.PhoneKey) == normalize.Phone("", *f.Phone)) &&
		is(f.Store, c.PreferredStoreID) && is(f.Company, c.CompanyID) && (f.ModifiedSince == nil || !c.LastModified.Before(*f.ModifiedSince)) &&
		(f.Segment == nil || slices.ContainsFunc(c.Edges.Memberships, func(m *ent.Membership) bool { return m.SegmentID == *f.Segment }))
}
