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

// limits decide how the contacts of a page are found under a filter.
//
// No index has the contacts of every filter in every order, so there are two plans, each fast where
// the other is slow. Sorting matches reads all contacts that meet a condition from the index of the
// condition and sorts them. Scanning the order reads the index of the order until the page is full
// and checks the conditions for each contact. The counts of the matches decide:
//
//   - If at most maxSort contacts match, they are sorted.
//   - In a list by id, if one condition has at most maxSet index entries, these are sorted: they
//     contain the id.
//   - In a list by name with one word as the filter, the contacts whose names begin with the word
//     are adjacent in the index of the order. If at most maxSort other contacts match, only these
//     are sorted.
//   - Otherwise the index of the order is scanned. If a condition has at most maxSet entries, these
//     are read into a set, and at most maxScanWithSet entries of the order are looked up in it. If
//     all conditions have more, at most maxScan entries are looked up in their indexes.
//   - If the scan does not fill the page, because the matches are adjacent and far from its start,
//     the matches are sorted after all, however many there are.
//
// A condition on a column of the contact that more than maxSet contacts meet is residual: the scan
// evaluates it on each row, and is not limited for it.
//
// A word of a search can mean several words, a number or companies: its condition has a list of
// entries for each. Most of these are empty, and the counts remove them.
//
// Contacts without a name are at the end of a list by name in both directions, but at one end of
// its index. So that list consists of two key ranges, whose pages are found one after the other.
//
// Reading a page takes several statements, and others write between them. The counts only choose
// the plan; the statement that returns the page is correct whatever they were.
//
// The statements leave no choice to the planners of the engines: SQLite plans without statistics
// here, and PostgreSQL has poor ones for prefixes. A subquery with a LIMIT is not flattened into
// the outer query; CROSS JOIN fixes the join order in SQLite; and a condition before IS TRUE or IS
// NOT NULL is not used to seek.
type limits struct{ maxSort, maxSet, maxScan, maxScanWithSet int }

// defaultLimits suffice for a page of fifty out of a million contacts if the matches are spread
// evenly over the order.
var defaultLimits = limits{maxSort: 1_500, maxSet: 20_000, maxScan: 20_000, maxScanWithSet: 50_000}

// noLimit is the LIMIT of a subquery that must return all rows and must not be flattened.
const noLimit = math.MaxInt32

// pageQuery finds the contacts of a page: the first ones in a key range of an order that meet all
// conditions.
type pageQuery struct {
	limits

	db         DB
	account    int
	conditions []condition
	order      Order // reversed for a page from the end of the list
	keys       keyRange
	size       int
}

// run returns the contacts of the page, from key ranges that follow one another in the list.
func (pq *pageQuery) run(ctx context.Context, ranges []keyRange) (found []*ent.Contact, err error) {
	if err := pq.countConditions(ctx); err != nil {
		return nil, err
	}
	for i, r := range ranges {
		part := *pq
		part.keys, part.size = r, pq.size-len(found)
		if i > 0 && len(pq.conditions) > 0 {
			some, err := part.query().Where(r.restrict).Limit(1).IDs(ctx)
			if err != nil || len(some) == 0 { // most accounts have no contacts without a name
				return found, err
			}
		}
		more, err := part.runRange(ctx)
		if found = append(found, more...); err != nil || len(found) == pq.size {
			return found, err
		}
	}
	return found, nil
}

// runRange returns the contacts of the page that are in the key range.
func (pq *pageQuery) runRange(ctx context.Context) ([]*ent.Contact, error) {
	if len(pq.conditions) == 0 {
		return pq.query().Where(pq.applyOrder).Limit(pq.size).All(ctx)
	}
	least, most, single := pq.conditions[0].count, pq.conditions[len(pq.conditions)-1].count, len(pq.conditions) == 1
	switch {
	case least <= pq.maxSort, single && least <= pq.maxSet && pq.order.Field == ByID:
		return pq.fetch(ctx, pq.sortMatches)
	case most <= pq.maxSet && (!single || len(pq.prefixes()) > 0):
		return pq.sortOrScan(ctx)
	default:
		return pq.scan(ctx)
	}
}

// sortOrScan sorts the matches if at most maxSort need sorting, and scans the order otherwise.
// Counting them costs as much as finding them, so the first statement counts them along with
// reading the page.
func (pq *pageQuery) sortOrScan(ctx context.Context) ([]*ent.Contact, error) {
	found, err := pq.fetch(ctx, pq.sortMatchesIfFew)
	if err != nil || len(found) > 0 {
		return found, err
	}
	n, err := pq.db.CountRows(ctx, func(b *sql.DialectBuilder) *sql.Selector { return pq.unsorted(b, pq.maxSort+1) })
	switch {
	case err != nil:
		return nil, err
	case n <= pq.maxSort:
		return pq.fetch(ctx, pq.sortMatches)
	default:
		return pq.scan(ctx)
	}
}

// scan scans the order. If the scan reaches its limit before the page is full, the matches are
// sorted.
func (pq *pageQuery) scan(ctx context.Context) ([]*ent.Contact, error) {
	limit := pq.maxScan
	if pq.fitsSet(pq.conditions[0]) {
		limit = pq.maxScanWithSet
	}
	found, err := pq.fetch(ctx, pq.scanOrder(limit))
	if err != nil || len(found) == pq.size || !pq.needsLookups() {
		return found, err
	}
	beyond, err := pq.query().Where(pq.applyOrder).Offset(limit).Limit(1).IDs(ctx)
	if err != nil {
		return nil, err
	}
	if len(beyond) > 0 {
		return pq.fetch(ctx, pq.sortMatches)
	}
	return pq.fetch(ctx, pq.scanOrder(noLimit)) // of the current list: contacts may have moved into the scanned part
}

// countConditions counts the entries of the conditions until one has at most maxSort, and sorts the
// conditions by their counts, lowest first.
func (pq *pageQuery) countConditions(ctx context.Context) error {
	for i := range pq.conditions {
		c := &pq.conditions[i]
		if c.count == uncounted {
			if err := pq.countEntries(ctx, c); err != nil {
				return err
			}
		}
		if c.count <= pq.maxSort {
			break
		}
	}
	slices.SortStableFunc(pq.conditions, func(c, d condition) int { return cmp.Compare(c.count, d.count) })
	return nil
}

// countEntries counts the entries of a condition, and removes lists without any: most of the words
// that a search may also mean do not exist.
func (pq *pageQuery) countEntries(ctx context.Context, c *condition) error {
	c.count = 0
	var lists []entries
	for _, e := range c.entries {
		n, err := pq.db.CountRows(ctx, func(b *sql.DialectBuilder) *sql.Selector { return e.selectMatches(b, pq.maxSet+1) })
		if err != nil {
			return err
		}
		if c.count += n; n > 0 {
			lists = append(lists, e)
		}
	}
	if len(lists) > 0 {
		c.entries = lists
	} else {
		c.entries = c.entries[:1]
	}
	return nil
}

// plan returns a statement that selects the ids of the page.
type plan func(*sql.DialectBuilder) *sql.Selector

// fetch returns the contacts whose ids the plan selects, in the order of the list.
func (pq *pageQuery) fetch(ctx context.Context, selectIDs plan) ([]*ent.Contact, error) {
	found, err := pq.query().Where(func(q *sql.Selector) {
		q.Where(sql.In(q.C(entcontact.FieldID), selectIDs(sql.Dialect(q.Dialect()))))
	}).All(ctx)
	slices.SortFunc(found, pq.order.compare) // with ORDER BY, SQLite would scan the index of the order for these ids
	return found, err
}

func (pq *pageQuery) query() *ent.ContactQuery {
	return pq.db.Client().Contact.Query().Where(entcontact.AccountID(pq.account))
}
