package harness

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// Demo starts a server on a new database with the demo data and a number of contacts.
func Demo(t *testing.T, contacts int) *Server {
	t.Helper()
	return Start(t, NewDemoDatabase(t, Selected(), contacts), contacts)
}

// NewDemoDatabase creates a database with the demo data and a number of contacts, and returns its
// address for the server's flag --database. A server seeds the first one with that number of
// contacts; the others are copies of it.
func NewDemoDatabase(t *testing.T, e Engine, contacts int) string {
	t.Helper()
	if e == Citus { // which cannot copy databases
		database := NewDatabase(t, e)
		Start(t, database, contacts).Stop()
		return database
	}
	return copyDatabase(t, e, seededDatabase(t, e, contacts))
}

// CopyDatabase copies a database that no server uses, and returns the address of the copy.
func CopyDatabase(t *testing.T, e Engine, database string) string {
	t.Helper()
	if e == SQLite {
		return copyDatabase(t, e, database)
	}
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	return copyDatabase(t, e, strings.TrimPrefix(u.Path, "/"))
}

// copyDatabase copies a database, which is given by its file or name.
func copyDatabase(t *testing.T, e Engine, template string) string {
	t.Helper()
	switch e {
	case Postgres:
		return shared.server.URL(copyPostgresDatabase(t, template))
	case Citus:
		t.Skip("Citus cannot copy databases")
		return ""
	case PgBouncer:
		return shared.bouncer.URL(copyPostgresDatabase(t, template))
	default:
		database := NewDatabase(t, e)
		data, err := os.ReadFile(template)
		if err == nil {
			err = os.WriteFile(database, data, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		return database
	}
}

// seeded are the databases that NewDemoDatabase copies, by the number of contacts: SQLite files, or
// names in the shared PostgreSQL.
var seeded struct {
	mu        sync.Mutex
	folder    string // of the files
	databases map[string]string
}

// seededDatabase returns the file or name of a database with the demo data, which no server uses.
func seededDatabase(t *testing.T, e Engine, contacts int) string {
	t.Helper()
	seeded.mu.Lock()
	defer seeded.mu.Unlock()
	key := fmt.Sprint(e == SQLite, contacts)
	if database, ok := seeded.databases[key]; ok {
		return database
	}
	database, address := newSeed(t, e, contacts)
	s := Start(t, address, contacts)
	s.Stop()
	if t.Failed() {
		t.Fatal("the demo data could not be seeded")
	}
	if seeded.databases == nil {
		seeded.databases = map[string]string{}
	}
	seeded.databases[key] = database
	return database
}

// newSeed creates an empty database that remains until the tests of the package have ended. It
// returns its file or name, and its address.
func newSeed(t *testing.T, e Engine, contacts int) (database, address string) {
	t.Helper()
	if e != SQLite {
		database = fmt.Sprint("seed", contacts)
		if err := sharedPostgres(t).CreateDatabase(t.Context(), database); err != nil {
			t.Fatal(err)
		}
		return database, shared.server.URL(database)
	}
	if seeded.folder == "" {
		folder, err := os.MkdirTemp("", "acceptance") //nolint:usetesting // it outlives the test
		if err != nil {
			t.Fatal(err)
		}
		seeded.folder = folder
	}
	database = filepath.Join(seeded.folder, fmt.Sprint(contacts, ".db"))
	return database, database
}
