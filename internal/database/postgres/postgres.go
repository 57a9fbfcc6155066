// Package postgres implements dialect.Dialect for PostgreSQL and Citus: a server behind a network,
// with row locks and several writers.
//
// Read postgres.go first, which has the grammar of statements. connect.go opens the database,
// pipeline.go runs writes, load.go fills copies of other databases, tables.go lays out the tables,
// indexes.go creates indexes while others write, distribute.go spreads the tables over the servers
// of Citus, and errors.go classifies errors.
package postgres

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"contactgraph/ent/migrate"
	"contactgraph/internal/database/dialect"

	entdialect "entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	entschema "entgo.io/ent/dialect/sql/schema"
	"entgo.io/ent/schema/field"
)

// Dialect is PostgreSQL.
type Dialect struct{}

var _ dialect.Dialect = Dialect{}

// Name returns ent's name of PostgreSQL.
func (Dialect) Name() string { return entdialect.Postgres }

// Parameter is $1, $2, …
func (Dialect) Parameter(n int) string { return "$" + strconv.Itoa(n) }

// Cast names the type of the column: PostgreSQL does not infer it in a VALUES clause.
func (Dialect) Cast(parameter, column string) string { return parameter + "::" + types[column] }

// types are the types of the columns in statements that are written by hand. A column has the same
// type in each of their tables.
var types = func() map[string]string {
	types := map[string]string{}
	for _, t := range []*entschema.Table{migrate.ContactsTable, migrate.SearchTermsTable, migrate.ChangesTable} {
		for _, c := range t.Columns {
			types[c.Name] = typeOf(c.Type)
		}
	}
	return types
}()

func typeOf(t field.Type) string {
	switch t {
	case field.TypeInt, field.TypeInt64:
		return "bigint"
	case field.TypeBool:
		return "boolean"
	case field.TypeTime:
		return "timestamptz"
	case field.TypeJSON:
		return "jsonb"
	case field.TypeBytes:
		return "bytea"
	default:
		return "text"
	}
}

// LockRows locks in the order of ids, as every batch of every process does: other orders deadlock.
func (Dialect) LockRows() string { return ` ORDER BY "id" FOR UPDATE` }

// RepeatsAccount is true for Citus, which routes a statement by its account.
func (Dialect) RepeatsAccount() bool { return true }

// ForShare adds FOR SHARE.
func (Dialect) ForShare(s *entsql.Selector) { s.ForShare() }

// ForUpdate adds FOR UPDATE.
func (Dialect) ForUpdate(s *entsql.Selector) { s.ForUpdate() }

// SearchArgs replaces text with a NUL or with invalid UTF-8, for which PostgreSQL returns an error.
func (Dialect) SearchArgs(args []any) []any {
	for i, a := range args {
		if text, ok := a.(string); ok && (strings.Contains(text, "\x00") || !utf8.ValidString(text)) {
			args = slices.Clone(args)
			args[i] = matchesNothing
		}
	}
	return args
}

// matchesNothing is longer than any text that rows are looked up by, and late in any order.
var matchesNothing = strings.Repeat(string(unicode.ReplacementChar), 1<<12)

// ReserveID moves the sequence of the table past the id: the sequence does not look at ids that
// callers chose.
func (Dialect) ReserveID(ctx context.Context, db dialect.Execer, table string, id int) error {
	_, err := db.ExecContext(ctx, `SELECT setval(s::regclass, GREATEST($2::bigint, coalesce(pg_sequence_last_value(s::regclass), 0)))
		FROM pg_get_serial_sequence($1, 'id') AS s`, table, id)
	return err
}

// SkipIDs moves the sequence of the table.
func (Dialect) SkipIDs(ctx context.Context, db dialect.Execer, table string, n int) error {
	_, err := db.ExecContext(ctx, `SELECT setval(s::regclass, coalesce(pg_sequence_last_value(s::regclass), 0) + $2::bigint)
		FROM pg_get_serial_sequence($1, 'id') AS s`, table, n)
	return err
}

// Verify does nothing: PostgreSQL has pg_amcheck and data checksums for that.
func (Dialect) Verify(context.Context, dialect.Querier) error { return nil }

// Backup fails: PostgreSQL has programs of its own for that.
func (Dialect) Backup(context.Context, string, string, func(string) bool) error {
	return errors.New("backup copies SQLite files: back up a PostgreSQL database with pg_dump --format=custom, " +
		"or with pg_basebackup and an archive of its WAL")
}
