package databasetest

import (
	"database/sql"
	"fmt"
	"strconv"
	"strings"

	_ "github.com/jackc/pgx/v5/stdlib" // for connections past the store
	_ "github.com/mattn/go-sqlite3"    // the same
)

// Dump is all that the database holds, as text: a failed write must leave it as it was.
func (db *DB) Dump() string {
	db.tb.Helper()
	raw := db.Raw()
	defer raw.Close() //nolint:errcheck // it only reads
	tables := "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"
	if db.postgres {
		tables = "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY table_name"
	}
	var b strings.Builder
	for _, table := range db.rows(raw, tables) {
		name := strings.TrimPrefix(table, "name=")
		fmt.Fprintln(&b, name)
		for _, row := range db.rows(raw, "SELECT * FROM "+name+" ORDER BY 1") {
			fmt.Fprintln(&b, "  "+row)
		}
	}
	return b.String()
}

// Plan is how SQLite would run a statement, a line a step. On PostgreSQL, which plans by its statistics, it skips the test.
func (db *DB) Plan(statement string) string {
	db.tb.Helper()
	if db.postgres {
		db.tb.Skip("the plans are SQLite's, and are tested there")
	}
	raw := db.Raw()
	defer raw.Close() //nolint:errcheck // it only reads
	return strings.Join(db.rows(raw, "EXPLAIN QUERY PLAN "+strings.ReplaceAll(statement, "?", "0")), "\n")
}

// Raw is a connection past the store.
func (db *DB) Raw() *sql.DB {
	db.tb.Helper()
	driver, name := "sqlite3", "file:"+db.URL+"?_busy_timeout=5000"
	if db.postgres {
		driver, name = "pgx", db.URL
	}
	raw, err := sql.Open(driver, name)
	if err != nil {
		db.tb.Fatal(err)
	}
	return raw
}

// rows returns what a query finds, each row as text.
func (db *DB) rows(raw *sql.DB, query string) (all []string) {
	db.tb.Helper()
	rows, err := raw.QueryContext(db.tb.Context(), query)
	if err != nil {
		db.tb.Fatal(err)
	}
	defer rows.Close() //nolint:errcheck // Err below tells
	columns, err := rows.Columns()
	if err != nil {
		db.tb.Fatal(err)
	}
	for rows.Next() {
		cells := make([]any, len(columns))
		for i := range cells {
			cells[i] = new(any)
		}
		if err := rows.Scan(cells...); err != nil {
			db.tb.Fatal(err)
		}
		row := make([]string, len(columns))
		for i, c := range cells {
			value := *c.(*any) //nolint:forcetypeassert // made above
			if b, ok := value.([]byte); ok {
				value = strconv.Quote(string(b)) // JSON, on PostgreSQL
			}
			row[i] = fmt.Sprintf("%s=%v", columns[i], value)
		}
		all = append(all, strings.Join(row, " "))
	}
	if err := rows.Err(); err != nil {
		db.tb.Fatal(err)
	}
	return all
}
