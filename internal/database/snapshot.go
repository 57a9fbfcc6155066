package database

import (
	"context"
	"database/sql"
	"errors"

	"contactgraph/ent"

	entsql "entgo.io/ent/dialect/sql"
)

// Snapshot is the database as it was at one point in time.
type Snapshot struct {
	client   *ent.Client
	dialect  string
	classify func(error) error
}

// Client reads what the viewer of the context may see, as DB.Client does.
func (s *Snapshot) Client() *ent.Client { return s.client }

// snapshotReads is how many times longer than one query a snapshot may take.
const snapshotReads = 10

// Snapshot runs fn with a client whose queries all see the database as it was when the first of
// them ran. It holds one of the account's readers until fn returns, and SQLite cannot empty its WAL
// meanwhile, so fn must not wait for a client.
func (db *DB) Snapshot(ctx context.Context, fn func(context.Context, *Snapshot) error) error {
	ctx, release, err := db.beginReadWithin(ctx, snapshotReads*db.conn.Limits.Read)
	if err != nil {
		return err
	}
	defer release()
	name := db.conn.Dialect.Name()
	driver, end, err := inSnapshot(ctx, db.conn.Readers, name)
	if err != nil {
		return db.classify(err)
	}
	defer end()
	reads := *db.reads
	reads.Driver, reads.begin = driver, unlimited
	return fn(ctx, &Snapshot{ent.NewClient(ent.Driver(&reads)), name, db.classify})
}

// inSnapshot returns a driver whose queries all see the database as it was when the first of them
// ran, until end is called.
func inSnapshot(ctx context.Context, db *sql.DB, dialect string) (driver *entsql.Driver, end func(), err error) {
	tx, err := db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return nil, nil, err
	}
	end = func() { tx.Rollback() } //nolint:errcheck // it only reads
	return entsql.NewDriver(dialect, entsql.Conn{ExecQuerier: tx}), end, nil
}

// unlimited begins a read that waits for no others and has no time limit.
func unlimited(ctx context.Context) (context.Context, func(), error) {
	return ctx, func() {}, nil
}

// Each calls fn for each row of a query, which scans it. It does not check what the viewer may see:
// the caller restricts the query to its account.
func (s *Snapshot) Each(ctx context.Context, query func(*entsql.DialectBuilder) *entsql.Selector, fn func(*sql.Rows) error) (err error) {
	statement, args := query(entsql.Dialect(s.dialect)).Query()
	rows, err := s.client.QueryContext(ctx, statement, args...)
	if err != nil {
		return err
	}
	defer func() { err = s.classify(errors.Join(err, rows.Err(), rows.Close())) }()
	for rows.Next() {
		if err := fn(rows); err != nil {
			return err
		}
	}
	return nil
}
