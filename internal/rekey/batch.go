package rekey

import (
	"context"
	"slices"

	"contactgraph/ent"
	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/login"
	"contactgraph/ent/searchterm"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/database"
	"contactgraph/internal/dberr"
	"contactgraph/internal/revision"

	"entgo.io/ent/dialect/sql"
)

// row is a contact with what it has in other tables and is derived, too.
type row struct {
	*ent.Contact

	terms  []database.Term
	logins []*ent.Login
}

// derived is what the fields of a contact lead to.
type derived struct {
	version      revision.Version // of the contact
	email, phone *string
	name         string
	terms        []database.Term
}

// deriver computes what fields lead to. Parsing phone numbers is slow, so it does that once for
// each version of a contact.
type deriver struct {
	country string
	byID    map[int]*derived
}

func (d deriver) of(c *ent.Contact) *derived {
	if known := d.byID[c.ID]; known != nil && known.version == c.Version {
		return known
	}
	next := &derived{version: c.Version, email: field.EmailKey(c), phone: field.PhoneKey(d.country, c), name: field.NameKey(c)}
	for _, s := range field.TermSources {
		for _, terms := range s.Terms(c) {
			for _, w := range terms.Words {
				next.terms = append(next.terms, database.Term{Kind: string(terms.Kind), Word: w})
			}
		}
	}
	d.byID[c.ID] = next
	return next
}

// recompute computes the contacts again, and runs then in the same transaction. It reads them
// without locks, and locks only those of which something changes.
func (r *run) recompute(ctx context.Context, st *ent.Derivation, page []*ent.Contact, then func(context.Context, *database.Tx) error) error {
	rows, err := withTables(ctx, r.db.Client(), r.account, page)
	if err != nil {
		return err
	}
	forms := deriver{st.Country, map[int]*derived{}}
	var stale []int
	for _, o := range rows {
		if o.isStale(forms.of(o.Contact)) {
			stale = append(stale, o.ID)
		}
	}
	if len(stale) == 0 && st.Done == nil {
		r.progress(ctx, len(page), 0)
		return nil
	}
	changed := 0
	err = r.db.WriteAll(ctx, stale, func(ctx context.Context, tx *database.Tx) error {
		b := &batch{run: r, tx: tx, forms: forms}
		if err := r.check(ctx, tx, st); err != nil {
			return err
		}
		if err := b.write(ctx, stale); err != nil {
			if dberr.IsUnique(err) { // another write has taken a key in between
				err = dberr.Raced(err)
			}
			return err
		}
		changed = b.changed
		return then(ctx, tx)
	})
	if err == nil {
		r.progress(ctx, len(page), changed)
	}
	return err
}

// withTables reads what contacts have in other tables.
func withTables(ctx context.Context, c *ent.Client, account int, page []*ent.Contact) ([]*row, error) {
	rows, ids, byID := make([]*row, len(page)), make([]int, len(page)), map[int]*row{}
	for i, o := range page {
		rows[i], ids[i] = &row{Contact: o}, o.ID
		byID[o.ID] = rows[i]
	}
	if len(ids) == 0 {
		return nil, nil
	}
	// PostgreSQL finds a range by the index of the column even without statistics, and may look at
	// all rows of the account for a list.
	least, most := slices.Min(ids), slices.Max(ids)
	terms, err := c.SearchTerm.Query().Where(searchterm.AccountID(account),
		searchterm.ContactIDIn(ids...), sql.FieldGTE(searchterm.FieldContactID, least), sql.FieldLTE(searchterm.FieldContactID, most)).All(ctx)
	if err != nil {
		return nil, err
	}
	for _, t := range terms {
		o := byID[t.ContactID]
		o.terms = append(o.terms, database.Term{Kind: string(t.Kind), Word: t.Term})
	}
	logins, err := c.Login.Query().Where(login.AccountID(account),
		login.ContactIDIn(ids...), sql.FieldGTE(login.FieldContactID, least), sql.FieldLTE(login.FieldContactID, most)).Order(login.ByID()).All(ctx)
	for _, l := range logins {
		byID[l.ContactID].logins = append(byID[l.ContactID].logins, l)
	}
	return rows, err
}

// isStale reports whether something of the contact is not what its fields lead to. That is always
// the case for one without a key that another contact has.
func (o *row) isStale(d *derived) bool {
	gone, added := o.changedTerms(d)
	return len(gone)+len(added) > 0 || o.NameKey != d.name || !same(o.EmailKey, d.email) || !same(o.PhoneKey, d.phone) ||
		slices.ContainsFunc(o.logins, func(l *ent.Login) bool { return l.NameKey != loginKey(l) })
}

// changedTerms returns the search terms that are stored and wrong, and those that are missing.
func (o *row) changedTerms(d *derived) (gone, added []database.Term) {
	return without(o.terms, d.terms), without(d.terms, o.terms)
}

// without returns the terms that are not among the others.
func without(terms, others []database.Term) []database.Term {
	return slices.DeleteFunc(slices.Clone(terms), func(t database.Term) bool { return slices.Contains(others, t) })
}

func same(a, b *string) bool { return a == b || a != nil && b != nil && *a == *b }

// batch is the transaction in which contacts are computed.
type batch struct {
	*run

	tx      *database.Tx
	forms   deriver
	changed int
}

// lock returns the contacts with these ids that still exist, locked by the transaction.
func (b *batch) lock(ctx context.Context, ids []int) (locked []*ent.Contact, err error) {
	for _, id := range ids {
		c, err := b.tx.Contact(ctx, b.account, id)
		if err != nil {
			return nil, err
		}
		if c != nil {
			locked = append(locked, c)
		}
	}
	return locked, nil
}

// write computes the contacts with these ids.
func (b *batch) write(ctx context.Context, ids []int) error {
	locked, err := b.lock(ctx, ids)
	if err != nil {
		return err
	}
	rows, err := withTables(ctx, b.tx.Ent, b.account, locked)
	if err != nil {
		return err
	}
	updates := make([]database.Update, len(rows))
	for i, o := range rows {
		updates[i] = b.update(o)
	}
	for _, k := range keyColumns {
		keys, err := b.claim(ctx, k, locked)
		if err != nil {
			return err
		}
		for i, o := range rows {
			if key, ok := keys[o.ID]; ok && !same(key, k.stored(o.Contact)) {
				updates[i].Columns, updates[i].Values = append(updates[i].Columns, k.column), append(updates[i].Values, key)
			}
		}
	}
	changed, err := b.writeLogins(ctx, rows)
	if err != nil {
		return err
	}
	for i, u := range updates {
		if len(u.Columns) > 0 {
			u.Version = rows[i].Version
		}
		if len(u.Columns)+len(u.Gone)+len(u.New) > 0 {
			b.tx.StageUpdate(u)
			changed[u.Contact] = true
		}
	}
	b.changed = len(changed)
	return nil
}

// update returns the update of a contact, apart from its unique keys.
func (b *batch) update(o *row) database.Update {
	u := database.Update{Account: b.account, Contact: o.ID}
	d := b.forms.of(o.Contact)
	u.Gone, u.New = o.changedTerms(d)
	if d.name != o.NameKey {
		u.Columns, u.Values = []string{entcontact.FieldNameKey}, []any{d.name}
	}
	return u
}
