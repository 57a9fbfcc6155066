package schema_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"contactgraph/internal/database/databasetest"
	"contactgraph/internal/database/dialect"
	"contactgraph/internal/database/postgres"
	"contactgraph/internal/database/schema"
	"contactgraph/migrations"

	entschema "entgo.io/ent/dialect/sql/schema"
	"github.com/google/go-cmp/cmp"
)

// cityIndex is a migration with a column, and another one with an index of the column.
var cityIndex = map[string]string{
	"29990101000000_city.sql":         "-- atlas:additive\n\nALTER TABLE \"stores\" ADD COLUMN \"town\" text NULL;\n",
	"29990101000001_city_indexes.sql": concurrentFile(`CREATE INDEX CONCURRENTLY "store_town" ON "stores" ("account_id", "town")`),
}

func concurrentFile(statements ...string) string {
	return "-- atlas:additive\n-- atlas:txmode none\n\n" + strings.Join(statements, ";\n") + ";\n"
}

// slowIndex is a database in which an index of stores can be completed only after release.
type slowIndex struct {
	t       *testing.T
	url     string
	c       *dialect.Connection
	db      *sql.DB
	blocker *sql.Tx
}

func newSlowIndex(t *testing.T) *slowIndex {
	t.Helper()
	url := databasetest.EmptyPostgres(t)
	s := &slowIndex{t: t, url: url, c: databasetest.Connect(t, url), db: raw(t, url)}
	if _, err := schema.MigrateWith(t.Context(), s.c, map[string]string{"29990101000000_city.sql": cityIndex["29990101000000_city.sql"]}); err != nil {
		t.Fatal(err)
	}
	s.exec(`INSERT INTO accounts (name, name_key) VALUES ('Demo', 'demo')`)
	s.block()
	return s
}

// block begins a transaction that writes to stores, for whose end the creation of an index waits.
func (s *slowIndex) block() {
	s.t.Helper()
	tx, err := s.db.BeginTx(s.t.Context(), nil)
	if err == nil {
		_, err = tx.ExecContext(s.t.Context(), "INSERT INTO stores (account_id, name) VALUES (1, 'blocker')")
	}
	if err != nil {
		s.t.Fatal(err)
	}
	s.blocker = tx
}

func (s *slowIndex) release() {
	s.t.Helper()
	if err := s.blocker.Commit(); err != nil {
		s.t.Fatal(err)
	}
}

func (s *slowIndex) exec(statement string, args ...any) {
	s.t.Helper()
	if _, err := s.db.ExecContext(s.t.Context(), statement, args...); err != nil {
		s.t.Errorf("%s: %v", statement, err)
	}
}

// state returns whether the index exists, and its oid if it is valid.
func (s *slowIndex) state() (exists bool, valid int64) {
	s.t.Helper()
	err := s.db.QueryRowContext(s.t.Context(), `SELECT count(*) > 0, coalesce(max(CASE WHEN indisvalid THEN indexrelid::bigint END), 0)
		FROM pg_index WHERE indexrelid = to_regclass('store_town')`).Scan(&exists, &valid)
	if err != nil {
		s.t.Error(err)
	}
	return exists, valid
}

// awaitBuilding waits until the server is creating the index, and returns the process id of that.
func (s *slowIndex) awaitBuilding() (pid int) {
	s.t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		err := s.db.QueryRowContext(s.t.Context(), `SELECT pid FROM pg_stat_progress_create_index
			WHERE datname = current_database() AND phase = 'waiting for writers before build'`).Scan(&pid)
		if err == nil {
			return pid
		}
	}
	s.t.Fatal("no index is being created")
	return 0
}

// migrate migrates in the background, and returns a function that waits for the end.
func (s *slowIndex) migrate(c *dialect.Connection) (wait func() ([]string, error)) {
	var applied []string
	var err error
	var done sync.WaitGroup
	done.Go(func() { applied, err = schema.MigrateWith(context.WithoutCancel(s.t.Context()), c, cityIndex) })
	return func() ([]string, error) {
		done.Wait()
		return applied, err
	}
}

// TestIndexesAreCreatedWhileOthersWrite creates an index, which has to wait for a transaction.
// Others write meanwhile.
func TestIndexesAreCreatedWhileOthersWrite(t *testing.T) {
	t.Parallel()
	s := newSlowIndex(t)
	wait := s.migrate(s.c)
	s.awaitBuilding()
	var writers sync.WaitGroup
	var written atomic.Int64
	for i := range 4 {
		writers.Go(func() {
			for n := range 25 {
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				_, err := s.db.ExecContext(ctx, "INSERT INTO stores (account_id, name, town) VALUES (1, $1, 'here')", fmt.Sprint(i, " ", n))
				cancel()
				if err != nil {
					t.Errorf("a write while the index is created: %v", err)
					return
				}
				written.Add(1)
			}
		})
	}
	writers.Wait()
	if exists, valid := s.state(); !exists || valid != 0 {
		t.Errorf("during the writes the index exists: %v, and is valid: %v", exists, valid != 0)
	}
	s.release()
	applied, err := wait()
	if diff := cmp.Diff([]string{"29990101000001_city_indexes.sql"}, applied); err != nil || diff != "" {
		t.Errorf("%v (-want +applied)\n%s", err, diff)
	}
	if _, valid := s.state(); valid == 0 {
		t.Error("the index is not valid")
	}
	if again, err := schema.MigrateWith(t.Context(), s.c, cityIndex); err != nil || again != nil {
		t.Errorf("the next run applied %q, %v", again, err)
	}
}

// TestInterruptedIndexesAreCreatedAgain ends the process that creates an index, which leaves an
// invalid one.
func TestInterruptedIndexesAreCreatedAgain(t *testing.T) {
	t.Parallel()
	s := newSlowIndex(t)
	wait := s.migrate(s.c)
	s.exec("SELECT pg_terminate_backend($1)", s.awaitBuilding())
	if applied, err := wait(); err == nil || applied != nil {
		t.Errorf("applied %q, %v", applied, err)
	}
	if exists, valid := s.state(); !exists || valid != 0 {
		t.Errorf("the interrupted index exists: %v, and is valid: %v", exists, valid != 0)
	}
	s.release()
	if applied, err := schema.MigrateWith(t.Context(), s.c, cityIndex); err != nil || len(applied) != 1 {
		t.Errorf("applied %q, %v", applied, err)
	}
	if _, valid := s.state(); valid == 0 {
		t.Error("the index is not valid")
	}
}

// TestAnIndexOfAKilledProcessIsAwaited migrates while the server still creates the index for a
// process that no longer runs: it is not dropped.
func TestAnIndexOfAKilledProcessIsAwaited(t *testing.T) {
	t.Parallel()
	s := newSlowIndex(t)
	var killed sync.WaitGroup
	killed.Go(func() { s.exec(`CREATE INDEX CONCURRENTLY "store_town" ON "stores" ("account_id", "town")`) })
	s.awaitBuilding()
	var before int64
	if err := s.db.QueryRowContext(t.Context(), "SELECT 'store_town'::regclass::bigint").Scan(&before); err != nil {
		t.Fatal(err)
	}
	wait := s.migrate(s.c)
	time.Sleep(time.Second) // in which it looks at the index
	s.release()
	killed.Wait()
	if applied, err := wait(); err != nil || len(applied) != 1 {
		t.Errorf("applied %q, %v", applied, err)
	}
	if _, valid := s.state(); valid != before {
		t.Errorf("the index is %d, want %d, which was being created", valid, before)
	}
}

// TestOneOfSeveralProcessesCreatesAnIndex migrates by three processes at the same time.
func TestOneOfSeveralProcessesCreatesAnIndex(t *testing.T) {
	t.Parallel()
	s := newSlowIndex(t)
	waits := []func() ([]string, error){s.migrate(s.c)}
	s.awaitBuilding()
	for range 2 {
		waits = append(waits, s.migrate(databasetest.Connect(t, s.url)))
	}
	time.Sleep(time.Second)
	s.release()
	var all []string
	for _, wait := range waits {
		applied, err := wait()
		if err != nil {
			t.Error(err)
		}
		all = append(all, applied...)
	}
	if diff := cmp.Diff([]string{"29990101000001_city_indexes.sql"}, all); diff != "" {
		t.Errorf("(-want +applied by all)\n%s", diff)
	}
}

// TestIndexesThatCannotBeCreated checks what is left, and what the operator reads.
func TestIndexesThatCannotBeCreated(t *testing.T) {
	t.Parallel()
	url := databasetest.EmptyPostgres(t)
	c := databasetest.Connect(t, url)
	if _, err := schema.MigrateWith(t.Context(), c, nil); err != nil {
		t.Fatal(err)
	}
	databasetest.Execute(t, url, `INSERT INTO accounts (name, name_key) VALUES ('Demo', 'demo');
		INSERT INTO stores (account_id, name) VALUES (1, 'North'), (1, 'North')`)
	for _, tt := range []struct{ name, statement, want string }{
		{"duplicate rows", `CREATE UNIQUE INDEX CONCURRENTLY "store_name" ON "stores" ("account_id", "name")`,
			"migration 29990101000001_x.sql: creating the index store_name of the table stores: ERROR: could not create unique index"},
		{"another statement", `UPDATE "stores" SET "name" = ''`, "can only create and drop indexes concurrently"},
		{"a table that does not exist", `CREATE INDEX CONCURRENTLY "x" ON "shops" ("id")`, `relation "shops" does not exist`},
	} {
		_, err := schema.MigrateWith(t.Context(), c, map[string]string{"29990101000001_x.sql": concurrentFile(tt.statement)})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.want)
		}
	}
	left := databasetest.Texts(t, url, "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid UNION ALL "+
		"SELECT description FROM schema_revisions WHERE version LIKE '2999%'")
	if left != nil {
		t.Errorf("left are %q", left)
	}
}

// TestIndexesAreReplaced drops an index and creates another one of the same name.
func TestIndexesAreReplaced(t *testing.T) {
	t.Parallel()
	url := databasetest.EmptyPostgres(t)
	c := databasetest.Connect(t, url)
	_, err := schema.MigrateWith(t.Context(), c, map[string]string{
		"29990101000001_x.sql": concurrentFile(`CREATE INDEX CONCURRENTLY "store_x" ON "stores" ("account_id", "name")`),
		"29990101000002_y.sql": concurrentFile(`DROP INDEX CONCURRENTLY IF EXISTS "store_x"`,
			`CREATE INDEX CONCURRENTLY "store_x" ON "stores" ("account_id", "id", "name")`),
	})
	if err != nil {
		t.Fatal(err)
	}
	got := databasetest.Texts(t, url, "SELECT indexdef FROM pg_indexes WHERE indexname = 'store_x'")
	if want := []string{"CREATE INDEX store_x ON public.stores USING btree (account_id, id, name)"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestPlansSplitIndexes plans a column and changes of indexes, and then an index alone.
func TestPlansSplitIndexes(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	if err := os.CopyFS(root, migrations.Files); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(root, "postgres")
	tables := tablesOf(t, postgres.Dialect{})
	stores := find(tables, func(table *entschema.Table) bool { return table.Name == "stores" })
	region := *column(stores, "name")
	region.Name, region.Nullable, region.Default = "region", true, nil
	stores.Columns = append(stores.Columns, &region)
	add := func(name string, columns ...*entschema.Column) {
		stores.Indexes = append(stores.Indexes, &entschema.Index{Name: name, Columns: columns})
	}
	add("store_region", column(stores, "account_id"), &region)
	contacts := find(tables, func(table *entschema.Table) bool { return table.Name == "contacts" })
	drop(&contacts.Indexes, func(i *entschema.Index) bool { return i.Name == "contact_account_id_email_key" })
	plan := func(version string) {
		t.Helper()
		dev := databasetest.Connect(t, databasetest.EmptyPostgres(t))
		if err := schema.PlanTables(t.Context(), dir, dev, version, "region", tables); err != nil {
			t.Fatal(err)
		}
	}
	plan("29990101000059")
	add("store_region_id", column(stores, "account_id"), &region, column(stores, "id"))
	plan("29990102000000")
	want := map[string]string{
		"29990101000059_region.sql": "-- atlas:additive\n\n-- Modify \"stores\" table\n" +
			`ALTER TABLE "stores" ADD COLUMN "region" character varying NULL COLLATE "C";` + "\n",
		"29990101000100_region_indexes.sql": "-- atlas:additive\n-- atlas:txmode none\n\n" +
			"-- Drop index \"contact_account_id_email_key\" from table: \"contacts\"\n" +
			`DROP INDEX CONCURRENTLY IF EXISTS "contact_account_id_email_key";` + "\n" +
			"-- Create index \"store_region\" to table: \"stores\"\n" +
			`CREATE INDEX CONCURRENTLY "store_region" ON "stores" ("account_id", "region");` + "\n",
		"29990102000000_region.sql": "-- atlas:additive\n-- atlas:txmode none\n\n" +
			"-- Create index \"store_region_id\" to table: \"stores\"\n" +
			`CREATE INDEX CONCURRENTLY "store_region_id" ON "stores" ("account_id", "region", "id");` + "\n",
	}
	got := map[string]string{}
	files, err := filepath.Glob(filepath.Join(dir, "2999*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		got[filepath.Base(file)] = string(text)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +planned)\n%s", diff)
	}
	if _, err := schema.MigrateWith(t.Context(), databasetest.Connect(t, databasetest.EmptyPostgres(t)), got); err != nil {
		t.Error(err)
	}
}
