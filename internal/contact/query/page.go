package query

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"contactgraph/ent"
	entcontact "contactgraph/ent/contact"
	"contactgraph/internal/authz"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/usererror"

	"entgo.io/ent/dialect/sql"
)

// Sizes of a page, in contacts.
const (
	DefaultPage = 50  // without First and Last
	MaxPage     = 100 // the most that First or Last may be
)

// OrderField is what a list is ordered by. Ties are ordered by id.
type OrderField string

// The order fields. Each has an index.
const (
	ByID           OrderField = entcontact.FieldID
	ByName         OrderField = entcontact.FieldNameKey // last name, then first, as people search
	ByLastModified OrderField = entcontact.FieldLastModified
	ByRegistration OrderField = entcontact.FieldRegisteredAt
)

// Order is the order of a list. The zero value orders by id.
type Order struct {
	Field OrderField
	Desc  bool
}

// PageArgs are the arguments of the GraphQL Cursor Connections Specification: First with After, or
// Last with Before.
type PageArgs struct {
	First, Last   *int
	After, Before *string
}

// Page is a part of a list, in the order of the list.
type Page struct {
	Contacts []*ent.Contact
	Cursors  []string // the cursor of each contact
	HasNext  bool     // with Last, only whether Before was given
	HasPrev  bool     // without Last, only whether After was given
}

// Page returns a part of the list of contacts that the viewer can see. It fails with
// usererror.ErrArguments if the arguments are invalid, and with Forbidden if the viewer may not
// read what the list is filtered or ordered by.
func (s *Service) Page(ctx context.Context, f Filter, o Order, a PageArgs) (*Page, error) {
	return s.page(ctx, f, o, a, defaultLimits)
}

func (s *Service) page(ctx context.Context, f Filter, o Order, a PageArgs, limits limits) (*Page, error) {
	v, err := authz.RequireViewer(ctx)
	if err != nil {
		return nil, err
	}
	if o.Field == "" {
		o.Field = ByID
	}
	size, err := a.size()
	if err == nil {
		err = f.check()
	}
	if err == nil {
		err = checkRights(v, f, o)
	}
	if err == nil {
		f, err = s.withPhoneKey(ctx, v.Account, f)
	}
	if err != nil {
		return nil, err
	}
	ranges, err := a.keyRanges(o)
	if err != nil {
		return nil, err
	}
	if f.ModifiedSince != nil && o.Field == ByLastModified {
		ranges[0].raiseStart(*modifiedAfter(*f.ModifiedSince))
		f.ModifiedSince = nil
	}
	conditions, err := s.conditions(ctx, v, f)
	if err != nil {
		return nil, err
	}
	// One contact more than the page has shows whether there is a next page.
	pq := &pageQuery{
		limits: limits, db: s.db, account: v.Account, conditions: conditions,
		order: Order{o.Field, o.Desc != a.backwards()}, size: size + 1,
	}
	found, err := pq.run(ctx, ranges)
	if err != nil {
		return nil, err
	}
	page := a.page(o, found, size)
	page.Contacts = field.VisibleToAll(v, page.Contacts)
	return page, nil
}

// page returns the page of the contacts that were found, which may be one more than size.
func (a PageArgs) page(o Order, found []*ent.Contact, size int) *Page {
	more := len(found) > size
	found = found[:min(len(found), size)]
	page := &Page{Contacts: found, HasNext: more, HasPrev: a.After != nil}
	if a.backwards() {
		slices.Reverse(found)
		page.HasNext, page.HasPrev = a.Before != nil, more
	}
	for _, c := range found {
		page.Cursors = append(page.Cursors, o.cursor(c))
	}
	return page
}

func (a PageArgs) backwards() bool { return a.Last != nil }

// Count returns the number of contacts that match the filter and that the viewer can see. It fails
// with usererror.ErrArguments if the filter is invalid, and with Forbidden as Page does.
func (s *Service) Count(ctx context.Context, f Filter) (int, error) {
	v, err := authz.RequireViewer(ctx)
	if err == nil {
		err = f.check()
	}
	if err == nil {
		err = checkRights(v, f, Order{})
	}
	if err == nil {
		f, err = s.withPhoneKey(ctx, v.Account, f)
	}
	if err != nil {
		return 0, err
	}
	conditions, err := s.conditions(ctx, v, f)
	if err != nil {
		return 0, err
	}
	return s.db.Client().Contact.Query().Where(entcontact.AccountID(v.Account), func(q *sql.Selector) {
		restrictAll(q, conditions)
	}).Count(ctx)
}

// restrictAll limits a statement on contacts to those that meet all conditions.
func restrictAll(q *sql.Selector, conditions []condition) {
	id, b, seeks := q.C(entcontact.FieldID), sql.Dialect(q.Dialect()), false
	for _, c := range conditions {
		switch in := sql.In(id, c.selectMatches(b, noLimit)); {
		case c.isLocal():
			c.restrict(q)
		case seeks: // with two seeks, SQLite would search for every pair of their entries
			q.Where(unindexed(in, "IS TRUE"))
		default:
			q.Where(in)
			seeks = true
		}
	}
}

func (a PageArgs) size() (int, error) {
	size, name := DefaultPage, "first"
	switch {
	case a.First != nil && a.Last != nil:
		return 0, usererror.NewInvalidArguments("Send either first or last, not both.")
	case a.First != nil:
		size = *a.First
	case a.Last != nil:
		size, name = *a.Last, "last"
	}
	if size < 0 || size > MaxPage {
		return 0, usererror.NewInvalidArguments("%s must be from 0 to %d.", name, MaxPage)
	}
	return size, nil
}

// sort adds ORDER BY to a statement: the field, then the id.
func (o Order) sort(q *sql.Selector, column func(string) string) {
	direction := sql.Asc
	if o.Desc {
		direction = sql.Desc
	}
	if o.Field != ByID {
		q.OrderBy(direction(column(string(o.Field))))
	}
	q.OrderBy(direction(column(entcontact.FieldID)))
}

// compare returns a negative number if a comes before b in the order, like cmp.Compare.
func (o Order) compare(a, b *ent.Contact) (n int) {
	switch o.Field {
	case ByName:
		n = strings.Compare(a.NameKey, b.NameKey)
	case ByLastModified:
		n = a.LastModified.Compare(b.LastModified)
	case ByRegistration:
		n = a.RegisteredAt.Compare(b.RegisteredAt)
	}
	n = cmp.Or(n, cmp.Compare(a.ID, b.ID))
	if o.Desc {
		return -n
	}
	return n
}
