package database

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"contactgraph/internal/dberr"

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

// TestNoTransactionStaysOpen holds whatever ends a write: a connection in the pool has no transaction, and so no locks.
func TestNoTransactionStaysOpen(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		do   func(f *fixture, ctx context.Context, tx *Tx) error
	}{
		{"a function that takes longer than the limit of a statement", func(f *fixture, _ context.Context, _ *Tx) error {
			time.Sleep(2 * f.engine.limits.write)
			return nil
		}},
		{"a row that the log refuses", func(_ *fixture, ctx context.Context, tx *Tx) error {
			tx.AppendChange(logRow(ctx, 1, 1))
			tx.AppendChange(logRow(ctx, 1, 1))
			return nil
		}},
		{"text that PostgreSQL does not take", func(_ *fixture, ctx context.Context, tx *Tx) error {
			r := logRow(ctx, 1, 1)
			r.ActorName = "\x00"
			tx.AppendChange(r)
			return nil
		}},
		{"rows that are not closed", func(_ *fixture, _ context.Context, tx *Tx) error {
			_, err := tx.Ent.QueryContext(context.Background(), "SELECT generate_series(1, 100000)") //nolint:rowserrcheck,sqlclosecheck // on purpose
			return err
		}},
		{"a function that fails", func(_ *fixture, ctx context.Context, tx *Tx) error {
			return errors.Join(errTest, addShop("South")(ctx, tx))
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := openFixture(t, emptyPostgres(t))
			f.engine.limits.write = 300 * time.Millisecond
			ctx := f.account("Demo")
			id := f.contacts(ctx, 1)[0]
			err := f.Write(ctx, id, func(ctx context.Context, tx *Tx) error {
				if _, err := tx.Contact(ctx, accountOf(ctx), id); err != nil {
					return err
				}
				return tt.do(f, ctx, tx)
			})
			if err == nil || errors.Is(err, dberr.ErrUnknown) {
				t.Errorf("got %v, want a failure that is known", err)
			}
			if open := query(t, f.url, "SELECT state || ': ' || query FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'"); len(open) > 0 {
				t.Errorf("open: %q", open)
			}
			if err := f.Write(ctx, id, f.rename(ctx, id, "Anna", "anna").fn); err != nil {
				t.Errorf("the next write of the contact: %v", err)
			}
		})
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
