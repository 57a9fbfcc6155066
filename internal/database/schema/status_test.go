package schema_test

import (
	"bytes"
	"database/sql"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"contactgraph/internal/database"
	"contactgraph/internal/database/databasetest"

	"github.com/google/go-cmp/cmp"
)

func TestStatusOfAppliedPendingAndUnknownMigrations(t *testing.T) {
	t.Parallel()
	url := databasetest.Empty(t)
	before := time.Now().Add(-time.Second)
	applied, err := database.Migrate(t.Context(), url, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	databasetest.Execute(t, url, `INSERT INTO schema_revisions (version, description, additive, hash, applied, total, executed_at)
		VALUES ('29990101000000', 'later', TRUE, '', 1, 1, '2999-01-01 00:00:00')`)
	s := status(t, url)
	if s.Lacks != "" || len(s.Migrations) != len(applied)+1 {
		t.Fatalf("got %+v, want %q and a later one", s, applied)
	}
	for i, m := range s.Migrations[:len(applied)] {
		if m.Version+"_"+m.Name+".sql" != applied[i] || m.Unknown || m.Applied.Before(before) || m.Applied.After(time.Now()) {
			t.Errorf("got %+v, want %s, just applied", m, applied[i])
		}
	}
	later := database.Migration{"29990101000000", "later", true, time.Date(2999, 1, 1, 0, 0, 0, 0, time.UTC), true}
	if diff := cmp.Diff(later, s.Migrations[len(applied)]); diff != "" {
		t.Errorf("of a newer binary (-want +got)\n%s", diff)
	}
	databasetest.Execute(t, url, "DELETE FROM schema_revisions")
	if s := status(t, url); s.Lacks != "" || len(s.Migrations) != len(applied) || !s.Migrations[0].Applied.IsZero() {
		t.Errorf("got %+v, want that %q are pending", s, applied)
	}
}

// status is what StatusOf returns.
func status(t *testing.T, url string) *database.Status {
	t.Helper()
	s, err := database.StatusOf(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestStatusOfADatabaseWithoutOurTables(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	if err := os.WriteFile(in("empty.db"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	foreign(t, in("foreign.db"))
	before := contents(t, dir)
	for _, tt := range []struct{ name, url, want string }{
		{"no file", in("none.db"), "there is no database " + in("none.db")},
		{"no folder", in("no/none.db"), "there is no database " + in("no/none.db")},
		{"an empty file", in("empty.db"), "is empty"},
		{"a file of another program", in("foreign.db"), "has tables of another program, such as invoices"},
		{"an empty database of PostgreSQL", databasetest.EmptyPostgres(t), "has no contactgraph tables"},
		{"no database of PostgreSQL", strings.Replace(databasetest.EmptyPostgres(t), "/t", "/none", 1), "there is no database postgres://"},
	} {
		s, err := database.StatusOf(t.Context(), tt.url)
		if err != nil || !strings.Contains(s.Lacks, tt.want) || len(s.Migrations) == 0 || !s.Migrations[0].Applied.IsZero() {
			t.Errorf("%s: got %+v, %v, want %q and that all is pending", tt.name, s, err, tt.want)
		}
	}
	if diff := cmp.Diff(before, contents(t, dir)); diff != "" {
		t.Errorf("it changed the folder (-before +after)\n%s", diff)
	}
}

// foreign creates a file with a table of another program.
func foreign(t *testing.T, file string) {
	t.Helper()
	db, err := sql.Open("sqlite3", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), "CREATE TABLE invoices (id integer)"); err != nil {
		t.Fatal(err)
	}
}

func TestStatusFailsWhereItCannotLook(t *testing.T) {
	t.Parallel()
	text := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(text, []byte(strings.Repeat("no database\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ url, want string }{
		{text, "not an SQLite database; set --database to another file"},
		{filepath.Dir(text), "unable to open database file"},
		{"postgres://localhost:1/x", "opening the database postgres://localhost:1/x: "},
		{"mysql://localhost/x", "set --database to a file"},
	} {
		if s, err := database.StatusOf(t.Context(), tt.url); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %+v, %v, want %q", tt.url, s, err, tt.want)
		}
	}
}

func TestStatusLeavesADatabaseAsItIs(t *testing.T) {
	t.Parallel()
	url := filepath.Join(t.TempDir(), "t.db")
	if _, err := database.Migrate(t.Context(), url, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	before := contents(t, filepath.Dir(url))
	status(t, url)
	if diff := cmp.Diff(before, contents(t, filepath.Dir(url))); diff != "" {
		t.Errorf("it changed the folder (-before +after)\n%s", diff)
	}
}

// TestManyStartTogether opens an empty database several times at the same time. On SQLite, whose
// locks belong to a process, processes do it: see testdata/script/migrate_together.txtar.
func TestManyStartTogether(t *testing.T) {
	t.Parallel()
	url := databasetest.EmptyPostgres(t)
	var logged bytes.Buffer
	log := slog.New(slog.NewTextHandler(&logged, nil))
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			s, err := database.Open(t.Context(), url, database.Options{Logger: log})
			if err != nil {
				t.Error(err)
				return
			}
			if err := errors.Join(s.Ping(t.Context()), s.Close()); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	migrations := status(t, url).Migrations
	for _, m := range migrations {
		if got := strings.Count(logged.String(), m.Version); got != 1 {
			t.Errorf("migration %s was applied %d times:\n%s", m.Version, got, &logged)
		}
	}
}
