package faults

import (
	"bytes"
	"database/sql"
	"os"
	"strings"
	"testing"

	"contactgraph/internal/acceptance/harness"
)

// TestDamageMakesAServerNotReady damages a table under a running server. The server reports it
// when a statement finds it, and does not start on the database again.
func TestDamageMakesAServerNotReady(t *testing.T) {
	harness.RequireEngine(t, harness.SQLite)
	t.Parallel()
	s := harness.Demo(t, fillContacts)
	damageTable(t, s.Database, "property_values")
	contacts := `{"query":"{ contacts(first: 100) { nodes { properties { values { value } } } } }"}`
	if a := s.Send(harness.APIKey("demo-agent"), "POST", "/graphql", "application/json", contacts); !strings.Contains(a.Body, "INTERNAL_SERVER_ERROR") {
		t.Errorf("reading the table: %d %s", a.Status, a.Body)
	}
	if a := s.Send(harness.Anonymous, "GET", "/readyz", "", ""); a.Status != 503 || !strings.Contains(a.Body, "the database is corrupt") {
		t.Errorf("/readyz: %d %s", a.Status, a.Body)
	}
	if got := s.Log.String(); strings.Count(got, "restore a backup") != 1 {
		t.Errorf("logged %s", got)
	}
	s.Stop()
	again := harness.Launch(t, s.Database)
	if err := again.AwaitExit(); err == nil || !strings.Contains(again.Log.String(), "is corrupt") {
		t.Errorf("the next start ended with %v: %s", err, again.Log)
	}
}

// damageTable overwrites the first page of a table in an SQLite file.
func damageTable(t *testing.T, database, table string) {
	t.Helper()
	db, err := sql.Open("sqlite3", database)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var page int64
	if err := db.QueryRowContext(t.Context(), "SELECT rootpage FROM sqlite_schema WHERE name = ?", table).Scan(&page); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(database, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	const pageSize = 4096
	if _, err := f.WriteAt(bytes.Repeat([]byte{0xff}, 64), (page-1)*pageSize); err != nil {
		t.Fatal(err)
	}
}
