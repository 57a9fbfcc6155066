package query

import (
	"cmp"
	"context"
	"math"
	"slices"

	"contactgraph/ent"
	entcontact "contactgraph/ent/contact"

	"entgo.io/ent/dialect/sql"
)

// limits say how a page is looked for under a filter.
//
// No index holds the contacts of every filter in every order. So there are two ways, each quick where the other is not. By
// the filter: read the contacts that meet a condition from its index, and sort them. By the order: walk the order's index
// until the page is full, and ask of each contact whether it meets the conditions. What decides is how many meet them:
//
//   - If at most few do, they are sorted.
//   - By id, where a single condition has at most some entries in its index, these are sorted: they hold the id.
//   - By name, under a single word, those whose names begin with the word lie together in the order's index. If at most few
//     others have it, only they are sorted.
//   - Else the order's index is walked. Where a condition has at most some entries, they are read into a set, and at most
//     farWithSet entries of the order are looked up in it. Where all have more, at most far are looked up in their indexes.
//   - If that does not fill the page, because the matches lie together far from where the walk begins, the way is by the
//     filter after all, however many meet it.
//
// A column of the contact itself whose value more than some have is asked on the walk, which then ends with the list only.
//
// A page takes several statements, and others write between them. The counts only choose the way: the statement that returns
// the page is right whatever they were.
//
// The statements leave the planners no other way. SQLite plans without statistics here, and those of PostgreSQL know little
// of prefixes. A query with a LIMIT stays a query of its own, of as many rows at most; CROSS JOIN tells SQLite which side
// comes first; and what stands before IS TRUE or IS NOT NULL is asked row by row.
type limits struct{ maxSort, maxSet, maxScan, maxScanWithSet int }

// usual is enough for a page of fifty out of a million contacts, if the matches are spread evenly over the order.
var defaultLimits = limits{maxSort: 1_500, maxSet: 20_000, maxScan: 20_000, maxScanWithSet: 50_000}

// all is the limit of a query that is to have none, and yet stay a query of its own.
const noLimit = math.MaxInt32

// look is a look for a page: the first contacts in a stretch of an order that meet all conditions.
type pageQuery struct {
	limits

	db         DB
	account    int
	conditions []condition
	order      Order // turned round for a page from the end
	keys       keyRange
	size       int
}

// find returns the page.
func (l *pageQuery) run(ctx context.Context) ([]*ent.Contact, error) {
	if len(l.conditions) == 0 {
		return l.query().Where(l.applyOrder).Limit(l.size).All(ctx)
	}
	if err := l.countConditions(ctx); err != nil {
		return nil, err
	}
	least, most, single := l.conditions[0].count, l.conditions[len(l.conditions)-1].count, len(l.conditions) == 1
	switch {
	case least <= l.maxSort, single && least <= l.maxSet && l.order.Field == ByID:
		return l.fetch(ctx, l.sortMatches)
	case most <= l.maxSet && (!single || l.hasPrefixRange()):
		return l.sortOrScan(ctx)
	default:
		return l.scan(ctx)
	}
}

// sortOrWalk returns the page by the filter if there are few to sort, else by the order. How many there are costs as much as to
// find them, so that is asked along with the page.
func (l *pageQuery) sortOrScan(ctx context.Context) ([]*ent.Contact, error) {
	found, err := l.fetch(ctx, l.sortMatchesIfFew)
	if err != nil || len(found) > 0 {
		return found, err
	}
	n, err := l.db.CountRows(ctx, func(b *sql.DialectBuilder) *sql.Selector { return l.unsorted(b, l.maxSort+1) })
	switch {
	case err != nil:
		return nil, err
	case n <= l.maxSort:
		return l.fetch(ctx, l.sortMatches)
	default:
		return l.scan(ctx)
	}
}

// walk returns the page by the order or, if that is too far, by the filter.
func (l *pageQuery) scan(ctx context.Context) ([]*ent.Contact, error) {
	far := l.maxScan
	if l.fitsSet(l.conditions[0]) {
		far = l.maxScanWithSet
	}
	found, err := l.fetch(ctx, l.scanOrder(far))
	if err != nil || len(found) == l.size || !l.needsLookups() {
		return found, err
	}
	beyond, err := l.query().Where(l.applyOrder).Offset(far).Limit(1).IDs(ctx)
	if err != nil {
		return nil, err
	}
	if len(beyond) > 0 {
		return l.fetch(ctx, l.sortMatches)
	}
	return l.fetch(ctx, l.scanOrder(noLimit)) // as the list is now: some of what was beyond may have moved up
}

// count counts the entries of the conditions, until one has few, and puts that with the least first.
func (l *pageQuery) countConditions(ctx context.Context) error {
	for i := range l.conditions {
		c := &l.conditions[i]
		if c.count == uncounted {
			n, err := l.db.CountRows(ctx, func(b *sql.DialectBuilder) *sql.Selector { return c.selectMatches(b, l.maxSet+1) })
			if err != nil {
				return err
			}
			c.count = n
		}
		if c.count <= l.maxSort {
			break
		}
	}
	slices.SortStableFunc(l.conditions, func(c, d condition) int { return cmp.Compare(c.count, d.count) })
	return nil
}

// A way selects the ids of the page.
type plan func(*sql.DialectBuilder) *sql.Selector

// contacts returns those whose ids a way selects.
func (l *pageQuery) fetch(ctx context.Context, w plan) ([]*ent.Contact, error) {
	found, err := l.query().Where(func(q *sql.Selector) {
		q.Where(sql.In(q.C(entcontact.FieldID), w(sql.Dialect(q.Dialect()))))
	}).All(ctx)
	slices.SortFunc(found, l.order.compare) // ORDER BY would have SQLite walk the order's index in search of these
	return found, err
}

func (l *pageQuery) query() *ent.ContactQuery {
	return l.db.Client().Contact.Query().Where(entcontact.AccountID(l.account))
}
