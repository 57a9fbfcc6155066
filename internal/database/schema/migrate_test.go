package schema_test

import (
	"bytes"
	"database/sql"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"contactgraph/internal/database"
	"contactgraph/internal/database/databasetest"
	"contactgraph/internal/database/schema"

	atlas "ariga.io/atlas/sql/migrate"
	"github.com/google/go-cmp/cmp"
)

func TestMigrationsAreAppliedOnce(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "t.db")
	open := func() (logged string) {
		var log bytes.Buffer
		s, err := database.Open(t.Context(), file, database.Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		return log.String()
	}
	files, err := schema.MigrationFiles("sqlite")
	if err != nil {
		t.Fatal(err)
	}
	first := open()
	for _, name := range files {
		if !strings.Contains(first, "migration="+name) {
			t.Errorf("it does not log that it applied %s:\n%s", name, first)
		}
	}
	if again := open(); again != "" {
		t.Errorf("on the second start it logs:\n%s", again)
	}
}

func TestOpenOnADatabaseOfAnotherVersion(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		additive bool
		want     string
	}{
		{"refuses a migration that it does not know", false, "a newer version of contactgraph has changed it (migration 29990101000000): start that version"},
		{"accepts one that is additive", true, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			db := databasetest.Open(t)
			_, err := databasetest.Connect(t, db.URL).Writer.ExecContext(t.Context(), `INSERT INTO schema_revisions
				(version, description, additive, hash, applied, total, executed_at) VALUES ('29990101000000', 'later', $1, '', 1, 1, $2)`,
				tt.additive, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			s, err := database.Open(t.Context(), db.URL, database.Options{})
			switch {
			case tt.want == "" && err == nil:
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			case tt.want == "" || err == nil || !strings.Contains(err.Error(), tt.want):
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestOpenLeavesADatabaseOfSomethingElseAsItIs(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"DELETE", "WAL"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "t.db")
			db, err := sql.Open("sqlite3", file+"?_journal_mode="+mode)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := db.ExecContext(t.Context(), "CREATE TABLE invoices (id integer)"); err != nil {
				t.Fatal(err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			before := contents(t, filepath.Dir(file))
			s, err := database.Open(t.Context(), file, database.Options{})
			if err == nil || !strings.Contains(err.Error(), "tables of another program, such as invoices; set --database to another file") {
				t.Errorf("got %v, %v", s, err)
			}
			if diff := cmp.Diff(before, contents(t, filepath.Dir(file))); diff != "" {
				t.Errorf("it changed the folder (-before +after)\n%s", diff)
			}
		})
	}
}

// contents returns the bytes of each file of a folder.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all[e.Name()] = string(b)
	}
	return all
}

func TestRevisionsKeepWhetherAMigrationIsAdditive(t *testing.T) {
	t.Parallel()
	db := databasetest.Open(t)
	dir := &atlas.MemDir{}
	for name, text := range map[string]string{
		"29990101000000_plain.sql":    "CREATE TABLE a (id integer);\n",
		"29990102000000_additive.sql": "-- atlas:additive\n\nCREATE TABLE b (id integer);\n",
	} {
		if err := dir.WriteFile(name, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	tx, err := databasetest.Connect(t, db.URL).Writer.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	for version, want := range map[string]bool{"29990101000000": false, "29990102000000": true} {
		if err := schema.WriteRevision(t.Context(), tx, dir, version); err != nil {
			t.Fatal(err)
		}
		var got bool
		row := tx.QueryRowContext(t.Context(), "SELECT additive FROM schema_revisions WHERE version = $1", version)
		if err := row.Scan(&got); err != nil || got != want {
			t.Errorf("%s: got %v, %v, want %v", version, got, err, want)
		}
	}
	err = schema.RefuseUnknown(t.Context(), tx, &atlas.MemDir{})
	if err == nil || !strings.Contains(err.Error(), "29990101000000") || strings.Contains(err.Error(), "29990102000000") {
		t.Errorf("a binary without both refuses with %v, want that it names the plain one only", err)
	}
}
