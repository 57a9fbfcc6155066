// Package sqlite implements dialect.Dialect for SQLite: a file with one writer, whose transaction
// locks out all others.
//
// Read sqlite.go first, which has the statements and tables. connect.go opens the file,
// transaction.go runs writes, files.go notices that the files are deleted, backup.go copies the
// file while it is in use, with partial.go for what killed backups leave, load.go fills copies of
// other databases, verify.go looks for damage, and errors.go classifies errors.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strconv"
	"strings"
	"time"

	"contactgraph/internal/database/dialect"
	"contactgraph/internal/database/schema"

	atlas "ariga.io/atlas/sql/migrate"
	atlassqlite "ariga.io/atlas/sql/sqlite"
	entdialect "entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	entschema "entgo.io/ent/dialect/sql/schema"
)

// Dialect is SQLite.
type Dialect struct{}

var _ dialect.Dialect = Dialect{}

// Name returns ent's name of SQLite.
func (Dialect) Name() string { return entdialect.SQLite }

// Folder returns SQLite's folder in migrations/.
func (Dialect) Folder() string { return "sqlite" }

// parameters matches the parameters of SQLite's URIs and those of its Go driver. See
// https://www.sqlite.org/uri.html#recognized_query_parameters.
var parameters = regexp.MustCompile(`\?(?:mode|cache|immutable|nolock|psow|vfs|modeof|_\w+)=`)

// Accepts takes the name of a file, with or without sqlite: in front. A database in memory is lost
// with its connection, so it is refused. So are URIs of SQLite, such as file:contacts.db?mode=ro:
// their parameters would have no effect, and a file of that name would be created.
func (Dialect) Accepts(url string) bool {
	file := fileOf(url)
	return file != "" && !strings.HasPrefix(file, "file:") && !parameters.MatchString(file) &&
		!strings.Contains(file, ":memory:") && !strings.Contains(file, "://")
}

// Redact returns the URL: a file has no password.
func (Dialect) Redact(url string) string { return url }

// fileOf returns the file that a URL names.
func fileOf(url string) string { return strings.TrimPrefix(url, "sqlite:") }

// Parameter is ?1, ?2, …
func (Dialect) Parameter(n int) string { return "?" + strconv.Itoa(n) }

// Cast returns the parameter: SQLite compares and stores values of any type.
func (Dialect) Cast(parameter, _ string) string { return parameter }

// LockRows is empty: the transaction locks the file.
func (Dialect) LockRows() string { return "" }

// RepeatsAccount is false: SQLite would use the repeated account as the best condition to search
// by, and walk through all rows of the account.
func (Dialect) RepeatsAccount() bool { return false }

// ForShare does nothing: the transaction locks the file.
func (Dialect) ForShare(*entsql.Selector) {}

// ForUpdate does nothing, for the same reason.
func (Dialect) ForUpdate(*entsql.Selector) {}

// SearchArgs returns the arguments: SQLite stores and compares any text.
func (Dialect) SearchArgs(args []any) []any { return args }

// ReserveID does nothing: AUTOINCREMENT assigns only ids above all that the table has had.
func (Dialect) ReserveID(context.Context, dialect.Execer, string, int) error { return nil }

// SkipIDs raises the highest id that the table has had, as SQLite has recorded it. A table without
// such a record has never had a row, but can have had one that was lost.
func (Dialect) SkipIDs(ctx context.Context, db dialect.Execer, table string, n int) error {
	_, err := db.ExecContext(ctx, `INSERT INTO sqlite_sequence (name, seq) SELECT ?, 0
		WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = ?)`, table, table)
	if err == nil {
		_, err = db.ExecContext(ctx, `UPDATE sqlite_sequence SET seq = seq + ? WHERE name = ?`, n, table)
	}
	return err
}

// AdaptTable leaves id as the primary key, which makes it the rowid, and gives a table that is
// referred to a unique index of (account_id, id).
func (Dialect) AdaptTable(t *entschema.Table, referenced bool) {
	account, ok := t.Column(schema.AccountColumn)
	if ok && referenced {
		t.Indexes = append(t.Indexes, &entschema.Index{
			Name: t.Name + "_account_id_id", Unique: true, Columns: []*entschema.Column{account, t.PrimaryKey[0]},
		})
	}
}

// Migrator is atlas' driver of SQLite.
func (Dialect) Migrator(tx *sql.Tx) (atlas.Driver, error) {
	return atlassqlite.Open(tx)
}

// HasTable looks into sqlite_schema.
func (Dialect) HasTable(ctx context.Context, db dialect.Querier, table string) (found bool, err error) {
	err = db.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = $1)", table).Scan(&found)
	return found, err
}

// LockTables does nothing: the transaction has locked the file.
func (Dialect) LockTables(context.Context, *sql.Tx, []dialect.TableLock, time.Duration) error {
	return nil
}

// IndexesConcurrently is false: SQLite has one writer.
func (Dialect) IndexesConcurrently() bool { return false }

// AloneWithIndexes fails.
func (Dialect) AloneWithIndexes(context.Context, *sql.DB, func(context.Context, dialect.IndexRunner) error) error {
	return errors.New("SQLite creates indexes in the transaction of a migration")
}

// CompleteMigration fails if a row refers to one that does not exist. Foreign keys are off while
// migrations run: see Exclusive.
func (Dialect) CompleteMigration(ctx context.Context, tx *sql.Tx) error {
	var broken int
	if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM pragma_foreign_key_check").Scan(&broken); err != nil {
		return err
	}
	if broken > 0 {
		return fmt.Errorf("%d rows refer to rows that do not exist; nothing was changed", broken)
	}
	return nil
}

// Distribute fails: only Citus distributes tables.
func (Dialect) Distribute(_ context.Context, url string, _ *slog.Logger) (migrated, placed []string, err error) {
	return nil, nil, fmt.Errorf("%s is an SQLite file, and only Citus, which is PostgreSQL with an extension, can distribute tables: "+
		"set --database to the URL of its coordinator, or omit --distribute", fileOf(url))
}
