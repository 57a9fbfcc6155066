package schema_test

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
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

	entschema "entgo.io/ent/dialect/sql/schema"
	"entgo.io/ent/schema/field"
)

var update = flag.Bool("update", false, "record the statements that this binary runs")

// renew records the statements that this binary runs and no older one did, in a file of
// testdata/older for the version of the tables and the engine. Run it when a statement is new or
// has changed. After a migration it creates new files; those of older versions do not change.
const renew = "run go test ./internal/database/schema -run OlderBinaries -update"

// emptyDatabases name a new database each, without tables.
var emptyDatabases = map[string]func(t *testing.T) string{
	"sqlite":   func(t *testing.T) string { t.Helper(); return databasetest.SQLiteURL(t) },
	"postgres": func(t *testing.T) string { t.Helper(); return databasetest.EmptyPostgres(t) },
}

// TestOlderBinariesFindTheirTables runs the statements of every older binary on the tables of
// today. When processes are updated one by one, the first new one migrates, and the old ones still
// run.
func TestOlderBinariesFindTheirTables(t *testing.T) {
	t.Parallel()
	for engine, empty := range emptyDatabases {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			checkOlderBinaries(t, engine, empty(t), record(t, empty(t)))
		})
	}
}

// checkOlderBinaries runs the recorded statements in an empty database, and checks that those of
// this binary are recorded.
func checkOlderBinaries(t *testing.T, engine, url string, now []string) {
	t.Helper()
	if _, err := database.Migrate(t.Context(), url, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	s, err := database.StatusOf(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	var known []string
	for i, m := range s.Migrations {
		file := filepath.Join("testdata", "older", m.Version+"."+engine+".sql")
		newest := i == len(s.Migrations)-1
		if *update && newest {
			addStatements(t, file, known, now)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Errorf("nothing is recorded of the binary of version %s: %s (%v)", m.Version, renew, err)
			continue
		}
		then := strings.FieldsFunc(string(text), func(r rune) bool { return r == '\n' })
		for _, fault := range faults(t, url, then) {
			t.Errorf("a binary of version %s that still runs would fail: %s", m.Version, fault)
		}
		known = append(known, then...)
		for _, statement := range now {
			if newest && !slices.Contains(known, statement) {
				t.Errorf("a statement is not in %s: %s: %.200s", file, renew, statement)
			}
		}
	}
}

// addStatements adds the statements to the file that are neither in it nor known from older files.
// It keeps those that are in it: a binary with these tables has run them.
func addStatements(t *testing.T, file string, known, statements []string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	all := strings.FieldsFunc(string(text), func(r rune) bool { return r == '\n' })
	for _, s := range statements {
		if !slices.Contains(known, s) && !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	slices.Sort(all)
	if err := os.WriteFile(file, []byte(strings.Join(all, "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}

// record returns the statements that this binary runs in the database.
func record(t *testing.T, url string) []string {
	t.Helper()
	var mu sync.Mutex
	ran := map[string]bool{}
	s, err := database.Open(t.Context(), url, database.Options{Observe: func(_ context.Context, statement string) {
		mu.Lock()
		defer mu.Unlock()
		ran[strings.Join(strings.Fields(statement), " ")] = true
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	newProgram(t, s).runEverything()
	mu.Lock()
	defer mu.Unlock()
	return slices.Sorted(maps.Keys(ran))
}

// faults returns which statements fail in an empty database. It prepares all of them, which shows
// that their tables and columns exist, and runs those that insert, with a value in each of their
// columns and none in others.
func faults(t *testing.T, url string, statements []string) (found []string) {
	t.Helper()
	db := raw(t, url)
	defer db.Close()
	for _, statement := range statements {
		if err := errors.Join(prepare(t, db, statement), tryInsert(t, db, statement)); err != nil {
			found = append(found, fmt.Sprintf("%v: %s", err, statement))
		}
	}
	return found
}

func prepare(t *testing.T, db *sql.DB, statement string) error {
	t.Helper()
	prepared, err := db.PrepareContext(t.Context(), statement)
	if err != nil {
		return err
	}
	defer prepared.Close()
	return nil
}

// raw is a connection that bypasses package database, and does not check foreign keys.
func raw(t *testing.T, url string) *sql.DB {
	t.Helper()
	driver := "sqlite3"
	if strings.HasPrefix(url, "postgres://") {
		driver, url = "pgx", url+"&session_replication_role=replica"
	}
	db, err := sql.Open(driver, url)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

var insert = regexp.MustCompile("^INSERT INTO [`\"](\\w+)[`\"] \\(([^)]*)\\)")

// tryInsert inserts a row as the statement does, if it inserts one, and undoes that.
func tryInsert(t *testing.T, db *sql.DB, statement string) error {
	t.Helper()
	m := insert.FindStringSubmatch(statement)
	if m == nil {
		return nil
	}
	var values []string
	for column := range strings.SplitSeq(m[2], ", ") {
		values = append(values, sample(m[1], strings.Trim(column, "`\"")))
	}
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	_, err = tx.ExecContext(t.Context(), m[0]+" VALUES ("+strings.Join(values, ", ")+")")
	return err
}

// sample is a value of a column that every engine reads.
func sample(table, name string) string {
	i := slices.IndexFunc(migrate.Tables, func(t *entschema.Table) bool { return t.Name == table })
	if i < 0 {
		return "NULL"
	}
	columns := migrate.Tables[i].Columns
	i = slices.IndexFunc(columns, func(c *entschema.Column) bool { return c.Name == name })
	if i < 0 {
		return "NULL"
	}
	samples := map[field.Type]string{
		field.TypeBool: "FALSE", field.TypeJSON: "'[]'", field.TypeTime: "'2026-03-01 12:00:00'", field.TypeInt: "1", field.TypeInt64: "1",
	}
	return cmp.Or(samples[columns[i].Type], "'x'")
}

// TestFaultsOfOlderBinariesAreFound changes the tables in ways that break older binaries, or do
// not.
func TestFaultsOfOlderBinariesAreFound(t *testing.T) {
	t.Parallel()
	changes := []struct {
		name, change string
		wrong        bool
	}{
		{"nothing", "SELECT 1", false},
		{"a column that may be null", "ALTER TABLE stores ADD COLUMN region text NULL", false},
		{"a column with a default", "ALTER TABLE stores ADD COLUMN region text NOT NULL DEFAULT ''", false},
		{"a column that must be given", "ALTER TABLE stores ADD COLUMN region text NOT NULL", true},
		{"a column that is gone", "ALTER TABLE stores DROP COLUMN name", true},
		{"a column by another name", "ALTER TABLE stores RENAME COLUMN name TO title", true},
		{"a table by another name", "ALTER TABLE stores RENAME TO shops", true},
	}
	for engine, empty := range emptyDatabases {
		for _, tt := range changes {
			t.Run(engine+"/"+tt.name, func(t *testing.T) {
				t.Parallel()
				url := empty(t)
				must(database.Migrate(t.Context(), url, slog.New(slog.DiscardHandler)))
				db := raw(t, url)
				defer db.Close()
				must(db.ExecContext(t.Context(), tt.change))
				if got := faults(t, url, []string{`SELECT "account_id" FROM "logins"`}); got != nil {
					t.Errorf("got %q for a table that is as it was", got)
				}
				if got := faults(t, url, []string{`INSERT INTO "stores" ("account_id", "name") VALUES (1, 'x')`}); (got != nil) != tt.wrong {
					t.Errorf("got %q, want a fault: %v", got, tt.wrong)
				}
			})
		}
	}
}
