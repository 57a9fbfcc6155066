// Package dialect is the interface between package database and the engines that it runs on.
//
// A Dialect has everything that differs between engines: how a database is opened, the grammar of
// statements, transactions, the layout of tables, and what errors mean. The folders sqlite and
// postgres next to this one implement it. No other package of the program asks which engine it runs
// on.
//
// Read Dialect first. Builder writes statements for every engine, Step and Transaction describe how
// a batch of writes is run, and Fault says what an error means.
package dialect

import (
	"context"
	"database/sql"
	"log/slog"
	"time"

	atlas "ariga.io/atlas/sql/migrate"
	entsql "entgo.io/ent/dialect/sql"
	entschema "entgo.io/ent/dialect/sql/schema"
)

// Dialect is one database engine.
type Dialect interface {
	// Name is ent's name of the engine.
	Name() string

	Connector
	Grammar
	Transactor
	Layout
	Operations
	Loader

	// Diagnose returns what an error of this engine's driver means. It returns false for an error
	// that does not come from this driver.
	Diagnose(err error) (Fault, bool)
}

// Connector opens databases of the engine. A URL is the value of --database.
type Connector interface {
	// Accepts reports whether the URL names a database of this engine.
	Accepts(url string) bool

	// Redact returns the URL as it may be shown, without a password.
	Redact(url string) string

	// Open opens the database, and creates it where the engine can do that. It changes no tables.
	// Its errors are for the operator.
	Open(ctx context.Context, url string) (*Connection, error)

	// Inspect opens a database for reading that may not exist, or may not belong to this program.
	// In both cases db is nil, and missing describes what is there instead.
	Inspect(ctx context.Context, url string) (db *sql.DB, missing string, err error)
}

// Grammar is what differs in statements.
type Grammar interface {
	// Parameter is the n-th parameter of a statement, counted from 1.
	Parameter(n int) string

	// Cast gives a parameter the type of the column, where the engine cannot infer it.
	Cast(parameter, column string) string

	// LockRows ends a SELECT of rows that no other transaction may change before this one ends. The
	// rows are locked in the order of their ids. It is empty where the transaction locks the whole
	// database.
	LockRows() string

	// RepeatsAccount reports whether a DELETE of several rows, each named with its account, must
	// name the account once more for all of them.
	RepeatsAccount() bool

	// ForShare makes the query lock its rows against changes until the transaction ends.
	ForShare(s *entsql.Selector)
	// ForUpdate makes the query lock its rows until the transaction ends, also against other
	// queries that lock them.
	ForUpdate(s *entsql.Selector)

	// SearchArgs returns the arguments of a query. It replaces text that the engine cannot store,
	// and would refuse with an error, by text that no row has.
	SearchArgs(args []any) []any
}

// Transactor begins transactions, and keeps the engine from assigning ids that callers chose.
type Transactor interface {
	// Begin begins a transaction for a batch of writes.
	Begin(ctx context.Context, writer *sql.DB) (Transaction, error)

	// Exclusive runs fn in a transaction and commits it. No other process is in an exclusive
	// transaction at the same time.
	Exclusive(ctx context.Context, writer *sql.DB, fn func(context.Context, *sql.Tx) error) error

	// ReserveID keeps the engine from assigning an id that the caller chose, or a lower one, to a
	// later row of the table.
	ReserveID(ctx context.Context, db Execer, table string, id int) error

	// SkipIDs makes the next id that the engine assigns in the table higher by n.
	SkipIDs(ctx context.Context, db Execer, table string, n int) error
}

// Layout is what differs in tables and their migrations.
type Layout interface {
	// Folder is the engine's folder in migrations/.
	Folder() string

	// AdaptTable changes a table that ent has described to what it is on this engine. referenced
	// reports whether foreign keys of (account_id, id) refer to it.
	AdaptTable(t *entschema.Table, referenced bool)

	// Migrator returns atlas' driver of the engine, which runs migrations in the transaction.
	Migrator(tx *sql.Tx) (atlas.Driver, error)

	// HasTable reports whether the database has the table.
	HasTable(ctx context.Context, db Querier, table string) (bool, error)

	// LockTables locks tables in the transaction of a migration, in their order. It waits for each
	// lock at most so long, because the writes of others wait behind it, and then fails with a
	// conflict.
	LockTables(ctx context.Context, tx *sql.Tx, all []TableLock, wait time.Duration) error

	// CompleteMigration ends the transaction of migrations. It fails if they broke a rule that the
	// engine did not check while they ran.
	CompleteMigration(ctx context.Context, tx *sql.Tx) error

	// IndexesConcurrently reports whether a migration creates and drops the indexes of tables that
	// exist by AloneWithIndexes, and not in its transaction.
	IndexesConcurrently() bool

	// AloneWithIndexes runs fn outside of a transaction, while no other process is in
	// AloneWithIndexes. Others may write meanwhile.
	AloneWithIndexes(ctx context.Context, writer *sql.DB, fn func(context.Context, IndexRunner) error) error
}

// IndexRunner runs a statement that creates or drops an index while others write. An index that
// exists is not created again, unless its creation was interrupted.
type IndexRunner func(ctx context.Context, statement string) error

// TableLock is the lock that a migration needs of a table: exclusive to alter it, and otherwise one
// against writes, to add an index.
type TableLock struct {
	Table     string
	Exclusive bool
}

// Operations are the commands for the operator that depend on the engine. An engine without one
// returns an error that names what to do instead.
type Operations interface {
	// Backup is database.Backup.
	Backup(ctx context.Context, url, file string, isOther func(name string) bool) error

	// Verify looks for damage in the database until ctx ends. It fails with an error that Diagnose
	// calls corrupt if it finds some.
	Verify(ctx context.Context, db Querier) error

	// Distribute is database.Distribute.
	Distribute(ctx context.Context, url string, log *slog.Logger) (migrated, placed []string, err error)
}

// Execer runs statements.
type Execer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// Querier runs queries.
type Querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}
