package query

import (
	"math"
	"slices"
	"strconv"
	"time"

	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/externalid"
	"contactgraph/ent/jobitem"
	"contactgraph/ent/membership"
	"contactgraph/ent/predicate"
	"contactgraph/ent/searchterm"
	"contactgraph/internal/contact/field"

	"entgo.io/ent/dialect/sql"
)

// condition is one condition of a filter. A contact meets it if it has a matching entry in one of
// the lists.
type condition struct {
	entries []entries // at least one
	count   int       // how many entries match, counted up to maxSet+1 in each list
}

// uncounted is the count of a condition before it is counted: more than any limit.
const uncounted = math.MaxInt

// matchID is the column of the contacts' ids in the union of several lists.
const matchID = searchterm.FieldContactID

// columnCondition returns a condition on a column of the contact, whose index orders equal values
// by id.
func columnCondition(account int, where predicate.Contact) condition {
	return condition{[]entries{contactEntries(account, where)}, uncounted}
}

// uniqueCondition returns a condition that at most one contact meets.
func uniqueCondition(account int, where predicate.Contact) condition {
	return condition{[]entries{contactEntries(account, where)}, 1}
}

// modifiedSince returns the condition that the contact was modified at t or later.
func modifiedSince(account int, t time.Time) condition {
	e := contactEntries(account, keyRange{above: modifiedAfter(t)}.restrict)
	e.order = entcontact.FieldLastModified
	return condition{[]entries{e}, uncounted}
}

// inSegment returns the condition that the contact is in the segment.
func inSegment(account, segment int) condition {
	return condition{[]entries{{
		account: account, table: membership.Table, id: membership.FieldContactID, order: membership.FieldContactID,
		where: []func(*sql.Selector){membership.SegmentID(segment)},
	}}, uncounted}
}

// hasExternalID returns the condition that the contact has the external id.
func hasExternalID(account int, id field.ExternalID) condition {
	return condition{[]entries{{
		account: account, table: externalid.Table, id: externalid.FieldContactID,
		where: []func(*sql.Selector){externalid.System(id.System), externalid.Value(id.Value)},
	}}, 1}
}

// writtenBy returns the condition that the job has written the contact, and that this was not
// reverted.
func writtenBy(account, job int) condition {
	return condition{[]entries{{
		account: account, table: jobitem.Table, id: jobitem.FieldContactID, order: jobitem.FieldContactID,
		where: []func(*sql.Selector){jobitem.JobID(job), jobitem.ContactIDNotNil(), jobitem.OutcomeIn(jobitem.OutcomeAPPLIED, jobitem.OutcomeKEPT)},
	}}, uncounted}
}

// isLocal reports whether the condition is on a column of the contact itself.
func (c condition) isLocal() bool {
	return len(c.entries) == 1 && c.entries[0].table == entcontact.Table
}

// id returns the column that has the contacts' ids in the matches.
func (c condition) id() string {
	if len(c.entries) == 1 {
		return c.entries[0].id
	}
	return matchID
}

// repeats reports whether the matches can contain a contact several times.
func (c condition) repeats() bool { return len(c.entries) > 1 || c.entries[0].prefix != "" }

// namePrefixes returns the prefixes of names with which every contact meets the condition.
func (c condition) namePrefixes() (prefixes []string) {
	for _, e := range c.entries {
		if e.matchesNamePrefix() {
			prefixes = append(prefixes, e.prefix)
		}
	}
	return prefixes
}

// selectMatches selects the contact ids of the matching entries, in the order of the index if there
// is only one.
func (c condition) selectMatches(b *sql.DialectBuilder, limit int) *sql.Selector {
	if len(c.entries) == 1 {
		return c.entries[0].selectMatches(b, limit)
	}
	var all *sql.Selector
	for i, e := range c.entries {
		list := e.selectMatches(b, limit).As("list" + strconv.Itoa(i))
		part := b.Select(sql.As(list.C(e.id), matchID)).From(list)
		if all == nil {
			all = part
		} else {
			all.UnionAll(part)
		}
	}
	all.As(unionName)
	return b.Select(all.C(matchID)).From(all).Limit(limit)
}

// unionName is the name of the union of several lists in a statement.
const unionName = "lists"

// idIn returns the column of the contacts' ids in a statement of selectMatches.
func (c condition) idIn(matches *sql.Selector) string {
	if len(c.entries) == 1 {
		return matches.C(c.entries[0].id)
	}
	return sql.Dialect(matches.Dialect()).Table(unionName).C(matchID)
}

// restrict limits a statement on contacts to those that meet the condition, which is local.
func (c condition) restrict(q *sql.Selector) { c.entries[0].restrict(q) }

// residual returns the condition, which is local, as a predicate on a row of contacts, for a
// statement that finds the row by another index.
func (c condition) residual(b *sql.DialectBuilder) *sql.Predicate {
	return unindexed(c.entries[0].predicate(b), "IS TRUE")
}

// semiJoin returns the predicate that the contact with the id has a matching entry. It looks the id
// up in a set of all matching entries, or in the indexes.
func (c condition) semiJoin(b *sql.DialectBuilder, id string, inSet bool) *sql.Predicate {
	if inSet {
		return unindexed(sql.In(id, c.selectMatches(b, noLimit)), "IS TRUE")
	}
	var lookups []*sql.Predicate
	for _, table := range c.tables() {
		lookups = append(lookups, unindexed(table[0].lookUp(b, id, table), "IS NOT NULL"))
	}
	return sql.Or(lookups...)
}

// tables returns the lists, those of the same table together.
func (c condition) tables() (tables [][]entries) {
	for _, e := range c.entries {
		i := slices.IndexFunc(tables, func(t []entries) bool { return t[0].table == e.table })
		if i < 0 {
			i, tables = len(tables), append(tables, nil)
		}
		tables[i] = append(tables[i], e)
	}
	return tables
}

// entries are the entries of an index that match, among those of the account.
type entries struct {
	account int
	table   string
	id      string                // the column that has the contact's id
	where   []func(*sql.Selector) // selects the matching entries
	order   string                // the column by which the index orders the matching entries, "" for none
	prefix  string                // of the words, if the entries are words
}

// contactEntries returns the entries of contacts, which the index orders by id.
func contactEntries(account int, where ...func(*sql.Selector)) entries {
	return entries{account: account, table: entcontact.Table, id: entcontact.FieldID, where: where, order: entcontact.FieldID}
}

// matchesNamePrefix reports whether there is an entry for every contact whose name_key begins with
// the prefix. That holds if it is a part of one word.
func (e entries) matchesNamePrefix() bool {
	return e.prefix != "" && !slices.ContainsFunc([]rune(e.prefix), isNoWordRune)
}

// selectMatches selects the contact ids of the matching entries, in the order of the index. With a
// prefix, a contact may have several matching entries, so ids can repeat.
func (e entries) selectMatches(b *sql.DialectBuilder, limit int) *sql.Selector {
	q := e.selectAccount(b)
	e.restrict(q)
	if e.order != "" {
		q.OrderBy(q.C(e.order))
	}
	return q.Limit(limit)
}

// selectAccount selects the contact ids of all entries of the account.
func (e entries) selectAccount(b *sql.DialectBuilder) *sql.Selector {
	t := b.Table(e.table)
	return b.Select(t.C(e.id)).From(t).Where(sql.EQ(t.C(entcontact.FieldAccountID), e.account))
}

// restrict limits a statement on the table to the matching entries.
func (e entries) restrict(q *sql.Selector) {
	for _, p := range e.where {
		p(q)
	}
}

// predicate returns the predicate that a row of the table is a matching entry.
func (e entries) predicate(b *sql.DialectBuilder) *sql.Predicate {
	q := b.Select().From(b.Table(e.table))
	e.restrict(q)
	return q.P()
}

// lookUp selects an entry of the contact with the id that matches in one of the lists of the table.
func (e entries) lookUp(b *sql.DialectBuilder, id string, lists []entries) *sql.Selector {
	q := e.selectAccount(b)
	q.Where(sql.ColumnsEQ(q.C(e.id), id))
	var matches []*sql.Predicate
	for _, list := range lists {
		matches = append(matches, list.predicate(b))
	}
	return q.Where(unindexed(sql.Or(matches...), "IS TRUE")).Limit(1)
}

// unindexed returns a predicate that no planner uses to seek: the engines evaluate it for each row.
func unindexed(q sql.Querier, is string) *sql.Predicate {
	return sql.P(func(b *sql.Builder) {
		b.Wrap(func(b *sql.Builder) { b.Join(q) }).Pad().WriteString(is)
	})
}
