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

// condition is one of those that a filter is made of: it is met by the contacts that entries of an index name.
type condition struct {
	account int
	table   string
	id      string                // the column with the contact's id
	where   []func(*sql.Selector) // which entries of the account
	order   string                // what the index is ordered by, of those
	prefix  string                // of the words, where the entries are of words
	count   int                   // how many there are, counted as far as it matters
}

// uncounted is the number of entries before they are counted: more than any.
const uncounted = math.MaxInt

// ofContact is a condition on a column of the contact's own, by which an index orders the ids.
func columnCondition(account int, is predicate.Contact) condition {
	return condition{account: account, table: entcontact.Table, id: entcontact.FieldID, where: []func(*sql.Selector){is}, order: entcontact.FieldID, count: uncounted}
}

// ofOne is a condition that one contact at most meets.
func uniqueCondition(account int, is predicate.Contact) condition {
	c := columnCondition(account, is)
	c.count = 1
	return c
}

// ofModified is the condition to have been modified at t or later.
func modifiedSince(account int, t time.Time) condition {
	c := columnCondition(account, keyRange{above: modifiedAfter(t)}.restrict)
	c.order = entcontact.FieldLastModified
	return c
}

// ofSegment is the condition to be in a segment.
func inSegment(account, segment int) condition {
	return condition{
		account: account, table: membership.Table, id: membership.FieldContactID, order: membership.FieldContactID,
		where: []func(*sql.Selector){membership.SegmentID(segment)}, count: uncounted,
	}
}

// ofWord is the condition that the contact has a word with the prefix, of one of the kinds if there are any.
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

// after is the least text that is greater than every text with this prefix, in the order of code points.
func afterPrefix(prefix string) string {
	runes := []rune(prefix)
	for i, last := range slices.Backward(runes) {
		switch next := last + 1; {
		case next > utf8.MaxRune:
		case !utf8.ValidRune(next): // a surrogate: UTF-8 has none
			return string(runes[:i]) + "\uE000"
		default:
			return string(runes[:i]) + string(next)
		}
	}
	return prefix + string(utf8.MaxRune) // no word is made of nothing else
}

// own reports whether the condition is on the contact's own columns.
func (c condition) isLocal() bool { return c.table == entcontact.Table }

// leads reports whether every contact whose name_key begins with the prefix meets the condition. An address is another word.
func (c condition) matchesNamePrefix() bool {
	return c.prefix != "" && !strings.HasPrefix(c.prefix, "@")
}

// entries selects the ids of the contacts that meet c, in the order of the index. With a prefix, some are repeated.
func (c condition) selectMatches(b *sql.DialectBuilder, limit int) *sql.Selector {
	q := c.selectAccount(b)
	c.restrict(q)
	return q.OrderBy(q.C(c.order)).Limit(limit)
}

// ofAll selects the ids of all entries of the account.
func (c condition) selectAccount(b *sql.DialectBuilder) *sql.Selector {
	t := b.Table(c.table)
	return b.Select(t.C(c.id)).From(t).Where(sql.EQ(t.C(entcontact.FieldAccountID), c.account))
}

// narrow limits a statement on the table to the entries.
func (c condition) restrict(q *sql.Selector) {
	for _, p := range c.where {
		p(q)
	}
}

// met is the condition on the id of a contact that there is an entry of it. It looks into a set of all of them, or into the index.
func (c condition) semiJoin(b *sql.DialectBuilder, id string, inSet bool) *sql.Predicate {
	if inSet {
		return unindexed(sql.In(id, c.selectMatches(b, noLimit)), "IS TRUE")
	}
	q := c.selectAccount(b)
	return unindexed(q.Where(sql.ColumnsEQ(q.C(c.id), id)).Where(c.residual(b)).Limit(1), "IS NOT NULL")
}

// asked is the condition on a row of the table that it is one of the entries, for a statement that finds it otherwise.
func (c condition) residual(b *sql.DialectBuilder) *sql.Predicate {
	q := b.Select().From(b.Table(c.table))
	c.restrict(q)
	return unindexed(q.P(), "IS TRUE")
}

// asked is a condition that no planner looks rows up by: it is asked of each row.
func unindexed(q sql.Querier, is string) *sql.Predicate {
	return sql.P(func(b *sql.Builder) {
		b.Wrap(func(b *sql.Builder) { b.Join(q) }).Pad().WriteString(is)
	})
}
