package query

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"time"

	"contactgraph/ent"
	entcontact "contactgraph/ent/contact"
	"contactgraph/internal/revision"
	"contactgraph/internal/storable"
	"contactgraph/internal/usererror"

	"entgo.io/ent/dialect/sql"
)

// keyPosition is a place in a list as a cursor encodes it: the field that orders the list, its
// value, and the id of the contact.
type keyPosition struct {
	Field    OrderField `json:"f"`
	Value    string     `json:"v,omitempty"`
	ID       int        `json:"i"`
	Nameless bool       `json:"n,omitempty"` // the contact has no name and is behind those that have one

	at time.Time // Value, if that is a time
}

func (o Order) cursor(c *ent.Contact) string {
	p := keyPosition{Field: o.Field, ID: c.ID}
	switch o.Field {
	case ByName:
		p.Value, p.Nameless = c.NameKey, c.NameKey == ""
	case ByLastModified:
		p.Value = revision.FormatTime(c.LastModified)
	case ByRegistration:
		p.Value = revision.FormatTime(c.RegisteredAt)
	}
	b, _ := json.Marshal(p) //nolint:errchkjson // strings and a number
	return base64.RawURLEncoding.EncodeToString(b)
}

// position decodes a cursor. It returns nil for nil, and fails with usererror.ErrArguments for a
// cursor that does not belong to a list in this order.
func (o Order) position(cursor *string) (*keyPosition, error) {
	if cursor == nil {
		return nil, nil
	}
	var p keyPosition
	b, err := base64.RawURLEncoding.DecodeString(strings.TrimSpace(*cursor))
	if err == nil {
		err = json.Unmarshal(b, &p)
	}
	if err == nil && (o.Field == ByLastModified || o.Field == ByRegistration) {
		p.at, err = time.Parse(time.RFC3339Nano, p.Value)
	}
	if err != nil || p.Field != o.Field || !storable.Time(p.at) {
		return nil, usererror.NewInvalidArguments("The cursor does not belong to a list in this order.")
	}
	return &p, nil
}

// keyRange is the part of a list between two positions, both excluded. A nil position is no bound.
type keyRange struct{ above, below *keyPosition }

// keyRanges returns the parts of the list between the cursors, in the order in which a page of it
// is read.
func (a PageArgs) keyRanges(o Order) ([]keyRange, error) {
	after, err := o.position(a.After)
	if err != nil {
		return nil, err
	}
	before, err := o.position(a.Before)
	if err != nil || o.Field != ByName {
		return []keyRange{o.between(after, before)}, err
	}
	var ranges []keyRange
	for _, part := range []namePart{named, nameless} {
		from, to := after, before
		switch {
		case after != nil && after.namePart(o) > part, before != nil && before.namePart(o) < part:
			continue
		case after != nil && after.namePart(o) < part:
			from = nil
		}
		if before != nil && before.namePart(o) > part {
			to = nil
		}
		ranges = append(ranges, o.between(from, to).only(part))
	}
	if a.backwards() {
		slices.Reverse(ranges)
	}
	return ranges, nil
}

// namePart is a part of a list by name. Contacts without a name are the last part in both
// directions, but the first ones in the index.
type namePart int

const (
	beforeNames namePart = iota // in ascending lists of earlier versions, contacts without a name
	named
	nameless
)

// namePart returns the part of a list by name in which the position is. Cursors of earlier versions
// do not have Nameless.
func (p *keyPosition) namePart(o Order) namePart {
	switch {
	case p.Value != "":
		return named
	case p.Nameless || o.Desc:
		return nameless
	default:
		return beforeNames
	}
}

// endOfNameless is the position in the index between the contacts without a name and the others.
var endOfNameless = keyPosition{Field: ByName, ID: math.MaxInt32 + 1}

// only returns the range without the other parts of a list by name.
func (r keyRange) only(part namePart) keyRange {
	if part == named {
		r.raiseStart(endOfNameless)
	} else {
		r.lowerEnd(endOfNameless)
	}
	return r
}

// between returns the range between two positions, in the order of the list.
func (o Order) between(after, before *keyPosition) keyRange {
	if o.Desc {
		return keyRange{above: before, below: after}
	}
	return keyRange{above: after, below: before}
}

// modifiedAfter returns the position, in a list by modification time, after which the contacts
// modified at t or later come. Stored times have microseconds, and PostgreSQL would truncate the
// rest of t.
func modifiedAfter(t time.Time) *keyPosition {
	p := &keyPosition{Field: ByLastModified, at: t.UTC().Truncate(time.Microsecond)}
	if p.at.Before(t) {
		p.ID = math.MaxInt32
	}
	return p
}

// raiseStart moves the start to p if that is later. Adding p as a second lower bound would not do:
// the engines may seek to one bound and scan on to the other.
func (r *keyRange) raiseStart(p keyPosition) {
	if r.above == nil || r.above.compare(p) < 0 {
		r.above = &p
	}
}

// lowerEnd moves the end to p if that is earlier.
func (r *keyRange) lowerEnd(p keyPosition) {
	if r.below == nil || r.below.compare(p) > 0 {
		r.below = &p
	}
}

// compare returns a negative number if p comes before q in ascending order, like cmp.Compare.
func (p keyPosition) compare(q keyPosition) int {
	n := p.at.Compare(q.at)
	if p.Field == ByName {
		n = strings.Compare(p.Value, q.Value)
	}
	return cmp.Or(n, cmp.Compare(p.ID, q.ID))
}

// restrict limits a statement on contacts to the range.
func (r keyRange) restrict(q *sql.Selector) { r.restrictColumns(q, q.C) }

// restrictColumns limits a statement to the range. column returns its name for a column of
// contacts.
func (r keyRange) restrictColumns(q *sql.Selector, column func(string) string) {
	if p := r.above; p != nil {
		q.Where(sql.CompositeGT(p.columns(column), p.values()...))
	}
	if p := r.below; p != nil {
		q.Where(sql.CompositeLT(p.columns(column), p.values()...))
	}
}

// columns returns the columns that are compared with values.
func (p keyPosition) columns(column func(string) string) []string {
	if p.Field == ByID {
		return []string{column(entcontact.FieldID)}
	}
	return []string{column(string(p.Field)), column(entcontact.FieldID)}
}

func (p keyPosition) values() []any {
	switch p.Field {
	case ByID:
		return []any{p.ID}
	case ByName:
		return []any{p.Value, p.ID}
	default:
		return []any{p.at.UTC(), p.ID}
	}
}

// AfterID returns the cursor in a list that is ordered by id after the contact with the id, whether
// it exists or not.
func AfterID(id int) string { return Order{Field: ByID}.cursor(&ent.Contact{ID: id}) }
