package query_test

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"slices"
	"testing"
	"time"

	"contactgraph/ent"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/query"
	"contactgraph/internal/database"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var orderFields = []query.OrderField{query.ByID, query.ByName, query.ByLastModified, query.ByRegistration}

// createTies creates n contacts with many ties: few different names and times.
func createTies(a *contacttest.Tenant, n int) {
	a.T.Helper()
	names := []any{nil, "", "Ek", "ek", "Åberg", "aberg", "Zon"}
	times := []time.Time{contacttest.Start, contacttest.Start.Add(time.Microsecond), contacttest.Start.Add(100 * time.Millisecond), contacttest.Start.Truncate(time.Second), contacttest.Start.Add(10 * time.Second)}
	for i := range n {
		a.NewContact(field.Patch{field.LastName: names[i%len(names)], field.FirstName: names[i/len(names)%len(names)], field.PreferredStore: a.StoreIDs[i%2]})
	}
	setTimes(a, func(i int) (lastModified, registered time.Time) { return times[i*3%len(times)], times[i*7%len(times)] })
}

// setTimes sets the times of all contacts of the account, by their index.
func setTimes(a *contacttest.Tenant, times func(i int) (lastModified, registered time.Time)) {
	a.T.Helper()
	err := a.DB.Write(viewer.NewSystemContext(a.T.Context(), a.Account), 0, func(ctx context.Context, tx *database.Tx) error {
		for i, c := range tx.Ent.Contact.Query().AllX(ctx) {
			lastModified, registered := times(i)
			_, err := tx.Ent.ExecContext(ctx, "UPDATE contacts SET last_modified = $1, registered_at = $2 WHERE account_id = $3 AND id = $4",
				lastModified, registered, a.Account, c.ID)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		a.T.Fatal(err)
	}
}

// sortedIDs returns the ids of the contacts in the order, computed without the database.
func sortedIDs(all []*ent.Contact, o query.Order) []int {
	all = slices.Clone(all)
	slices.SortFunc(all, func(x, y *ent.Contact) int {
		var n int
		switch o.Field {
		case query.ByName:
			n = cmp.Compare(x.NameKey, y.NameKey)
			if last := func(c *ent.Contact) int { return min(len(c.NameKey), 1) }; last(x) != last(y) {
				return last(y) - last(x) // in both directions
			}
		case query.ByLastModified:
			n = x.LastModified.Compare(y.LastModified)
		case query.ByRegistration:
			n = x.RegisteredAt.Compare(y.RegisteredAt)
		}
		n = cmp.Or(n, cmp.Compare(x.ID, y.ID))
		if o.Desc {
			return -n
		}
		return n
	})
	return idsOf(all)
}

func idsOf(contacts []*ent.Contact) []int {
	ids := make([]int, len(contacts))
	for i, c := range contacts {
		ids[i] = c.ID
	}
	return ids
}

// Pages of any sizes make up the sorted list, without gaps and duplicates.
func TestPagesMakeUpTheSortedList(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	createTies(a, 60)
	createTies(f.Other, 10)
	all := a.DB.Client().Contact.Query().AllX(a.Agent)
	first := func(store int) (some []*ent.Contact) {
		for _, c := range all {
			if *c.PreferredStoreID == store {
				some = append(some, c)
			}
		}
		return some
	}
	lists := []struct {
		filter query.Filter
		all    []*ent.Contact
	}{{query.Filter{}, all}, {query.Filter{Store: &a.StoreIDs[0]}, first(a.StoreIDs[0])}, {query.Filter{Store: &a.StoreIDs[2]}, nil}}
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SampledFrom(lists).Draw(t, "list")
		o := query.Order{Field: rapid.SampledFrom(orderFields).Draw(t, "field"), Desc: rapid.Bool().Draw(t, "desc")}
		backwards := rapid.Bool().Draw(t, "backwards")
		want := sortedIDs(list.all, o)
		var got []int
		var cursor *string
		for {
			size := rapid.IntRange(0, 30).Draw(t, "size")
			args := query.PageArgs{First: &size, After: cursor}
			if backwards {
				args = query.PageArgs{Last: &size, Before: cursor}
			}
			p, err := f.Queries.Page(a.Agent, list.filter, o, args)
			if err != nil {
				t.Fatal(err)
			}
			if len(p.Contacts) > size || len(p.Cursors) != len(p.Contacts) {
				t.Fatalf("%d contacts with %d cursors on a page of %d", len(p.Contacts), len(p.Cursors), size)
			}
			more, hasOther := p.HasNext, p.HasPrev
			if backwards {
				got, more, hasOther = slices.Concat(idsOf(p.Contacts), got), p.HasPrev, p.HasNext
			} else {
				got = append(got, idsOf(p.Contacts)...)
			}
			if hasOther != (cursor != nil) || more != (len(got) < len(want)) {
				t.Fatalf("after %d of %d: next %v, previous %v", len(got), len(want), p.HasNext, p.HasPrev)
			}
			if !more {
				break
			}
			if n := len(p.Cursors); n > 0 {
				cursor = &p.Cursors[n-1]
				if backwards {
					cursor = &p.Cursors[0]
				}
			}
		}
		if diff := gocmp.Diff(append([]int{}, want...), append([]int{}, got...)); diff != "" {
			t.Fatalf("(-sorted +paged)\n%s", diff)
		}
	})
}

func TestPageBetweenCursors(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	createTies(a, 20)
	all := a.DB.Client().Contact.Query().AllX(a.Agent)
	for _, field := range orderFields {
		for _, desc := range []bool{false, true} {
			o := query.Order{Field: field, Desc: desc}
			whole := contacttest.Must(f.Queries.Page(a.Agent, query.Filter{}, o, query.PageArgs{}))
			p, err := f.Queries.Page(a.Agent, query.Filter{}, o, query.PageArgs{After: &whole.Cursors[4], Before: &whole.Cursors[9], Last: new(3)})
			if err != nil {
				t.Fatal(err)
			}
			if diff := gocmp.Diff(sortedIDs(all, o)[6:9], idsOf(p.Contacts)); diff != "" || !p.HasPrev || !p.HasNext {
				t.Errorf("%v: previous %v, next %v (-want +got)\n%s", o, p.HasPrev, p.HasNext, diff)
			}
		}
	}
}

func TestPageWithoutArgumentsIsTheFirstByID(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	contacttest.Must(f.CreateAll(a.Agent, make([]contact.Create, 60)))
	p := contacttest.Must(f.Queries.Page(a.Agent, query.Filter{}, query.Order{}, query.PageArgs{}))
	if len(p.Contacts) != query.DefaultPage || p.Contacts[0].ID != 1 || !slices.IsSorted(idsOf(p.Contacts)) || !p.HasNext || p.HasPrev {
		t.Errorf("%d contacts, next %v, previous %v", len(p.Contacts), p.HasNext, p.HasPrev)
	}
}

// A deleted contact neither ends the list nor repeats parts of it.
func TestCursorOutlivesItsContact(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	createTies(a, 6)
	p := contacttest.Must(f.Queries.Page(a.Agent, query.Filter{}, query.Order{}, query.PageArgs{First: new(3)}))
	if _, err := f.Delete(a.Agent, contact.Delete{ID: p.Contacts[2].ID, Lock: contacttest.Overwrite}); err != nil {
		t.Fatal(err)
	}
	rest := contacttest.Must(f.Queries.Page(a.Agent, query.Filter{}, query.Order{}, query.PageArgs{After: &p.Cursors[2]}))
	if diff := gocmp.Diff([]int{4, 5, 6}, idsOf(rest.Contacts)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// Cursors of earlier versions, whose ascending lists by name began with the contacts without a
// name, continue without a gap.
func TestOldCursorsOfContactsWithoutAName(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	for _, name := range []any{nil, "Ek", nil, "Åberg", nil} {
		a.NewContact(field.Patch{field.LastName: name})
	}
	old := base64.RawURLEncoding.EncodeToString([]byte(`{"f":"name_key","i":3}`)) // of the third contact
	first := 10
	for _, tt := range []struct {
		name string
		desc bool
		args query.PageArgs
		want []int
	}{
		{"ascending, after", false, query.PageArgs{First: &first, After: &old}, []int{4, 2, 1, 3, 5}},
		{"ascending, before", false, query.PageArgs{Last: &first, Before: &old}, []int{}},
		{"descending, after", true, query.PageArgs{First: &first, After: &old}, []int{1}},
		{"descending, before", true, query.PageArgs{Last: &first, Before: &old}, []int{2, 4, 5}},
	} {
		p, err := f.Queries.Page(a.Agent, query.Filter{}, query.Order{Field: query.ByName, Desc: tt.desc}, tt.args)
		if err != nil || !slices.Equal(idsOf(p.Contacts), tt.want) {
			t.Errorf("%s: got %v, %v, want %v", tt.name, idsOf(p.Contacts), err, tt.want)
		}
	}
}

func TestInvalidPageArguments(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	createTies(a, 3)
	cursor := func(field query.OrderField) *string {
		return &contacttest.Must(f.Queries.Page(a.Agent, query.Filter{}, query.Order{Field: field}, query.PageArgs{})).Cursors[0]
	}
	text := func(s string) *string { return new(base64.RawURLEncoding.EncodeToString([]byte(s))) }
	byTime := query.Order{Field: query.ByLastModified}
	tests := []struct {
		name  string
		order query.Order
		args  query.PageArgs
	}{
		{"first and last", query.Order{}, query.PageArgs{First: new(1), Last: new(1)}},
		{"a negative first", query.Order{}, query.PageArgs{First: new(-1)}},
		{"a negative last", query.Order{}, query.PageArgs{Last: new(-1)}},
		{"too many", query.Order{}, query.PageArgs{First: new(101)}},
		{"too many from the end", query.Order{}, query.PageArgs{Last: new(101)}},
		{"an empty cursor", query.Order{}, query.PageArgs{After: new("")}},
		{"a cursor that is no base64", query.Order{}, query.PageArgs{Before: new("!")}},
		{"a cursor that is no JSON", query.Order{}, query.PageArgs{After: text("x")}},
		{"a cursor of another kind", query.Order{}, query.PageArgs{After: text(`{"f":1}`)}},
		{"a cursor of another order", query.Order{Field: query.ByName}, query.PageArgs{After: cursor(query.ByID)}},
		{"a cursor of another order, before", query.Order{}, query.PageArgs{Before: cursor(query.ByName)}},
		{"a cursor with an invalid time", byTime, query.PageArgs{After: text(`{"f":"last_modified","v":"now","i":1}`)}},
	}
	for _, tt := range tests {
		if p, err := f.Queries.Page(a.Agent, query.Filter{}, tt.order, tt.args); !errors.Is(err, usererror.ErrArguments) {
			t.Errorf("%s: got %v, %v, want usererror.ErrArguments", tt.name, p, err)
		}
	}
}

func TestCustomerSeesOnlyItself(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	createTies(a, 9)
	me := a.NewContact(field.Patch{field.LastName: "Ek"})
	for name, filter := range map[string]query.Filter{"all": {}, "by name": {Name: new("ek")}, "by search": {Search: new("EK")}} {
		p, err := f.Queries.Page(a.AsCustomer(me), filter, query.Order{Field: query.ByName}, query.PageArgs{})
		if err != nil || !slices.Equal(idsOf(p.Contacts), []int{me.ID}) || p.HasNext {
			t.Errorf("%s: got %v, %v, want itself", name, p, err)
		}
		if n, err := f.Count(a.AsCustomer(me), filter); n != 1 || err != nil {
			t.Errorf("%s: counts %d, %v", name, n, err)
		}
	}
	for name, filter := range map[string]query.Filter{"of others": {Store: &a.StoreIDs[0]}, "of no contact": {Search: new("unknown")}} {
		p, err := f.Queries.Page(a.AsCustomer(me), filter, query.Order{}, query.PageArgs{})
		n, countErr := f.Count(a.AsCustomer(me), filter)
		if err != nil || countErr != nil || len(p.Contacts) != 0 || n != 0 {
			t.Errorf("%s: got %v, %d", name, p, n)
		}
	}
}

func TestCount(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	createTies(a, 21)
	createTies(f.Other, 4)
	for want, filter := range map[int]query.Filter{21: {}, 11: {Store: &a.StoreIDs[0]}, 0: {Store: &f.Other.StoreIDs[0]}} {
		if n, err := f.Count(a.Agent, filter); n != want || err != nil {
			t.Errorf("got %d, %v, want %d", n, err, want)
		}
	}
}
