package database

import (
	"context"
	"database/sql"
	"errors"

	"contactgraph/ent"
	"contactgraph/ent/account"
	"contactgraph/internal/database/dialect"
	"contactgraph/internal/database/engines"
	"contactgraph/internal/viewer"

	entsql "entgo.io/ent/dialect/sql"
)

// Reader reads a database that others may be writing to. It changes nothing.
type Reader struct {
	dialect dialect.Dialect
	db      *sql.DB
}

// OpenReader opens the database that url names, which must have all migrations of this binary. It
// fails if there is no database, or one without tables of this program.
func OpenReader(ctx context.Context, url string) (*Reader, error) {
	d, err := engines.For(url)
	if err != nil {
		return nil, err
	}
	db, missing, err := d.Inspect(ctx, url)
	if err == nil && missing != "" {
		err = errors.New(missing)
	}
	if err != nil {
		return nil, err
	}
	return &Reader{d, db}, nil
}

// Close closes the database.
func (r *Reader) Close() error { return r.db.Close() }

// Client returns a client that reads. Each query sees what is committed when it runs.
func (r *Reader) Client() *ent.Client { return r.client(entsql.OpenDB(r.dialect.Name(), r.db)) }

func (r *Reader) client(driver *entsql.Driver) *ent.Client {
	return ent.NewClient(ent.Driver(&readDriver{
		Driver: driver, dialect: r.dialect, observe: func(context.Context, string) {}, classify: func(err error) error { return err },
		begin: unlimited,
	}))
}

// Snapshot runs fn with a client whose queries all see the database as it was when the first of
// them ran. A long one is a burden: SQLite cannot empty its WAL meanwhile, and PostgreSQL cannot
// remove old rows.
func (r *Reader) Snapshot(ctx context.Context, fn func(context.Context, *ent.Client) error) error {
	driver, end, err := inSnapshot(ctx, r.db, r.dialect.Name())
	if err != nil {
		return err
	}
	defer end()
	return fn(ctx, r.client(driver))
}

// Account returns the id of the account whose name has this key, 0 if there is none.
func (r *Reader) Account(ctx context.Context, key string) (int, error) {
	id, err := r.Client().Account.Query().Where(account.NameKey(key)).OnlyID(viewer.NewSystemContext(ctx, 0))
	if ent.IsNotFound(err) {
		return 0, nil
	}
	return id, err
}

// Verify fails if the engine finds damage in the files of the database.
func (r *Reader) Verify(ctx context.Context) error { return r.dialect.Verify(ctx, r.db) }
