package query

import (
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/membership"
	"contactgraph/ent/predicate"
	"contactgraph/ent/searchterm"

	"entgo.io/ent/dialect/sql"
)

// condition is one condition of a filter. A contact meets it if it has a matching entry in an
// index.
type condition struct {
	account int
	table   string
	id      string                // the column that has the contact's id
	where   []func(*sql.Selector) // selects the matching entries among those of the account
	order   string                // the column by which the index orders the matching entries
	prefix  string                // of the words, if the entries are words
	count   int                   // how many entries match, counted up to maxSet+1
}

// uncounted is the count of a condition before it is counted: more than any limit.
const uncounted = math.MaxInt

// columnCondition returns a condition on a column of the contact, whose index orders equal values
// by id.
func columnCondition(account int, where predicate.Contact) condition {
	return condition{account: account, table: entcontact.Table, id: entcontact.FieldID, where: []func(*sql.Selector){where}, order: entcontact.FieldID, count: uncounted}
}

// uniqueCondition returns a condition that at most one contact meets.
func uniqueCondition(account int, where predicate.Contact) condition {
	c := columnCondition(account, where)
	c.count = 1
	return c
}

// modifiedSince returns the condition that the contact was modified at t or later.
func modifiedSince(account int, t time.Time) condition {
	c := columnCondition(account, keyRange{above: modifiedAfter(t)}.restrict)
	c.order = entcontact.FieldLastModified
	return c
}

// inSegment returns the condition that the contact is in the segment.
func inSegment(account, segment int) condition {
	return condition{
		account: account, table: membership.Table, id: membership.FieldContactID, order: membership.FieldContactID,
		where: []func(*sql.Selector){membership.SegmentID(segment)}, count: uncounted,
	}
}

// hasWord returns the condition that the contact has a word with the prefix, of one of the kinds if
// any are given.
func hasWord(account int, prefix string, kinds ...searchterm.Kind) condition {
	c := condition{
		account: account, table: searchterm.Table, id: searchterm.FieldContactID, order: searchterm.FieldTerm, prefix: prefix, count: uncounted,
		where: []func(*sql.Selector){searchterm.TermGTE(prefix), searchterm.TermLT(afterPrefix(prefix))},
	}
	if len(kinds) > 0 {
		c.where = append(c.where, searchterm.KindIn(kinds...))
	}
	return c
}

// afterPrefix returns the least text that is greater than every text with this prefix, in the order
// of code points.
func afterPrefix(prefix string) string {
	runes := []rune(prefix)
	for i, last := range slices.Backward(runes) {
		switch next := last + 1; {
		case next > utf8.MaxRune:
		case !utf8.ValidRune(next): // a surrogate, which UTF-8 cannot encode
			return string(runes[:i]) + "\uE000"
		default:
			return string(runes[:i]) + string(next)
		}
	}
	return prefix + string(utf8.MaxRune) // no word consists of this character only
}

// isLocal reports whether the condition is on a column of the contact itself.
func (c condition) isLocal() bool { return c.table == entcontact.Table }

// matchesNamePrefix reports whether every contact whose name_key begins with the prefix meets the
// condition. A prefix with @ in front is not one of a name.
func (c condition) matchesNamePrefix() bool {
	return c.prefix != "" && !strings.HasPrefix(c.prefix, "@")
}

// selectMatches selects the contact ids of the matching entries, in the order of the index. With a
// prefix, a contact may have several matching entries, so ids can repeat.
func (c condition) selectMatches(b *sql.DialectBuilder, limit int) *sql.Selector {
	q := c.selectAccount(b)
	c.restrict(q)
	return q.OrderBy(q.C(c.order)).Limit(limit)
}

// selectAccount selects the contact ids of all entries of the account.
func (c condition) selectAccount(b *sql.DialectBuilder) *sql.Selector {
	t := b.Table(c.table)
	return b.Select(t.C(c.id)).From(t).Where(sql.EQ(t.C(entcontact.FieldAccountID), c.account))
}

// restrict limits a statement on the table to the matching entries.
func (c condition) restrict(q *sql.Selector) {
	for _, p := range c.where {
		p(q)
	}
}

// semiJoin returns the predicate that the contact with the id has a matching entry. It looks the id
// up in a set of all matching entries, or in the index.
func (c condition) semiJoin(b *sql.DialectBuilder, id string, inSet bool) *sql.Predicate {
	if inSet {
		return unindexed(sql.In(id, c.selectMatches(b, noLimit)), "IS TRUE")
	}
	q := c.selectAccount(b)
	return unindexed(q.Where(sql.ColumnsEQ(q.C(c.id), id)).Where(c.residual(b)).Limit(1), "IS NOT NULL")
}

// residual returns the condition as a predicate on a row of the table, for a statement that finds
// the row by another index.
func (c condition) residual(b *sql.DialectBuilder) *sql.Predicate {
	q := b.Select().From(b.Table(c.table))
	c.restrict(q)
	return unindexed(q.P(), "IS TRUE")
}

// unindexed returns a predicate that no planner uses to seek: the engines evaluate it for each row.
func unindexed(q sql.Querier, is string) *sql.Predicate {
	return sql.P(func(b *sql.Builder) {
		b.Wrap(func(b *sql.Builder) { b.Join(q) }).Pad().WriteString(is)
	})
}
