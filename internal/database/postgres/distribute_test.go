package postgres_test

import (
	"context"
	"database/sql"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"contactgraph/ent/migrate"
	"contactgraph/internal/database"
	"contactgraph/internal/database/databasetest"
	"contactgraph/migrations"

	"github.com/google/go-cmp/cmp"
)

// standIn gives a database what the extension citus would give it. The functions that place a table
// record that they were called, with what, and in which transaction. Like Citus, it refuses foreign
// keys from tables that are not placed to those that are. docs/engines.md describes how the real
// Citus answers.
const standIn = `
	CREATE TABLE pg_dist_partition (logicalrelid regclass, partmethod "char", partkey text, repmodel "char");
	CREATE TABLE calls (id bigint GENERATED ALWAYS AS IDENTITY, call text, setting text, transaction bigint DEFAULT txid_current());
	CREATE TABLE broken (name regclass);
	CREATE FUNCTION note(call text, name regclass) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
		IF name IN (TABLE broken) THEN RAISE 'worker 2 is away'; END IF;
		INSERT INTO calls (call, setting) VALUES (call, current_setting('citus.enable_local_reference_table_foreign_keys') || ' ' ||
			current_setting('citus.multi_shard_modify_mode'));
	END $$;
	CREATE FUNCTION create_reference_table(table_name regclass) RETURNS void LANGUAGE sql AS $$
		SELECT note('reference ' || table_name, table_name);
		INSERT INTO pg_dist_partition VALUES (table_name, 'n', NULL, 't');
	$$;
	CREATE FUNCTION create_distributed_table(table_name regclass, distribution_column text) RETURNS void LANGUAGE sql AS $$
		SELECT note(table_name || ' by ' || distribution_column, table_name);
		INSERT INTO pg_dist_partition VALUES (table_name, 'h', distribution_column, 's');
	$$;
	CREATE TABLE truncated (name text);
	CREATE FUNCTION truncate_local_data_after_distributing_table(table_name regclass) RETURNS void LANGUAGE sql AS $$
		INSERT INTO truncated VALUES (table_name::text);
	$$;
	CREATE FUNCTION refuse_unplaced() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
		IF EXISTS (SELECT FROM pg_constraint WHERE contype = 'f' AND confrelid IN (SELECT logicalrelid FROM pg_dist_partition)
			AND conrelid NOT IN (SELECT logicalrelid FROM pg_dist_partition) AND conrelid IN (SELECT objid FROM pg_event_trigger_ddl_commands())) THEN
			RAISE 'cannot create foreign key constraint';
		END IF;
	END $$;`

// placeable is the number of tables that are placed: all but those of the clock, of attempts, of
// used states and of requests for new passwords.
var placeable = len(migrate.Tables) - 4

// newStandIn names a new database with the stand-in for Citus.
func newStandIn(t *testing.T) string {
	t.Helper()
	url := databasetest.EmptyPostgres(t)
	databasetest.Execute(t, url, standIn)
	return url
}

// distribute runs Distribute, which must succeed, and returns the tables that it placed.
func distribute(t *testing.T, url string) []string {
	t.Helper()
	_, placed, err := database.Distribute(t.Context(), url, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return placed
}

func TestDistributePlacesEveryTableBehindThoseItRefersTo(t *testing.T) {
	t.Parallel()
	url := newStandIn(t)
	migrated, placed, err := database.Distribute(t.Context(), url, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if all := status(t, url).Migrations; len(migrated) != len(all) {
		t.Errorf("it applied %q, want all of %v", migrated, all)
	}
	if len(placed) != placeable || slices.Contains(placed, migrate.ClocksTable.Name) {
		t.Errorf("placed %d tables, want %d: %q", len(placed), placeable, placed)
	}
	for _, table := range migrate.Tables {
		for _, fk := range table.ForeignKeys {
			if at, parent := slices.Index(placed, table.Name), slices.Index(placed, fk.RefTable.Name); parent < 0 || at < parent {
				t.Errorf("%s is placed in place %d, and %s, to which it refers, in %d", table.Name, at, fk.RefTable.Name, parent)
			}
		}
	}
	var want []string
	for _, table := range placed {
		if table == "accounts" || table == "api_keys" {
			want = append(want, "reference "+table)
			continue
		}
		want = append(want, table+" by account_id")
	}
	if diff := cmp.Diff(want, databasetest.Texts(t, url, "SELECT call FROM calls ORDER BY id")); diff != "" {
		t.Errorf("the calls (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]string{"accounts", "api_keys"}, placed[:2]); diff != "" {
		t.Errorf("first come the reference tables (-want +got)\n%s", diff)
	}
	odd := databasetest.Texts(t, url, `SELECT call FROM calls WHERE setting <> 'off sequential' OR transaction IN
		(SELECT transaction FROM calls GROUP BY transaction HAVING count(*) > 1)`)
	if odd != nil {
		t.Errorf("%q ran with the setting on, or with others in a transaction", odd)
	}
}

func TestDistributeAgain(t *testing.T) {
	t.Parallel()
	url := newStandIn(t)
	distribute(t, url)
	if got := distribute(t, url); got != nil {
		t.Errorf("placed %q, and all were", got)
	}
	databasetest.At(t, url).Account("Demo")
	databasetest.Execute(t, url, "DELETE FROM pg_dist_partition WHERE logicalrelid = 'search_terms'::regclass; TRUNCATE truncated")
	if diff := cmp.Diff([]string{"search_terms"}, distribute(t, url)); diff != "" {
		t.Errorf("a table that came with a later migration (-want +got)\n%s", diff)
	}
	databasetest.Execute(t, url, "UPDATE pg_dist_partition SET partmethod = 'n' WHERE logicalrelid = 'search_terms'::regclass")
	if diff := cmp.Diff([]string{"search_terms"}, distribute(t, url)); diff != "" {
		t.Errorf("a table that Citus knows, and has on the coordinator alone (-want +got)\n%s", diff)
	}
}

// TestMigrationsPlaceNewTables migrates a distributed database that has a table which is not
// placed, as after the statement that creates it.
func TestMigrationsPlaceNewTables(t *testing.T) {
	t.Parallel()
	url := newStandIn(t)
	distribute(t, url)
	databasetest.Execute(t, url, `CREATE EVENT TRIGGER refuse ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'ALTER TABLE') EXECUTE FUNCTION refuse_unplaced();
		DELETE FROM pg_dist_partition WHERE logicalrelid = 'external_ids'::regclass; TRUNCATE calls;
		DELETE FROM schema_revisions WHERE version >= (SELECT version FROM schema_revisions WHERE description = 'duplicates');
		DROP TABLE duplicate_keys; DROP TABLE duplicate_pairs; DROP TABLE duplicate_profiles; DROP TABLE duplicate_states`)
	if applied, err := database.Migrate(t.Context(), url, slog.New(slog.DiscardHandler)); err != nil || len(applied) != 1 {
		t.Fatalf("applied %q, %v", applied, err)
	}
	want := []string{"duplicate_keys by account_id", "duplicate_pairs by account_id", "duplicate_profiles by account_id",
		"duplicate_states by account_id", "external_ids by account_id"}
	if diff := cmp.Diff(want, databasetest.Texts(t, url, "SELECT call FROM calls")); diff != "" {
		t.Errorf("the calls (-want +got)\n%s", diff)
	}
}

// TestNewTablesArePlacedBeforeTheirForeignKeys runs the statement that has created a table on a
// distributed database that lacks it.
func TestNewTablesArePlacedBeforeTheirForeignKeys(t *testing.T) {
	t.Parallel()
	url := newStandIn(t)
	distribute(t, url)
	const keys = "SELECT conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'external_ids'::regclass ORDER BY 1"
	want := databasetest.Texts(t, url, keys)
	databasetest.Execute(t, url, `DELETE FROM pg_dist_partition WHERE logicalrelid = 'external_ids'::regclass; DROP TABLE external_ids; TRUNCATE calls;
		CREATE EVENT TRIGGER refuse ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'ALTER TABLE') EXECUTE FUNCTION refuse_unplaced()`)
	file, err := migrations.Files.ReadFile("postgres/20261129091834_external_ids.sql")
	if err != nil {
		t.Fatal(err)
	}
	statement := regexp.MustCompile(`(?m)^CREATE TABLE "external_ids" .*$`).FindString(string(file))
	c := databasetest.Connect(t, url)
	err = c.Exclusive(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
		d, err := c.Dialect.Migrator(tx)
		if err != nil {
			return err
		}
		_, err = d.ExecContext(ctx, statement)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"external_ids by account_id"}, databasetest.Texts(t, url, "SELECT call FROM calls")); diff != "" {
		t.Errorf("the calls (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff(want, databasetest.Texts(t, url, keys)); diff != "" || len(want) != 2 {
		t.Errorf("the constraints (-want +got)\n%s", diff)
	}
}

// TestDistributeAFilledDatabase moves rows, while no one else uses the database, and removes those
// that are left on the coordinator.
func TestDistributeAFilledDatabase(t *testing.T) {
	t.Parallel()
	url := newStandIn(t)
	db := databasetest.At(t, url)
	db.Account("Demo")
	_, placed, err := database.Distribute(t.Context(), url, slog.New(slog.DiscardHandler))
	if err == nil || !strings.Contains(err.Error(), "the table accounts has rows, and others are connected to the database") || placed != nil {
		t.Errorf("with a server: %q, %v", placed, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if placed := distribute(t, url); len(placed) != placeable {
		t.Errorf("placed %d tables, want %d", len(placed), placeable)
	}
	if truncated := databasetest.Texts(t, url, "SELECT name FROM truncated"); len(truncated) != placeable {
		t.Errorf("the rows of %q were removed, want those of %d tables", truncated, placeable)
	}
}

func TestDistributeTwiceAtTheSameTime(t *testing.T) {
	t.Parallel()
	url := newStandIn(t)
	var group sync.WaitGroup
	for range 3 {
		group.Go(func() {
			if _, _, err := database.Distribute(t.Context(), url, slog.New(slog.DiscardHandler)); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if got := databasetest.Texts(t, url, "SELECT call FROM calls"); len(got) != placeable {
		t.Errorf("%d calls for %d tables: %q", len(got), placeable, got)
	}
}

func TestDistributeGoesOnWhereItWasInterrupted(t *testing.T) {
	t.Parallel()
	url := newStandIn(t)
	if _, err := database.Migrate(t.Context(), url, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	databasetest.Execute(t, url, "INSERT INTO broken VALUES ('logins')")
	_, before, err := database.Distribute(t.Context(), url, slog.New(slog.DiscardHandler))
	if err == nil || !strings.Contains(err.Error(), "table logins: ") || !strings.Contains(err.Error(), "worker 2 is away") {
		t.Errorf("got %v", err)
	}
	if len(before) == 0 || slices.Contains(before, "logins") {
		t.Errorf("it reports that it placed %q", before)
	}
	databasetest.Execute(t, url, "DELETE FROM broken")
	after := distribute(t, url)
	if diff := cmp.Diff("logins", after[0]); diff != "" || len(before)+len(after) != placeable {
		t.Errorf("it placed %q and then %q", before, after)
	}
}

func TestDistributeRefusesWithAReason(t *testing.T) {
	t.Parallel()
	plain, file := databasetest.EmptyPostgres(t), filepath.Join(t.TempDir(), "t.db")
	for _, tt := range []struct{ name, url, want string }{
		{"PostgreSQL without Citus", plain, "it does not have the extension citus: run CREATE EXTENSION citus"},
		{"SQLite", file, "is an SQLite file, and only Citus"},
		{"another URL", "mysql://localhost/x", "set --database to a file"},
	} {
		migrated, placed, err := database.Distribute(t.Context(), tt.url, slog.New(slog.DiscardHandler))
		if err == nil || !strings.Contains(err.Error(), tt.want) || migrated != nil || placed != nil {
			t.Errorf("%s: got %q, %q, %v, want %q", tt.name, migrated, placed, err, tt.want)
		}
	}
	if s := status(t, plain); s.Lacks == "" {
		t.Error("it migrated a database that it could not distribute")
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("it created the file")
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
