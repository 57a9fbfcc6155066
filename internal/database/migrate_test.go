package database

import (
	"bytes"
	"context"
	"database/sql"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	atlas "ariga.io/atlas/sql/migrate"
	"github.com/google/go-cmp/cmp"
)

func TestMigrationsAreAppliedOnce(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "t.db")
	open := func() (told string) {
		var log bytes.Buffer
		s, err := Open(t.Context(), file, Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		return log.String()
	}
	dir, err := memoryDir("sqlite")
	if err != nil {
		t.Fatal(err)
	}
	files, err := dir.Files()
	if err != nil {
		t.Fatal(err)
	}
	first := open()
	for _, f := range files {
		if !strings.Contains(first, "migration="+f.Name()) {
			t.Errorf("it does not say that it applied %s:\n%s", f.Name(), first)
		}
	}
	if again := open(); again != "" {
		t.Errorf("on the second start it says:\n%s", again)
	}
}

func TestForeignKeysHoldAfterMigrating(t *testing.T) {
	t.Parallel()
	f := newSQLite(t)
	ctx := f.account("Demo")
	_, err := f.engine.writer.ExecContext(ctx, "INSERT INTO stores (account_id, name) VALUES (999, 'Nowhere')")
	if err == nil || !strings.Contains(err.Error(), "FOREIGN KEY constraint failed") {
		t.Errorf("got %v, want that a foreign key failed", err)
	}
}

func TestOpenOnADatabaseOfAnotherVersion(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		additive bool
		want     string
	}{
		{"refuses a migration that it does not know", false, "a newer contactgraph has changed it (migration 29990101000000): start that version"},
		{"accepts one that is additive", true, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			_, err := f.engine.writer.ExecContext(t.Context(), `INSERT INTO schema_revisions
				(version, description, additive, hash, applied, total, executed_at) VALUES ('29990101000000', 'later', $1, '', 1, 1, $2)`,
				tt.additive, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			s, err := Open(t.Context(), f.url, Options{})
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
			s, err := Open(t.Context(), file, Options{})
			if err == nil || !strings.Contains(err.Error(), "tables of something else, such as invoices; give --database another file") {
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

func TestMigrationThatBreaksAReferenceIsRefused(t *testing.T) {
	t.Parallel()
	f := newSQLite(t)
	inTx(t, f, func(ctx context.Context, tx *sql.Tx) {
		if err := checkForeignKeys(ctx, tx); err != nil {
			t.Errorf("a sound database: %v", err)
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO stores (account_id, name) VALUES (999, 'Nowhere')"); err != nil {
			t.Fatal(err)
		}
		if err := checkForeignKeys(ctx, tx); err == nil || !strings.Contains(err.Error(), "1 rows refer to rows that are not there") {
			t.Errorf("got %v", err)
		}
	})
}

// inTx runs fn in a transaction in which foreign keys are checked by nobody, and undoes it.
func inTx(t *testing.T, f *fixture, fn func(context.Context, *sql.Tx)) {
	t.Helper()
	if _, err := f.engine.writer.ExecContext(t.Context(), "PRAGMA foreign_keys = OFF"); err != nil {
		t.Fatal(err)
	}
	tx, err := f.engine.writer.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	fn(t.Context(), tx)
}

func TestRevisionsKeepWhetherAMigrationIsAdditive(t *testing.T) {
	t.Parallel()
	f := newSQLite(t)
	dir := &atlas.MemDir{}
	for name, text := range map[string]string{
		"29990101000000_plain.sql":    "CREATE TABLE a (id integer);\n",
		"29990102000000_additive.sql": "-- atlas:additive\n\nCREATE TABLE b (id integer);\n",
	} {
		if err := dir.WriteFile(name, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	inTx(t, f, func(ctx context.Context, tx *sql.Tx) {
		r := &revisions{tx: tx, dir: dir}
		for version, want := range map[string]bool{"29990101000000": false, "29990102000000": true} {
			if err := r.WriteRevision(ctx, &atlas.Revision{Version: version}); err != nil {
				t.Fatal(err)
			}
			var got bool
			row := tx.QueryRowContext(ctx, "SELECT additive FROM schema_revisions WHERE version = $1", version)
			if err := row.Scan(&got); err != nil || got != want {
				t.Errorf("%s: got %v, %v, want %v", version, got, err, want)
			}
		}
		if err := (&revisions{tx: tx, dir: &atlas.MemDir{}}).refuseUnknown(ctx); err == nil || !strings.Contains(err.Error(), "29990101000000") ||
			strings.Contains(err.Error(), "29990102000000") {
			t.Errorf("a binary without both refuses with %v, want the plain one alone to be named", err)
		}
	})
}
