package query

import (
	"slices"

	entcontact "contactgraph/ent/contact"

	"entgo.io/ent/dialect/sql"
)

// byFilter selects the ids of the page out of all matches.
func (l *pageQuery) sortMatches(b *sql.DialectBuilder) *sql.Selector {
	return l.sortIDs(b, l.candidates(b, l.unsorted(b, noLimit).As("rest")))
}

// byFew is byFilter if at most few need be sorted; else it selects nothing.
func (l *pageQuery) sortMatchesIfFew(b *sql.DialectBuilder) *sql.Selector {
	rest := b.Table("rest")
	return l.sortIDs(b, l.candidates(b, rest)).Prefix(sql.With("rest").As(l.unsorted(b, l.maxSort+1))).Where(sql.P(func(p *sql.Builder) {
		p.Wrap(func(p *sql.Builder) { p.Join(b.Select(sql.Count("*")).From(rest)) }).WriteOp(sql.OpLTE).Arg(l.maxSort)
	}))
}

// candidates selects the ids that the page is sorted out of: the rest, and the page of those that lead.
func (l *pageQuery) candidates(b *sql.DialectBuilder, rest sql.TableView) *sql.Selector {
	ids := b.Select().From(rest)
	if !l.hasPrefixRange() {
		return ids.SetDistinct(l.conditions[0].prefix != "")
	}
	leading := l.prefixRange(b, l.keys)
	l.order.sort(leading, leading.C)
	leading.Limit(l.size).As("leading")
	return ids.Union(b.Select(leading.C(entcontact.FieldID)).From(leading))
}

// rest selects the ids of the matches that have to be sorted, some of them repeatedly. Those that lead need not be; they are left
// out as far as they are some.
func (l *pageQuery) unsorted(b *sql.DialectBuilder, limit int) *sql.Selector {
	q := l.matches(b, limit)
	if l.hasPrefixRange() {
		q.Where(unindexed(sql.In(q.C(l.conditions[0].id), l.prefixRange(b, keyRange{}).Limit(l.maxSet)), "IS NOT TRUE"))
	}
	return q
}

// matches selects the ids of the contacts that meet the conditions, some of them repeatedly, by the entries of the first; and
// what the page is ordered by, where these entries are the contacts'.
func (l *pageQuery) matches(b *sql.DialectBuilder, limit int) *sql.Selector {
	first, others := l.conditions[0], l.conditions[1:]
	if len(others) == 0 {
		return l.entries(b, limit)
	}
	entries := l.entries(b, noLimit).As("entries")
	if first.prefix != "" {
		entries = b.Select().Distinct().From(entries).As("entries")
	}
	q := b.Select().From(entries)
	for _, c := range others {
		q.Where(c.semiJoin(b, entries.C(first.id), l.fitsSet(c)))
	}
	return q.Limit(limit)
}

// entries selects those of the first condition.
func (l *pageQuery) entries(b *sql.DialectBuilder, limit int) *sql.Selector {
	first := l.conditions[0]
	q := first.selectMatches(b, limit)
	if first.isLocal() && l.order.Field != ByID {
		q.AppendSelect(q.C(string(l.order.Field)))
	}
	return q
}

// leads reports whether the page is of a list by name, of those who have a word. Most of them may lie together in it, where
// the names begin with the word: these need not be sorted.
func (l *pageQuery) hasPrefixRange() bool {
	return l.order.Field == ByName && len(l.conditions) == 1 && l.conditions[0].matchesNamePrefix()
}

// leading selects the ids of those in a stretch of the list by name whose name begins with the word.
func (l *pageQuery) prefixRange(b *sql.DialectBuilder, st keyRange) *sql.Selector {
	prefix := l.conditions[0].prefix
	st.raiseStart(keyPosition{Field: ByName, Value: prefix})
	st.lowerEnd(keyPosition{Field: ByName, Value: afterPrefix(prefix)})
	q := l.allContacts(b)
	st.restrict(q)
	return q
}

// sorted selects the ids of the page out of ids.
func (l *pageQuery) sortIDs(b *sql.DialectBuilder, ids *sql.Selector) *sql.Selector {
	first := l.conditions[0]
	id := ids.As("ids").C(first.id)
	switch {
	case l.order.Field == ByID:
		return l.first(b.Select(id).From(ids), func(string) string { return id })
	case first.isLocal():
		return l.first(b.Select(id).From(ids), ids.C)
	}
	contacts := b.Table(entcontact.Table)
	q := b.Select(contacts.C(entcontact.FieldID)).FromExpr(sql.ExprFunc(func(b *sql.Builder) {
		b.Wrap(func(b *sql.Builder) { b.Join(ids) }).WriteString(" AS ").Ident("ids").WriteString(" CROSS JOIN ").Ident(entcontact.Table)
	}))
	q.Where(sql.And(sql.ColumnsEQ(contacts.C(entcontact.FieldID), id), sql.EQ(contacts.C(entcontact.FieldAccountID), l.account)))
	return l.first(q, contacts.C)
}

// byOrder is the way along the order's index, on which at most limit of its entries are looked up.
func (l *pageQuery) scanOrder(limit int) plan {
	return func(b *sql.DialectBuilder) *sql.Selector {
		walk := l.allContacts(b)
		l.applyOrder(walk)
		if !l.needsLookups() {
			return walk.Limit(l.size)
		}
		if l.order.Field != ByID {
			walk.AppendSelect(walk.C(string(l.order.Field)))
		}
		walk.Limit(limit).As("walk")
		q := b.Select(walk.C(entcontact.FieldID)).From(walk)
		for _, c := range l.conditions {
			if !l.isResidual(c) {
				q.Where(c.semiJoin(b, walk.C(entcontact.FieldID), l.fitsSet(c)))
			}
		}
		l.order.sort(q, walk.C)
		return q.Limit(l.size)
	}
}

// list selects the ids of all contacts of the account.
func (l *pageQuery) allContacts(b *sql.DialectBuilder) *sql.Selector {
	contacts := b.Table(entcontact.Table)
	return b.Select(contacts.C(entcontact.FieldID)).From(contacts).Where(sql.EQ(contacts.C(entcontact.FieldAccountID), l.account))
}

// along makes a statement on contacts walk the order's index.
func (l *pageQuery) applyOrder(q *sql.Selector) {
	for _, c := range l.conditions {
		if l.isResidual(c) {
			q.Where(c.residual(sql.Dialect(q.Dialect())))
		}
	}
	l.keys.restrict(q)
	l.order.sort(q, q.C)
}

// onTheWay reports whether the condition is asked of the rows themselves on a walk: a set of the contacts that meet it would
// be too large. Not by id, where sorting its entries is quicker than reading so many rows.
func (l *pageQuery) isResidual(c condition) bool {
	return c.isLocal() && !l.fitsSet(c) && l.order.Field != ByID
}

// fitsSet reports whether the entries of the condition are few enough to be read into a set.
func (l *pageQuery) fitsSet(c condition) bool { return c.count <= l.maxSet }

// looksUp reports whether there is a condition that is not met or failed on the way.
func (l *pageQuery) needsLookups() bool {
	return slices.ContainsFunc(l.conditions, func(c condition) bool { return !l.isResidual(c) })
}

// first cuts the first contacts of the stretch out of q, whose columns are named by column.
func (l *pageQuery) first(q *sql.Selector, column func(string) string) *sql.Selector {
	l.keys.restrictColumns(q, column)
	l.order.sort(q, column)
	return q.Limit(l.size)
}
