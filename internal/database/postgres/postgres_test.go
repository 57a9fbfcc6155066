package postgres_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"contactgraph/internal/database"
	"contactgraph/internal/database/databasetest"
	"contactgraph/internal/viewer"

	"github.com/google/go-cmp/cmp"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

// TestCommitsThatDoNotWaitForTheDiskAreRefused sets synchronous_commit for the database. It does
// not matter where it is set.
func TestCommitsThatDoNotWaitForTheDiskAreRefused(t *testing.T) {
	t.Parallel()
	address := databasetest.EmptyPostgres(t)
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	databasetest.Execute(t, address, "ALTER DATABASE "+strings.TrimPrefix(u.Path, "/")+" SET synchronous_commit = off")
	db, err := database.Open(t.Context(), address, database.Options{})
	if err == nil || !strings.Contains(err.Error(), "synchronous_commit is off") {
		t.Errorf("got %v, %v, want that it is refused", db, err)
	}
}

var roles atomic.Int64

// TestServingNeedsNoRightToCreateTables starts as a role that may only read and write rows.
func TestServingNeedsNoRightToCreateTables(t *testing.T) {
	t.Parallel()
	address := databasetest.EmptyPostgres(t)
	if _, err := database.Migrate(t.Context(), address, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	role := fmt.Sprint("role", roles.Add(1)) // roles belong to the server, not to the database
	databasetest.Execute(t, address, `CREATE ROLE `+role+` LOGIN;
		REVOKE CREATE ON SCHEMA public FROM PUBLIC;
		GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO `+role)
	address = strings.Replace(address, "postgres@", role+"@", 1)
	addStore(t, databasetest.At(t, address), "North")
	if _, err := databasetest.Connect(t, address).Writer.ExecContext(t.Context(), "CREATE TABLE notes (id bigint)"); err == nil {
		t.Error("the role may create tables")
	}
}

// TestPostgresIsRestoredFromADump does what docs/backup.md describes: pg_dump while the server
// runs, pg_restore into a new database, and a start on that.
func TestPostgresIsRestoredFromADump(t *testing.T) {
	t.Parallel()
	db := databasetest.At(t, databasetest.EmptyPostgres(t))
	ctx, first := addStore(t, db, "Demo")
	dump, restored := filepath.Join(t.TempDir(), "contactgraph.dump"), databasetest.EmptyPostgres(t)
	program(t, "pg_dump", "--format=custom", "--file="+dump, db.URL)
	program(t, "pg_restore", "--exit-on-error", "--dbname="+restored, dump)

	copied := databasetest.At(t, restored)
	if got := copied.Client().Store.Query().IDsX(ctx); !slices.Equal(got, []int{first}) {
		t.Errorf("stores %v, want %d", got, first)
	}
	if diff := cmp.Diff(db.Dump(), copied.Dump()); diff != "" {
		t.Errorf("(-dumped +restored)\n%s", diff)
	}
	if _, next := addStore(t, copied, "Other"); next != first+1 {
		t.Errorf("the store after %d is %d", first, next)
	}
}

// addStore adds an account with a store. It returns a context in which the server itself acts in
// the account, and the store's id.
func addStore(t *testing.T, db *databasetest.DB, account string) (ctx context.Context, id int) {
	t.Helper()
	ctx = viewer.NewSystemContext(t.Context(), db.Account(account))
	err := db.Write(ctx, 0, func(ctx context.Context, tx *database.Tx) error {
		id = tx.Ent.Store.Create().SetName("North").SaveX(ctx).ID
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return ctx, id
}

// program runs one of PostgreSQL's programs.
func program(t *testing.T, name string, args ...string) {
	t.Helper()
	folder, err := exec.CommandContext(t.Context(), "pg_config", "--bindir").Output()
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), filepath.Join(strings.TrimSpace(string(folder)), name), args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", name, err, out)
	}
}
