package store

import (
	"fmt"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestCommitsThatDoNotWaitForTheDiskAreRefused holds for whatever set them so: here it is the database.
func TestCommitsThatDoNotWaitForTheDiskAreRefused(t *testing.T) {
	t.Parallel()
	database := emptyPostgres(t)
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	execute(t, database, "ALTER DATABASE "+strings.TrimPrefix(u.Path, "/")+" SET synchronous_commit = off")
	s, err := Open(t.Context(), database, Options{})
	if err == nil || !strings.Contains(err.Error(), "synchronous_commit is off") {
		t.Errorf("got %v, %v, want that it is refused", s, err)
	}
}

// TestServingTakesNoRightToMakeTables starts as a role that may do no more than read and write rows.
func TestServingTakesNoRightToMakeTables(t *testing.T) {
	t.Parallel()
	url := emptyPostgres(t)
	if _, err := Migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	role := fmt.Sprint("role", postgres.made.Add(1)) // the server's, not the database's
	execute(t, url, `CREATE ROLE `+role+` LOGIN;
		REVOKE CREATE ON SCHEMA public FROM PUBLIC;
		GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO `+role)
	f := openFixture(t, strings.Replace(url, "postgres@", role+"@", 1))
	f.rows(f.account("Demo"))
	if err := f.try("CREATE TABLE notes (id bigint)"); err == nil {
		t.Error("the role may make tables")
	}
}

// TestPostgresIsRestoredFromADump takes the way that docs/engines.md shows: pg_dump while the server runs, pg_restore into a new
// database, and a start on that.
func TestPostgresIsRestoredFromADump(t *testing.T) {
	t.Parallel()
	f := openFixture(t, emptyPostgres(t))
	ctx := f.account("Demo")
	first := f.rows(ctx)
	dump, restored := filepath.Join(t.TempDir(), "contactgraph.dump"), emptyPostgres(t)
	postgresProgram(t, "pg_dump", "--format=custom", "--file="+dump, f.url)
	postgresProgram(t, "pg_restore", "--exit-on-error", "--dbname="+restored, dump)

	copied := openFixture(t, restored)
	if diff := cmp.Diff(f.shops(ctx), copied.shops(ctx)); diff != "" {
		t.Errorf("stores (-dumped +restored)\n%s", diff)
	}
	if next := copied.rows(copied.account("Other")); next.contact != first.contact+1 {
		t.Errorf("the contact after %d is %d", first.contact, next.contact)
	}
}

// TestDeadConnectionsAreReplaced ends all connections behind the store's back: the next writes take new ones, and do not fail.
func TestDeadConnectionsAreReplaced(t *testing.T) {
	t.Parallel()
	f := openFixture(t, emptyPostgres(t))
	ctx := f.account("Demo")
	for range 3 {
		execute(t, f.url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
		for contact := range 2 * postgresWriters {
			if err := f.Write(ctx, contact, addShop("North")); err != nil {
				t.Errorf("the write of contact %d: %v", contact, err)
			}
		}
	}
}

// postgresProgram runs one of PostgreSQL's programs.
func postgresProgram(t *testing.T, name string, args ...string) {
	t.Helper()
	folder, err := exec.CommandContext(t.Context(), "pg_config", "--bindir").Output()
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), filepath.Join(strings.TrimSpace(string(folder)), name), args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", name, err, out)
	}
}
