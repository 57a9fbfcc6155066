// Package databasetest opens databases for the tests of other packages. Each test has a database of
// its own, on the engine that the variable CONTACTGRAPH_TEST_ENGINE names: sqlite, the default,
// postgres, or citus, which needs a cluster that is running. All statements are recorded, and a
// statement that does not name its account fails the test. Start reading at Open, which most tests
// need; stray.go checks the statements.
package databasetest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"contactgraph/internal/database"
	"contactgraph/internal/pgserver"
	"contactgraph/internal/pgserver/citustest"
	"contactgraph/internal/settings"
	"contactgraph/internal/viewer"
)

// Postgres reports whether the tests run on PostgreSQL, with or without Citus.
func Postgres() bool { return os.Getenv("CONTACTGRAPH_TEST_ENGINE") == "postgres" || Citus() }

// Citus reports whether the tests run on Citus.
func Citus() bool { return os.Getenv("CONTACTGRAPH_TEST_ENGINE") == "citus" }

// BothEngines skips the test in the run on PostgreSQL. It is for tests that open a database of each
// engine themselves: the run on SQLite has them.
func BothEngines(tb testing.TB) {
	tb.Helper()
	if Postgres() {
		tb.Skip("runs on both engines unless CONTACTGRAPH_TEST_ENGINE=postgres")
	}
}

// Repetitions returns how often a test repeats its random or concurrent steps: few times, or many
// if CONTACTGRAPH_TEST_REPEAT is set, as make test-repeat does before a release.
func Repetitions(few, many int) int {
	if os.Getenv("CONTACTGRAPH_TEST_REPEAT") != "" {
		return many
	}
	return few
}

// Main runs the tests of a package that opens databases, and stops the server that they share. Call
// it from TestMain.
func Main(m *testing.M) {
	code := m.Run()
	if server.running != nil {
		if err := server.running.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// server is the PostgreSQL server that the tests of a package share. Each test has a database of
// its own on it, a copy of migrated.
var server struct {
	once    sync.Once
	running *pgserver.Server
	err     error
	made    atomic.Int64
}

const migrated = "migrated"

// Server returns the PostgreSQL server that the tests of the package share. The first call starts
// it.
func Server(tb testing.TB) *pgserver.Server {
	tb.Helper()
	server.once.Do(func() {
		ctx := context.Background() // it outlives the test
		if server.running, server.err = pgserver.Start(ctx, pgserver.Options{NoSync: true}); server.err != nil {
			return
		}
		if server.err = server.running.CreateDatabase(ctx, migrated); server.err != nil {
			return
		}
		_, server.err = database.Migrate(ctx, server.running.URL(migrated), slog.New(slog.DiscardHandler))
	})
	if server.err != nil {
		tb.Fatal(server.err)
	}
	return server.running
}

// URL names a new migrated database for the test, as database.Open takes it.
func URL(tb testing.TB) string {
	tb.Helper()
	switch {
	case Citus():
		return citusURL(tb)
	case Postgres():
		return PostgresURL(tb)
	}
	file, err := migratedFile()
	if err != nil {
		tb.Fatal(err)
	}
	url := SQLiteURL(tb)
	if err := os.WriteFile(url, file, 0o600); err != nil {
		tb.Fatal(err)
	}
	return url
}

// migratedFile returns a migrated SQLite file. Copies of it take a tenth of the time that the
// statements of the migrations take.
var migratedFile = sync.OnceValues(func() (file []byte, err error) {
	dir, err := os.MkdirTemp("", "databasetest")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	url := filepath.Join(dir, migrated+".db")
	if _, err := database.Migrate(context.Background(), url, slog.New(slog.DiscardHandler)); err != nil {
		return nil, err
	}
	return os.ReadFile(url) //nolint:gosec // a file of its own
})

// Empty names a new database for the test that has no tables.
func Empty(tb testing.TB) string {
	tb.Helper()
	switch {
	case Citus():
		return citustest.Database(tb)
	case Postgres():
		return EmptyPostgres(tb)
	}
	return SQLiteURL(tb)
}

// SQLiteURL names a new file, which does not exist yet, on every engine.
func SQLiteURL(tb testing.TB) string {
	tb.Helper()
	return filepath.Join(tb.TempDir(), "t.db")
}

// PostgresURL names a new migrated PostgreSQL database on every engine.
func PostgresURL(tb testing.TB) string {
	tb.Helper()
	return newPostgres(tb, func(s *pgserver.Server, name string) error { return s.CopyDatabase(tb.Context(), name, migrated) })
}

// EmptyPostgres names a new PostgreSQL database without tables on every engine.
func EmptyPostgres(tb testing.TB) string {
	tb.Helper()
	return newPostgres(tb, func(s *pgserver.Server, name string) error { return s.CreateDatabase(tb.Context(), name) })
}

// newPostgres creates a database, which is dropped when the test ends.
func newPostgres(tb testing.TB, create func(s *pgserver.Server, name string) error) string {
	tb.Helper()
	s := Server(tb)
	name := fmt.Sprint("t", server.made.Add(1))
	if err := create(s, name); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.DropDatabase(context.WithoutCancel(tb.Context()), name); err != nil {
			tb.Error(err)
		}
	})
	return s.URL(name)
}

// DB is an open database, closed when the test ends.
type DB struct {
	*database.DB

	URL string

	postgres bool
	tb       testing.TB
	mu       sync.Mutex
	recorded []string
}

// Open opens a new database.
func Open(tb testing.TB) *DB {
	tb.Helper()
	return At(tb, URL(tb))
}

// At opens the database at url. Others may have it open, too.
func At(tb testing.TB, url string) *DB {
	tb.Helper()
	db := &DB{URL: url, postgres: strings.HasPrefix(url, "postgres:"), tb: tb}
	s, err := database.Open(tb.Context(), db.URL, database.Options{Observe: db.observe})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
	})
	db.DB = s
	return db
}

// Account creates an account with its feed, and returns its id.
func (db *DB) Account(name string) (id int) {
	db.tb.Helper()
	err := db.Write(viewer.NewSystemContext(db.tb.Context(), 0), 0, func(ctx context.Context, tx *database.Tx) error {
		a, err := tx.Ent.Account.Create().SetName(name).SetNameKey(name).SetSettings(Lenient).Save(ctx)
		if err != nil {
			return err
		}
		id = a.ID
		return tx.Ent.Feed.Create().Exec(viewer.NewSystemContext(ctx, id))
	})
	if err != nil {
		db.tb.Fatal(err)
	}
	return id
}

// Lenient are settings for tests that are not about them: passwords may be short and common, and
// sessions end only when they expire.
var Lenient = settings.Account{StaffPassword: 1, CustomerPassword: 1, CommonPasswords: true, IdleMinutes: 30 * 24 * 60}

// Statements returns the statements that run while do runs, in SQLite's form.
func (db *DB) Statements(do func()) []string {
	db.mu.Lock()
	before := len(db.recorded)
	db.mu.Unlock()
	do()
	db.mu.Lock()
	defer db.mu.Unlock()
	return db.recorded[before:len(db.recorded):len(db.recorded)]
}

// observe records a statement, and fails the test if it touches rows of accounts without naming the
// account.
func (db *DB) observe(_ context.Context, statement string) {
	found := inspect(statement)
	db.mu.Lock()
	db.recorded = append(db.recorded, found.asSQLite)
	db.mu.Unlock()
	if found.stray != "" {
		db.tb.Errorf("a statement on %s does not carry its account: %s", found.stray, statement)
	}
}

// inspection is what observe needs to know about a statement.
type inspection struct{ asSQLite, stray string }

// inspections caches inspections by statement: tests run the same few statements many times, and
// matching the expressions costs more than the statement itself.
var inspections sync.Map

func inspect(statement string) inspection {
	if found, ok := inspections.Load(statement); ok {
		return found.(inspection) //nolint:forcetypeassert // nothing else is stored
	}
	found := inspection{asSQLite(statement), Stray(statement)}
	inspections.Store(statement, found)
	return found
}
