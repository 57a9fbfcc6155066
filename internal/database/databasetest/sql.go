package databasetest

import (
	"testing"

	"contactgraph/internal/database/dialect"
	"contactgraph/internal/database/engines"
)

// Connect opens the database at url without migrating it, and closes it when the test ends.
func Connect(tb testing.TB, url string) *dialect.Connection {
	tb.Helper()
	c := connect(tb, url)
	tb.Cleanup(func() { closeConnection(tb, c) })
	return c
}

func connect(tb testing.TB, url string) *dialect.Connection {
	tb.Helper()
	d, err := engines.For(url)
	if err != nil {
		tb.Fatal(err)
	}
	c, err := d.Open(tb.Context(), url)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

func closeConnection(tb testing.TB, c *dialect.Connection) {
	tb.Helper()
	if err := c.Close(); err != nil {
		tb.Error(err)
	}
}

// Execute runs a statement in the database at url.
func Execute(tb testing.TB, url, statement string) {
	tb.Helper()
	c := connect(tb, url)
	defer closeConnection(tb, c)
	if _, err := c.Writer.ExecContext(tb.Context(), statement); err != nil {
		tb.Fatal(err)
	}
}

// Texts returns what a query for one column of text returns in the database at url.
func Texts(tb testing.TB, url, query string) (all []string) {
	tb.Helper()
	c := connect(tb, url)
	defer closeConnection(tb, c)
	rows, err := c.Readers.QueryContext(tb.Context(), query)
	if err != nil {
		tb.Fatal(err)
	}
	defer rows.Close() //nolint:errcheck // Err below reports the error
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			tb.Fatal(err)
		}
		all = append(all, text)
	}
	if err := rows.Err(); err != nil {
		tb.Fatal(err)
	}
	return all
}
