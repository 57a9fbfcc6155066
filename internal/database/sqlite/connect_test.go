package sqlite

import (
	"context"
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"contactgraph/internal/database/dialect"
)

// openNewFile opens a file that does not exist yet.
func openNewFile(t *testing.T) *dialect.Connection {
	t.Helper()
	c, err := Dialect{}.Open(t.Context(), filepath.Join(t.TempDir(), "t.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func TestConnectionsHaveTheirSettings(t *testing.T) {
	t.Parallel()
	c := openNewFile(t)
	for _, tt := range []struct {
		name     string
		db       *sql.DB
		settings map[string]string
	}{
		{"the writer", c.Writer, map[string]string{
			"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "5000", "query_only": "0",
		}},
		{"a reader", c.Readers, map[string]string{
			"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "5000", "query_only": "1",
		}},
	} {
		for pragma, want := range tt.settings {
			var got string
			if err := tt.db.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil || got != want {
				t.Errorf("%s: %s is %q, %v, want %q", tt.name, pragma, got, err, want)
			}
		}
	}
	if got := c.Writer.Stats().MaxOpenConnections; got != 1 {
		t.Errorf("%d connections may write, want 1", got)
	}
	if got := c.Readers.Stats().MaxOpenConnections; got != maxReaders {
		t.Errorf("%d connections may read, want %d", got, maxReaders)
	}
}

func TestConnectionWithoutASettingIsRefused(t *testing.T) {
	t.Parallel()
	for pragma, pragmas := range map[string]string{
		"journal_mode": "mode=rwc&_synchronous=FULL&_foreign_keys=1",
		"synchronous":  "mode=rwc&_journal_mode=WAL&_synchronous=NORMAL&_foreign_keys=1",
		"foreign_keys": "mode=rwc&_journal_mode=WAL&_synchronous=FULL",
	} {
		db, err := open(t.Context(), filepath.Join(t.TempDir(), "t.db"), pragmas, 1)
		if err == nil || !strings.Contains(err.Error(), "PRAGMA "+pragma+" is ") {
			t.Errorf("%s: got %v, %v", pragma, db, err)
		}
	}
}

// tables are two tables, one of which refers to the other.
const tables = "CREATE TABLE parents (id integer PRIMARY KEY); " +
	"CREATE TABLE children (parent integer REFERENCES parents (id)); "

const orphan = "INSERT INTO children (parent) VALUES (999)"

func TestForeignKeysHoldAfterMigrating(t *testing.T) {
	t.Parallel()
	c := openNewFile(t)
	err := c.Exclusive(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, tables)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Writer.ExecContext(t.Context(), orphan); err == nil || !strings.Contains(err.Error(), "FOREIGN KEY constraint failed") {
		t.Errorf("got %v, want that a foreign key failed", err)
	}
}

func TestMigrationThatBreaksAReferenceIsRefused(t *testing.T) {
	t.Parallel()
	c := openNewFile(t)
	err := c.Exclusive(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, tables); err != nil {
			return err
		}
		if err := c.Dialect.CompleteMigration(ctx, tx); err != nil {
			t.Errorf("a sound database: %v", err)
		}
		if _, err := tx.ExecContext(ctx, orphan); err != nil {
			return err
		}
		return c.Dialect.CompleteMigration(ctx, tx)
	})
	if err == nil || !strings.Contains(err.Error(), "1 rows refer to rows that do not exist") {
		t.Errorf("got %v", err)
	}
}
