package contact

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/contact"
	"contactgraph/ent/predicate"
	"contactgraph/internal/revision"

	"entgo.io/ent/dialect/sql"
)

// Sizes of a page.
const (
	DefaultPage = 50
	MaxPage     = 100
)

// ErrPage is wrapped by errors about the arguments of a page: a size out of bounds, a cursor that is none.
var ErrPage = errors.New("bad page")

// OrderField is what a list can be ordered by. Ties, and a list without an order, go by id.
type OrderField string

// The orders. Each has an index.
const (
	ByID           OrderField = contact.FieldID
	ByName         OrderField = contact.FieldNameKey // last name, then first, as people search
	ByLastModified OrderField = contact.FieldLastModified
	ByRegistration OrderField = contact.FieldRegisteredAt
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

// Page returns a stretch of the contacts that the viewer can see. It fails with ErrPage if the arguments do not fit.
func (s *Service) Page(ctx context.Context, f Filter, o Order, a PageArgs) (*Page, error) {
	v, err := signedIn(ctx)
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
	ps := f.predicates(v)
	for _, bound := range []struct {
		cursor *string
		desc   bool
	}{{a.After, o.Desc}, {a.Before, !o.Desc}} {
		if bound.cursor == nil {
			continue
		}
		p, err := beyond(o, *bound.cursor, bound.desc)
		if err != nil {
			return nil, err
		}
		ps = append(ps, p)
	}
	backwards := a.Last != nil
	// One more than asked for tells whether there is more.
	found, err := s.client().Contact.Query().Where(ps...).Order(o.terms(backwards)).Limit(size + 1).All(ctx)
	if err != nil {
		return nil, err
	}
	more := len(found) > size
	found = found[:min(len(found), size)]
	page := &Page{Contacts: found, HasNext: more, HasPrev: a.After != nil}
	if backwards {
		slices.Reverse(found)
		page.HasNext, page.HasPrev = a.Before != nil, more
	}
	for _, c := range found {
		page.Cursors = append(page.Cursors, o.cursor(c))
	}
	return page, nil
}

// Count returns how many contacts the filter leaves of those that the viewer can see.
func (s *Service) Count(ctx context.Context, f Filter) (int, error) {
	v, err := signedIn(ctx)
	if err == nil {
		err = f.check()
	}
	if err != nil {
		return 0, err
	}
	return s.client().Contact.Query().Where(f.predicates(v)...).Count(ctx)
}

func (a PageArgs) size() (int, error) {
	size, name := DefaultPage, "first"
	switch {
	case a.First != nil && a.Last != nil:
		return 0, fmt.Errorf("%w: give first or last, not both", ErrPage)
	case a.First != nil:
		size = *a.First
	case a.Last != nil:
		size, name = *a.Last, "last"
	}
	if size < 0 || size > MaxPage {
		return 0, fmt.Errorf("%w: %s must be from 0 to %d", ErrPage, name, MaxPage)
	}
	return size, nil
}

// terms orders by the field and then by id.
func (o Order) terms(backwards bool) contact.OrderOption {
	direction := sql.OrderAsc()
	if o.Desc != backwards {
		direction = sql.OrderDesc()
	}
	return func(s *sql.Selector) {
		if o.Field != ByID {
			sql.OrderByField(string(o.Field), direction).ToFunc()(s)
		}
		sql.OrderByField(contact.FieldID, direction).ToFunc()(s)
	}
}

// position is what a cursor holds: the field that the list was ordered by, its value, and the id.
type position struct {
	Field OrderField `json:"f"`
	Value string     `json:"v,omitempty"`
	ID    int        `json:"i"`
}

func (o Order) cursor(c *ent.Contact) string {
	p := position{Field: o.Field, ID: c.ID}
	switch o.Field {
	case ByName:
		p.Value = c.NameKey
	case ByLastModified:
		p.Value = revision.FormatTime(c.LastModified)
	case ByRegistration:
		p.Value = revision.FormatTime(c.RegisteredAt)
	}
	b, _ := json.Marshal(p) //nolint:errchkjson // strings and a number
	return base64.RawURLEncoding.EncodeToString(b)
}

// beyond is the condition to come after the cursor, or with desc before it.
func beyond(o Order, cursor string, desc bool) (predicate.Contact, error) {
	var p position
	b, err := base64.RawURLEncoding.DecodeString(strings.TrimSpace(cursor))
	if err == nil {
		err = json.Unmarshal(b, &p)
	}
	if err != nil || p.Field != o.Field {
		return nil, fmt.Errorf("%w: the cursor is not of a list in this order", ErrPage)
	}
	var value any = p.Value
	switch o.Field {
	case ByID:
		if desc {
			return contact.IDLT(p.ID), nil
		}
		return contact.IDGT(p.ID), nil
	case ByLastModified, ByRegistration:
		at, err := time.Parse(time.RFC3339Nano, p.Value)
		if err != nil {
			return nil, fmt.Errorf("%w: the cursor is not of a list in this order", ErrPage)
		}
		value = at.UTC()
	}
	return func(s *sql.Selector) {
		compare := sql.CompositeGT
		if desc {
			compare = sql.CompositeLT
		}
		s.Where(compare([]string{s.C(string(o.Field)), s.C(contact.FieldID)}, value, p.ID))
	}, nil
}
