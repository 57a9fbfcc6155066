package harness

import (
	"cmp"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver of PostgreSQL
	_ "github.com/mattn/go-sqlite3"    // the driver of SQLite
)

// Engine is the database behind a server.
type Engine string

// The engines.
const (
	SQLite    Engine = "sqlite"
	Postgres  Engine = "postgres"
	PgBouncer Engine = "pgbouncer" // PostgreSQL behind a PgBouncer in transaction mode
	Citus     Engine = "citus"     // the cluster whose coordinator CONTACTGRAPH_TEST_CITUS names
)

// Selected returns the engine that CONTACTGRAPH_TEST_ENGINE selects.
func Selected() Engine {
	return Engine(cmp.Or(os.Getenv("CONTACTGRAPH_TEST_ENGINE"), string(SQLite)))
}

// RequireEngine skips the test if another engine is selected.
func RequireEngine(t *testing.T, e Engine) {
	t.Helper()
	if Selected() != e {
		t.Skipf("runs with CONTACTGRAPH_TEST_ENGINE=%s", e)
	}
}

// OnSelected runs the test as a subtest on the selected engine. If that is PostgreSQL, it runs the
// test a second time through PgBouncer.
func OnSelected(t *testing.T, test func(*testing.T, Engine)) {
	t.Helper()
	selected := Selected()
	t.Run(string(selected), func(t *testing.T) { test(t, selected) })
	if selected == Postgres {
		t.Run(string(PgBouncer), func(t *testing.T) { test(t, PgBouncer) })
	}
}

// NewDatabase creates an empty database for the test and returns its address for the server's flag
// --database. On Citus, it has tables, which are distributed.
func NewDatabase(t *testing.T, e Engine) string {
	t.Helper()
	switch e {
	case Postgres:
		name := newPostgresDatabase(t) // starts the shared PostgreSQL
		return shared.server.URL(name)
	case PgBouncer:
		name := newPostgresDatabase(t)
		return shared.bouncer.URL(name)
	case Citus:
		return newCitusDatabase(t)
	default:
		return filepath.Join(t.TempDir(), "t.db")
	}
}

// RunSQL runs a statement on a database of any engine, bypassing the servers.
func RunSQL(t *testing.T, database, statement string) {
	t.Helper()
	driver := "sqlite3"
	if strings.HasPrefix(database, "postgres:") {
		driver = "pgx"
	}
	db, err := sql.Open(driver, database)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}
