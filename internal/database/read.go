package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"contactgraph/ent"
	entcontact "contactgraph/ent/contact"
	"contactgraph/internal/database/dialect"

	entsql "entgo.io/ent/dialect/sql"
)

// selectContacts builds the statement that reads n contacts of an account.
func selectContacts(b *dialect.Builder, n int) *dialect.Builder {
	b.Write(`SELECT "`, strings.Join(entcontact.Columns, `", "`), `" FROM "contacts" WHERE "account_id" = `, b.Parameter(), ` AND "id" IN (`)
	b.Parameters(n)
	b.Write(")")
	return b
}

// ReadContact returns the contact with this id, nil if the account has none. It is the statement
// that clients run most, so it does not go through ent: the caller checks what the viewer may see.
func (db *DB) ReadContact(ctx context.Context, account, id int) (*ent.Contact, error) {
	ctx, end, err := db.beginRead(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	rows, err := db.client.QueryContext(ctx, db.selectByID, account, id)
	if err != nil {
		return nil, err
	}
	found, err := db.scanContacts(rows)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}

// scanContacts reads what selectContacts finds, and closes the rows.
func (db *DB) scanContacts(rows *sql.Rows) (found []*ent.Contact, err error) {
	defer func() { err = db.classify(errors.Join(err, rows.Err(), rows.Close())) }()
	for rows.Next() {
		c := &ent.Contact{}
		if err := rows.Scan(c.ScanTargets()...); err != nil {
			return nil, err
		}
		found = append(found, c)
	}
	return found, nil
}

// CountRows returns the number of rows of a query. The caller restricts the query to its account.
func (db *DB) CountRows(ctx context.Context, query func(*entsql.DialectBuilder) *entsql.Selector) (int, error) {
	ctx, end, err := db.beginRead(ctx)
	if err != nil {
		return 0, err
	}
	defer end()
	b := entsql.Dialect(db.conn.Dialect.Name())
	statement, args := b.Select(entsql.Count("*")).From(query(b).As("counted")).Query()
	rows, err := db.client.QueryContext(ctx, statement, args...)
	if err != nil {
		return 0, err
	}
	return db.scanNumber(rows)
}

// scanNumber reads the one number that a query returns, and closes the rows.
func (db *DB) scanNumber(rows *sql.Rows) (n int, err error) {
	defer func() { err = db.classify(errors.Join(err, rows.Err(), rows.Close())) }()
	return entsql.ScanInt(rows)
}

// beginRead waits until the context's account may hold one more reader. The context that it returns
// ends when the read has taken too long. end ends the read; it can be called several times.
func (db *DB) beginRead(ctx context.Context) (limited context.Context, end func(), err error) {
	return db.beginReadWithin(ctx, db.conn.Limits.Read)
}

// beginReadWithin is beginRead with a limit of its own, 0 for none.
func (db *DB) beginReadWithin(ctx context.Context, limit time.Duration) (limited context.Context, end func(), err error) {
	limited, cancel := within(ctx, limit)
	release, err := db.shares.acquire(limited, accountOf(ctx))
	if err != nil {
		cancel()
		return nil, nil, fmt.Errorf("waiting for a connection: %w", db.classify(err))
	}
	return limited, sync.OnceFunc(func() {
		cancel()
		release()
	}), nil
}

// within returns a context that ends after the limit; 0 stands for none.
func within(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	if limit == 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, limit)
}
