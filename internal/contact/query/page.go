package query

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"contactgraph/ent"
	entcontact "contactgraph/ent/contact"
	"contactgraph/internal/authz"
	"contactgraph/internal/usererror"

	"entgo.io/ent/dialect/sql"
)

// Sizes of a page.
const (
	DefaultPage = 50
	MaxPage     = 100
)

// OrderField is what a list can be ordered by. Ties, and a list without an order, go by id.
type OrderField string

// The orders. Each has an index.
const (
	ByID           OrderField = entcontact.FieldID
	ByName         OrderField = entcontact.FieldNameKey // last name, then first, as people search
	ByLastModified OrderField = entcontact.FieldLastModified
	ByRegistration OrderField = entcontact.FieldRegisteredAt
)

// Order of a list.
type Order struct {
	Field OrderField
	Desc  bool
}

// PageArgs are those of the GraphQL Cursor Connections Specification: first with after, or last with before.
type PageArgs struct {
	First, Last   *int
	After, Before *string
}

// Page is a stretch of a list, in its order.
type Page struct {
	Contacts []*ent.Contact
	Cursors  []string // of each contact
	HasNext  bool
	HasPrev  bool
}

// Page returns a stretch of the contacts that the viewer can see. It fails with usererror.ErrArguments if the arguments do not fit.
func (s *Service) Page(ctx context.Context, f Filter, o Order, a PageArgs) (*Page, error) {
	return s.page(ctx, f, o, a, defaultLimits)
}

func (s *Service) page(ctx context.Context, f Filter, o Order, a PageArgs, within limits) (*Page, error) {
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
	if err != nil {
		return nil, err
	}
	st, err := a.keyRange(o)
	if err != nil {
		return nil, err
	}
	if f.ModifiedSince != nil && o.Field == ByLastModified {
		st.raiseStart(*modifiedAfter(*f.ModifiedSince))
		f.ModifiedSince = nil
	}
	// One more than asked for tells whether there is more.
	l := &pageQuery{
		limits: within, db: s.db, account: v.Account, conditions: f.conditions(v),
		order: Order{o.Field, o.Desc != a.backwards()}, keys: st, size: size + 1,
	}
	found, err := l.run(ctx)
	if err != nil {
		return nil, err
	}
	return a.page(o, found, size), nil
}

// page makes a page of what was found, which may be one too many.
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

// Count returns how many contacts the filter leaves of those that the viewer can see.
func (s *Service) Count(ctx context.Context, f Filter) (int, error) {
	v, err := authz.RequireViewer(ctx)
	if err == nil {
		err = f.check()
	}
	if err != nil {
		return 0, err
	}
	return s.db.Client().Contact.Query().Where(entcontact.AccountID(v.Account), func(q *sql.Selector) {
		id, b, sought := q.C(entcontact.FieldID), sql.Dialect(q.Dialect()), false
		for _, c := range f.conditions(v) {
			switch in := sql.In(id, c.selectMatches(b, noLimit)); {
			case c.isLocal():
				c.restrict(q)
			case sought: // by two lists at once SQLite would look for every pair of them
				q.Where(unindexed(in, "IS TRUE"))
			default:
				q.Where(in)
				sought = true
			}
		}
	}).Count(ctx)
}

func (a PageArgs) size() (int, error) {
	size, name := DefaultPage, "first"
	switch {
	case a.First != nil && a.Last != nil:
		return 0, fmt.Errorf("%w: give first or last, not both", usererror.ErrArguments)
	case a.First != nil:
		size = *a.First
	case a.Last != nil:
		size, name = *a.Last, "last"
	}
	if size < 0 || size > MaxPage {
		return 0, fmt.Errorf("%w: %s must be from 0 to %d", usererror.ErrArguments, name, MaxPage)
	}
	return size, nil
}

// sort orders a statement by the field and then by id.
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

// compare is negative if a comes before b in the order.
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
