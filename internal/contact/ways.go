package contact

import (
	"slices"

	entcontact "contactgraph/ent/contact"

	"entgo.io/ent/dialect/sql"
)

// byFilter selects the ids of the page out of all matches.
func (l *look) byFilter(b *sql.DialectBuilder) *sql.Selector {
	return l.sorted(b, l.candidates(b, l.rest(b, all).As("rest")))
}

// byFew is byFilter if at most few need be sorted; else it selects nothing.
func (l *look) byFew(b *sql.DialectBuilder) *sql.Selector {
	rest := b.Table("rest")
	return l.sorted(b, l.candidates(b, rest)).Prefix(sql.With("rest").As(l.rest(b, l.few+1))).Where(sql.P(func(p *sql.Builder) {
		p.Wrap(func(p *sql.Builder) { p.Join(b.Select(sql.Count("*")).From(rest)) }).WriteOp(sql.OpLTE).Arg(l.few)
	}))
}

// candidates selects the ids that the page is sorted out of: the rest, and the page of those that lead.
func (l *look) candidates(b *sql.DialectBuilder, rest sql.TableView) *sql.Selector {
	ids := b.Select().From(rest)
	if !l.leads() {
		return ids.SetDistinct(l.conditions[0].prefix != "")
	}
	leading := l.leading(b, l.stretch)
	l.order.sort(leading, leading.C)
	leading.Limit(l.size).As("leading")
	return ids.Union(b.Select(leading.C(entcontact.FieldID)).From(leading))
}

// rest selects the ids of the matches that have to be sorted, some of them repeatedly. Those that lead need not be; they are left
// out as far as they are some.
func (l *look) rest(b *sql.DialectBuilder, limit int) *sql.Selector {
	q := l.matches(b, limit)
	if l.leads() {
		q.Where(asked(sql.In(q.C(l.conditions[0].id), l.leading(b, stretch{}).Limit(l.some)), "IS NOT TRUE"))
	}
	return q
}

// matches selects the ids of the contacts that meet the conditions, some of them repeatedly, by the entries of the first; and
// what the page is ordered by, where these entries are the contacts'.
func (l *look) matches(b *sql.DialectBuilder, limit int) *sql.Selector {
	first, others := l.conditions[0], l.conditions[1:]
	if len(others) == 0 {
		return l.entries(b, limit)
	}
	entries := l.entries(b, all).As("entries")
	if first.prefix != "" {
		entries = b.Select().Distinct().From(entries).As("entries")
	}
	q := b.Select().From(entries)
	for _, c := range others {
		q.Where(c.met(b, entries.C(first.id), l.fitsSet(c)))
	}
	return q.Limit(limit)
}

// entries selects those of the first condition.
func (l *look) entries(b *sql.DialectBuilder, limit int) *sql.Selector {
	first := l.conditions[0]
	q := first.entries(b, limit)
	if first.own() && l.order.Field != ByID {
		q.AppendSelect(q.C(string(l.order.Field)))
	}
	return q
}

// leads reports whether the page is of a list by name, of those who have a word. Most of them may lie together in it, where
// the names begin with the word: these need not be sorted.
func (l *look) leads() bool {
	return l.order.Field == ByName && len(l.conditions) == 1 && l.conditions[0].leads()
}

// leading selects the ids of those in a stretch of the list by name whose name begins with the word.
func (l *look) leading(b *sql.DialectBuilder, st stretch) *sql.Selector {
	prefix := l.conditions[0].prefix
	st.from(position{Field: ByName, Value: prefix})
	st.to(position{Field: ByName, Value: after(prefix)})
	q := l.list(b)
	st.of(q)
	return q
}

// sorted selects the ids of the page out of ids.
func (l *look) sorted(b *sql.DialectBuilder, ids *sql.Selector) *sql.Selector {
	first := l.conditions[0]
	id := ids.As("ids").C(first.id)
	switch {
	case l.order.Field == ByID:
		return l.first(b.Select(id).From(ids), func(string) string { return id })
	case first.own():
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
func (l *look) byOrder(limit int) way {
	return func(b *sql.DialectBuilder) *sql.Selector {
		walk := l.list(b)
		l.along(walk)
		if !l.looksUp() {
			return walk.Limit(l.size)
		}
		if l.order.Field != ByID {
			walk.AppendSelect(walk.C(string(l.order.Field)))
		}
		walk.Limit(limit).As("walk")
		q := b.Select(walk.C(entcontact.FieldID)).From(walk)
		for _, c := range l.conditions {
			if !l.onTheWay(c) {
				q.Where(c.met(b, walk.C(entcontact.FieldID), l.fitsSet(c)))
			}
		}
		l.order.sort(q, walk.C)
		return q.Limit(l.size)
	}
}

// list selects the ids of all contacts of the account.
func (l *look) list(b *sql.DialectBuilder) *sql.Selector {
	contacts := b.Table(entcontact.Table)
	return b.Select(contacts.C(entcontact.FieldID)).From(contacts).Where(sql.EQ(contacts.C(entcontact.FieldAccountID), l.account))
}

// along makes a statement on contacts walk the order's index.
func (l *look) along(q *sql.Selector) {
	for _, c := range l.conditions {
		if l.onTheWay(c) {
			q.Where(c.asked(sql.Dialect(q.Dialect())))
		}
	}
	l.stretch.of(q)
	l.order.sort(q, q.C)
}

// onTheWay reports whether the condition is asked of the rows themselves on a walk: a set of the contacts that meet it would
// be too large. Not by id, where sorting its entries is quicker than reading so many rows.
func (l *look) onTheWay(c condition) bool { return c.own() && !l.fitsSet(c) && l.order.Field != ByID }

// fitsSet reports whether the entries of the condition are few enough to be read into a set.
func (l *look) fitsSet(c condition) bool { return c.n <= l.some }

// looksUp reports whether there is a condition that is not met or failed on the way.
func (l *look) looksUp() bool {
	return slices.ContainsFunc(l.conditions, func(c condition) bool { return !l.onTheWay(c) })
}

// first cuts the first contacts of the stretch out of q, whose columns are named by column.
func (l *look) first(q *sql.Selector, column func(string) string) *sql.Selector {
	l.stretch.cut(q, column)
	l.order.sort(q, column)
	return q.Limit(l.size)
}
