package query

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"

	"contactgraph/ent"
	entcontact "contactgraph/ent/contact"
	"contactgraph/internal/revision"
	"contactgraph/internal/storable"
	"contactgraph/internal/usererror"

	"entgo.io/ent/dialect/sql"
)

// position is a place in a list, as a cursor holds it: the field that the list is ordered by, its value, and the id.
type keyPosition struct {
	Field OrderField `json:"f"`
	Value string     `json:"v,omitempty"`
	ID    int        `json:"i"`

	at time.Time // Value, where that is a time
}

func (o Order) cursor(c *ent.Contact) string {
	p := keyPosition{Field: o.Field, ID: c.ID}
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

// position reads a cursor; none has no position.
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
		return nil, fmt.Errorf("%w: the cursor is not of a list in this order", usererror.ErrArguments)
	}
	return &p, nil
}

// stretch is the part of a list between two positions, both excluded; without one, it has no end there.
type keyRange struct{ above, below *keyPosition }

func (a PageArgs) keyRange(o Order) (st keyRange, err error) {
	above, below := a.After, a.Before
	if o.Desc {
		above, below = below, above
	}
	if st.above, err = o.position(above); err == nil {
		st.below, err = o.position(below)
	}
	return st, err
}

// since is the place in a list by the time of modification that what was modified at t or later comes behind. Times are kept to
// the microsecond; what t has beyond that, PostgreSQL would cut off.
func modifiedAfter(t time.Time) *keyPosition {
	p := &keyPosition{Field: ByLastModified, at: t.UTC().Truncate(time.Microsecond)}
	if p.at.Before(t) {
		p.ID = math.MaxInt32
	}
	return p
}

// from moves the beginning to p, if that is later. Two bounds on the same side would not do: the engines may seek by one and
// read on to the other.
func (st *keyRange) raiseStart(p keyPosition) {
	if st.above == nil || st.above.compare(p) < 0 {
		st.above = &p
	}
}

// to moves the end to p, if that is earlier.
func (st *keyRange) lowerEnd(p keyPosition) {
	if st.below == nil || st.below.compare(p) > 0 {
		st.below = &p
	}
}

// compare is negative if p comes before q in a list in ascending order.
func (p keyPosition) compare(q keyPosition) int {
	n := p.at.Compare(q.at)
	if p.Field == ByName {
		n = strings.Compare(p.Value, q.Value)
	}
	return cmp.Or(n, cmp.Compare(p.ID, q.ID))
}

// of limits a statement on contacts to the stretch.
func (st keyRange) restrict(q *sql.Selector) { st.restrictColumns(q, q.C) }

// cut limits a statement to the stretch, whose columns are named by column.
func (st keyRange) restrictColumns(q *sql.Selector, column func(string) string) {
	if p := st.above; p != nil {
		q.Where(sql.CompositeGT(p.columns(column), p.values()...))
	}
	if p := st.below; p != nil {
		q.Where(sql.CompositeLT(p.columns(column), p.values()...))
	}
}

// columns are those that values is compared with.
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
