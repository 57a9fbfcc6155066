package databasetest

import (
	"database/sql"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	_ "github.com/jackc/pgx/v5/stdlib" // for Raw
	_ "github.com/mattn/go-sqlite3"    // for Raw
)

// Dump returns everything in the database as text. A failed write must not change it. It leaves out
// when API keys and sessions were last used, which every request can change.
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
			fmt.Fprintln(&b, "  "+lastUsed.ReplaceAllString(row, "$1"))
		}
	}
	return b.String()
}

var lastUsed = regexp.MustCompile(`(\blast_used_at=)(?:<nil>|\d{4}\S*(?: \S+ \S+ UTC)?)`)

// Plan returns SQLite's plan of a statement, one line for each step. It skips the test on
// PostgreSQL, whose plans depend on its statistics.
func (db *DB) Plan(statement string) string {
	db.tb.Helper()
	if db.postgres {
		db.tb.Skip("only SQLite's plans are tested")
	}
	raw := db.Raw()
	defer raw.Close() //nolint:errcheck // it only reads
	return strings.Join(db.rows(raw, "EXPLAIN QUERY PLAN "+strings.ReplaceAll(statement, "?", "0")), "\n")
}

// Raw returns a connection that bypasses package database. The caller closes it.
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
	defer rows.Close() //nolint:errcheck // Err below reports the error
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
