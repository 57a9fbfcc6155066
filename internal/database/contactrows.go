package database

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"contactgraph/ent"
	entcontact "contactgraph/ent/contact"
	"contactgraph/internal/dberr"
	"contactgraph/internal/viewer"

	entsql "entgo.io/ent/dialect/sql"
)

// selectContacts is the statement that reads n contacts of an account. With lock they are kept from every other transaction
// until this one ends, in the order of their ids, as every batch of every process locks them; SQLite's transaction keeps
// everybody out by itself.
func (b *builder) selectContacts(n int, lock bool) {
	b.write(`SELECT "`, strings.Join(entcontact.Columns, `", "`), `" FROM "contacts" WHERE "account_id" = `, b.parameter(), ` AND "id" IN (`)
	for i := range n {
		b.separate(i, ", ")
		b.write(b.parameter())
	}
	b.write(")")
	if lock && b.postgres {
		b.write(` ORDER BY "id" FOR UPDATE`)
	}
}

// ReadContact returns the contact with this id, nil if the account has none. It is the statement that clients run most, so it
// does not go through ent: that the viewer may see the contact is for the caller to know.
func (db *DB) ReadContact(ctx context.Context, account, id int) (*ent.Contact, error) {
	ctx, cancel := within(ctx, db.engine.limits.read)
	defer cancel()
	rows, err := db.client.QueryContext(ctx, db.one, account, id)
	if err != nil {
		return nil, err
	}
	found, err := scanContacts(rows)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}

// CountRows returns the number of rows of a query. That the query carries its account is for the caller to know.
func (db *DB) CountRows(ctx context.Context, query func(*entsql.DialectBuilder) *entsql.Selector) (int, error) {
	ctx, cancel := within(ctx, db.engine.limits.read)
	defer cancel()
	b := entsql.Dialect(db.engine.dialect)
	statement, args := b.Select(entsql.Count("*")).From(query(b).As("counted")).Query()
	rows, err := db.client.QueryContext(ctx, statement, args...)
	if err != nil {
		return 0, err
	}
	return scanNumber(rows)
}

// scanNumber reads the one number that a query finds, and closes the rows.
func scanNumber(rows *sql.Rows) (n int, err error) {
	defer func() { err = dberr.Classify(errors.Join(err, rows.Err(), rows.Close())) }()
	return entsql.ScanInt(rows)
}

// scanContacts reads what selectContacts finds, and closes the rows.
func scanContacts(rows *sql.Rows) (found []*ent.Contact, err error) {
	defer func() { err = dberr.Classify(errors.Join(err, rows.Err(), rows.Close())) }()
	for rows.Next() {
		c := &ent.Contact{}
		if err := rows.Scan(targets(c)...); err != nil {
			return nil, err
		}
		found = append(found, c)
	}
	return found, nil
}

// targets is where the columns of a contact go, in the order of contact.Columns.
func targets(c *ent.Contact) []any {
	return []any{
		&c.ID, &c.AccountID, &c.Secret, &c.Version, &c.RegisteredAt, &c.RegistrationSource, &c.RegistrationIP, &c.RegistrationStoreID,
		&c.LastModified, &c.Email, &c.EmailKey, &c.PhoneCountryCode, &c.Phone, &c.PhoneKey, &c.FirstName, &c.LastName, &c.NameKey,
		&c.LimitMailsPermanently, &c.LimitMailsTemporarilyUntil, &c.PreferredStoreID, &c.CompanyID, &c.LatestPermissionSource,
		&c.PasswordHash,
	}
}

// lock reads the contacts of a write about several, and keeps them from every other write, in the order in which batches do.
func (w *writer) lockContacts(ctx context.Context, r *request) error {
	r.all = map[int]*ent.Contact{}
	for part := range chunks(r.contacts, 1) {
		ids := make([]any, len(part))
		for i, id := range part {
			ids[i] = id
		}
		found, err := w.readContacts(ctx, r.account, ids)
		if err != nil {
			return err
		}
		for _, c := range found {
			r.all[c.ID] = c
		}
	}
	return nil
}

// prefetch reads the contacts that the requests are about, with one statement for those of one account.
func (w *writer) prefetch(ctx context.Context, requests []*request) error {
	for group := range chunkBy(requests, func(a, b *request) bool { return a.account == b.account && (a.contact == 0) == (b.contact == 0) }) {
		if group[0].contact == 0 {
			continue
		}
		for part := range chunks(group, 1) {
			if err := w.prefetchChunk(ctx, part); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *writer) prefetchChunk(ctx context.Context, requests []*request) error {
	ids := make([]any, len(requests))
	for i, r := range requests {
		ids[i] = r.contact
	}
	all, err := w.readContacts(ctx, requests[0].account, ids)
	if err != nil {
		return err
	}
	found := make(map[int]*ent.Contact, len(all))
	for _, c := range all {
		found[c.ID] = c
	}
	for _, r := range requests {
		r.read, r.found = true, found[r.contact]
	}
	return nil
}

func (w *writer) readContacts(ctx context.Context, account int, ids []any) (found []*ent.Contact, err error) {
	statement := w.cachedStatement(statementKey{"select contacts", "", len(ids)}, func(b *builder) { b.selectContacts(len(ids), true) })
	read := step{statement: statement, args: append([]any{account}, ids...), row: func(scan func(...any) error) error {
		c := &ent.Contact{}
		found = append(found, c)
		return scan(targets(c)...)
	}}
	err = w.driver.tx.run(ctx, []step{read})
	return found, err
}

// accountOf is the account that a write is in, 0 if it is in none.
func accountOf(ctx context.Context) int {
	v, _ := viewer.FromContext(ctx)
	return v.Account
}
