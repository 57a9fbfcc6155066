package query

import (
	"slices"
	"strconv"

	entcontact "contactgraph/ent/contact"

	"entgo.io/ent/dialect/sql"
)

// sortMatches is the plan that sorts all matches.
func (pq *pageQuery) sortMatches(b *sql.DialectBuilder) *sql.Selector {
	return pq.sortIDs(b, pq.candidates(b, pq.unsorted(b, noLimit).As("unsorted")))
}

// sortMatchesIfFew is sortMatches if at most maxSort contacts need sorting; otherwise it selects
// nothing.
func (pq *pageQuery) sortMatchesIfFew(b *sql.DialectBuilder) *sql.Selector {
	unsorted := b.Table("unsorted")
	return pq.sortIDs(b, pq.candidates(b, unsorted)).Prefix(sql.With("unsorted").As(pq.unsorted(b, pq.maxSort+1))).Where(sql.P(func(p *sql.Builder) {
		p.Wrap(func(p *sql.Builder) { p.Join(b.Select(sql.Count("*")).From(unsorted)) }).WriteOp(sql.OpLTE).Arg(pq.maxSort)
	}))
}

// candidates selects the ids from which the page is sorted: the unsorted matches and, of each
// prefix range, its first page, which the index has sorted.
func (pq *pageQuery) candidates(b *sql.DialectBuilder, unsorted sql.TableView) *sql.Selector {
	ids := b.Select().From(unsorted)
	prefixes := pq.prefixes()
	if len(prefixes) == 0 {
		return ids.SetDistinct(pq.conditions[0].repeats())
	}
	for i, prefix := range prefixes {
		leading := pq.prefixRange(b, prefix, pq.keys)
		pq.order.sort(leading, leading.C)
		leading.Limit(pq.size).As("leading" + strconv.Itoa(i))
		ids.Union(b.Select(leading.C(entcontact.FieldID)).From(leading))
	}
	return ids
}

// unsorted selects the ids of the matches that have to be sorted; ids can repeat. Those in the
// prefix ranges need no sorting and are left out, up to maxSet of each range.
func (pq *pageQuery) unsorted(b *sql.DialectBuilder, limit int) *sql.Selector {
	q := pq.matches(b, limit)
	for _, prefix := range pq.prefixes() {
		q.Where(unindexed(sql.In(pq.conditions[0].idIn(q), pq.prefixRange(b, prefix, keyRange{}).Limit(pq.maxSet)), "IS NOT TRUE"))
	}
	return q
}

// matches selects the ids of the contacts that meet all conditions, from the entries of the first;
// ids can repeat. If the entries are contacts, it also selects the column that orders the page.
func (pq *pageQuery) matches(b *sql.DialectBuilder, limit int) *sql.Selector {
	first, others := pq.conditions[0], pq.conditions[1:]
	if len(others) == 0 {
		return pq.entries(b, limit)
	}
	entries := pq.entries(b, noLimit).As("entries")
	if first.repeats() {
		entries = b.Select().Distinct().From(entries).As("entries")
	}
	q := b.Select().From(entries)
	for _, c := range others {
		q.Where(c.semiJoin(b, entries.C(first.id()), pq.fitsSet(c)))
	}
	return q.Limit(limit)
}

// entries selects the matching entries of the first condition.
func (pq *pageQuery) entries(b *sql.DialectBuilder, limit int) *sql.Selector {
	first := pq.conditions[0]
	q := first.selectMatches(b, limit)
	if first.isLocal() && pq.order.Field != ByID {
		q.AppendSelect(q.C(string(pq.order.Field)))
	}
	return q
}

// prefixes returns the prefixes of names with which contacts match, if the list is ordered by name
// and filtered by one word. The contacts whose names begin with such a prefix, which may be most
// matches, are adjacent in the index of the order and need no sorting.
func (pq *pageQuery) prefixes() []string {
	if pq.order.Field != ByName || len(pq.conditions) != 1 {
		return nil
	}
	return pq.conditions[0].namePrefixes()
}

// prefixRange selects the ids of the contacts in a key range of the list by name whose names begin
// with the prefix.
func (pq *pageQuery) prefixRange(b *sql.DialectBuilder, prefix string, r keyRange) *sql.Selector {
	r.raiseStart(keyPosition{Field: ByName, Value: prefix})
	r.lowerEnd(keyPosition{Field: ByName, Value: afterPrefix(prefix)})
	q := pq.allContacts(b)
	r.restrict(q)
	return q
}

// sortIDs selects the ids of the page from ids.
func (pq *pageQuery) sortIDs(b *sql.DialectBuilder, ids *sql.Selector) *sql.Selector {
	first := pq.conditions[0]
	id := ids.As("ids").C(first.id())
	switch {
	case pq.order.Field == ByID:
		return pq.firstOf(b.Select(id).From(ids), func(string) string { return id })
	case first.isLocal():
		return pq.firstOf(b.Select(id).From(ids), ids.C)
	}
	contacts := b.Table(entcontact.Table)
	q := b.Select(contacts.C(entcontact.FieldID)).FromExpr(sql.ExprFunc(func(b *sql.Builder) {
		b.Wrap(func(b *sql.Builder) { b.Join(ids) }).WriteString(" AS ").Ident("ids").WriteString(" CROSS JOIN ").Ident(entcontact.Table)
	}))
	q.Where(sql.And(sql.ColumnsEQ(contacts.C(entcontact.FieldID), id), sql.EQ(contacts.C(entcontact.FieldAccountID), pq.account)))
	return pq.firstOf(q, contacts.C)
}

// scanOrder returns the plan that scans the index of the order and looks up at most limit of its
// entries.
func (pq *pageQuery) scanOrder(limit int) plan {
	return func(b *sql.DialectBuilder) *sql.Selector {
		scan := pq.allContacts(b)
		pq.applyOrder(scan)
		if !pq.needsLookups() {
			return scan.Limit(pq.size)
		}
		if pq.order.Field != ByID {
			scan.AppendSelect(scan.C(string(pq.order.Field)))
		}
		scan.Limit(limit).As("scan")
		q := b.Select(scan.C(entcontact.FieldID)).From(scan)
		for _, c := range pq.conditions {
			if !pq.isResidual(c) {
				q.Where(c.semiJoin(b, scan.C(entcontact.FieldID), pq.fitsSet(c)))
			}
		}
		pq.order.sort(q, scan.C)
		return q.Limit(pq.size)
	}
}

// allContacts selects the ids of all contacts of the account.
func (pq *pageQuery) allContacts(b *sql.DialectBuilder) *sql.Selector {
	contacts := b.Table(entcontact.Table)
	return b.Select(contacts.C(entcontact.FieldID)).From(contacts).Where(sql.EQ(contacts.C(entcontact.FieldAccountID), pq.account))
}

// applyOrder makes a statement on contacts scan the index of the order, with the residual
// conditions.
func (pq *pageQuery) applyOrder(q *sql.Selector) {
	for _, c := range pq.conditions {
		if pq.isResidual(c) {
			q.Where(c.residual(sql.Dialect(q.Dialect())))
		}
	}
	pq.keys.restrict(q)
	pq.order.sort(q, q.C)
}

// isResidual reports whether a scan evaluates the condition on the rows themselves, because a set
// of its matches would be too large. In a list by id it does not: there, sorting the entries is
// faster than reading so many rows.
func (pq *pageQuery) isResidual(c condition) bool {
	return c.isLocal() && !pq.fitsSet(c) && pq.order.Field != ByID
}

// fitsSet reports whether the entries of the condition are few enough to be read into a set.
func (pq *pageQuery) fitsSet(c condition) bool { return c.count <= pq.maxSet }

// needsLookups reports whether a scan has to look up entries for some condition.
func (pq *pageQuery) needsLookups() bool {
	return slices.ContainsFunc(pq.conditions, func(c condition) bool { return !pq.isResidual(c) })
}

// firstOf selects the first contacts of the key range from q, ordered. column returns its name for
// a column of contacts.
func (pq *pageQuery) firstOf(q *sql.Selector, column func(string) string) *sql.Selector {
	pq.keys.restrictColumns(q, column)
	pq.order.sort(q, column)
	return q.Limit(pq.size)
}
