package schema_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"contactgraph/internal/database/databasetest"
	"contactgraph/internal/database/dialect"
	"contactgraph/internal/database/schema"
	"contactgraph/internal/database/sqlite"
	"contactgraph/migrations"

	atlas "ariga.io/atlas/sql/migrate"
	entschema "entgo.io/ent/dialect/sql/schema"
)

// TestDrift checks that the migrations lead to ent/schema, and that it finds what a forgotten
// migration would leave out.
func TestDrift(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(tables map[string]*entschema.Table)
		want   string // part of the plan or of its error; "" if there is nothing to plan
	}{
		{"files and schema agree", func(map[string]*entschema.Table) {}, ""},
		{"a dropped index is seen", func(tables map[string]*entschema.Table) {
			drop(&tables["contacts"].Indexes, func(i *entschema.Index) bool { return i.Name == "contact_account_id_email_key" })
		}, "DROP INDEX `contact_account_id_email_key`"},
		{"an index that is no longer unique is seen", func(tables map[string]*entschema.Table) {
			find(tables["contacts"].Indexes, func(i *entschema.Index) bool { return i.Name == "contact_account_id_email_key" }).Unique = false
		}, "CREATE INDEX `contact_account_id_email_key`"},
		{"a dropped column is seen", func(tables map[string]*entschema.Table) {
			drop(&tables["contacts"].Columns, func(c *entschema.Column) bool { return c.Name == "latest_permission_source" })
		}, "CREATE TABLE `new_contacts`"},
		{"a column that may be null is seen", func(tables map[string]*entschema.Table) {
			column(tables["contacts"], "secret").Nullable = true
		}, "CREATE TABLE `new_contacts`"},
		{"a new column is seen", func(tables map[string]*entschema.Table) {
			region := *column(tables["stores"], "name")
			region.Name, region.Nullable = "region", true
			tables["stores"].Columns = append(tables["stores"].Columns, &region)
		}, "ADD COLUMN `region`"},
		{"a narrowed foreign key is seen", func(tables map[string]*entschema.Table) {
			fk := find(tables["logins"].ForeignKeys, func(fk *entschema.ForeignKey) bool { return fk.RefTable.Name == "contacts" })
			fk.Columns, fk.RefColumns = fk.Columns[1:], fk.RefColumns[1:]
		}, "CREATE TABLE `new_logins`"},
		{"a foreign key that no longer cascades is seen", func(tables map[string]*entschema.Table) {
			find(tables["logins"].ForeignKeys, func(fk *entschema.ForeignKey) bool { return fk.RefTable.Name == "contacts" }).OnDelete = entschema.NoAction
		}, "CREATE TABLE `new_logins`"},
		{"a dropped foreign key is seen", func(tables map[string]*entschema.Table) {
			drop(&tables["logins"].ForeignKeys, func(fk *entschema.ForeignKey) bool { return fk.RefTable.Name == "contacts" })
		}, "CREATE TABLE `new_logins`"},
		{"a table that is gone is seen", func(tables map[string]*entschema.Table) {
			delete(tables, "memberships")
		}, "table memberships is in the files and not in the schema"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tables := map[string]*entschema.Table{}
			for _, table := range tablesOf(t, sqlite.Dialect{}) {
				tables[table.Name] = table
			}
			tt.change(tables)
			got := drift(t, tables)
			if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
				t.Errorf("want %q, got the plan\n%s", tt.want, got)
			}
		})
	}
}

// drift returns the migration that leads from the files to the tables, or why there can be none; ""
// if there is nothing to do.
func drift(t *testing.T, tables map[string]*entschema.Table) string {
	t.Helper()
	dev := databasetest.Connect(t, databasetest.SQLiteURL(t))
	var list []*entschema.Table
	for _, table := range tables {
		list = append(list, table)
	}
	slices.SortFunc(list, func(a, b *entschema.Table) int { return strings.Compare(a.Name, b.Name) })
	return planned(t, dev, list)
}

// TestFilesAndSchemaAgree checks that the migrations of the engine that the tests run on lead to
// ent/schema.
func TestFilesAndSchemaAgree(t *testing.T) {
	t.Parallel()
	dev := databasetest.Connect(t, databasetest.Empty(t))
	if got := planned(t, dev, tablesOf(t, dev.Dialect)); got != "" {
		t.Errorf("want nothing to do, got the plan\n%s", got)
	}
}

// TestPlannedFileIsReadyToCommit shows that a plan has the directive, and that Rehash accepts a
// change by hand.
func TestPlannedFileIsReadyToCommit(t *testing.T) {
	t.Parallel()
	dev := databasetest.Connect(t, databasetest.SQLiteURL(t))
	root := t.TempDir()
	if err := os.CopyFS(root, migrations.Files); err != nil {
		t.Fatal(err)
	}
	tables := tablesOf(t, sqlite.Dialect{})
	stores := find(tables, func(table *entschema.Table) bool { return table.Name == "stores" })
	region := *column(stores, "name")
	region.Name, region.Nullable = "region", true
	stores.Columns = append(stores.Columns, &region)
	if err := schema.PlanTables(t.Context(), filepath.Join(root, dev.Dialect.Folder()), dev, "29990101000000", "region", tables); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(root, dev.Dialect.Folder(), "29990101000000_region.sql")
	text, err := os.ReadFile(file)
	if err != nil || !strings.HasPrefix(string(text), "-- atlas:additive\n\n") {
		t.Errorf("planned %s, %v", text, err)
	}
	dir, err := atlas.NewLocalDir(filepath.Join(root, dev.Dialect.Folder()))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, append(text, "-- a remark\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := atlas.Validate(dir); !errors.Is(err, atlas.ErrChecksumMismatch) {
		t.Errorf("after a change by hand: %v", err)
	}
	if err := errors.Join(schema.Rehash(filepath.Dir(file)), atlas.Validate(dir)); err != nil {
		t.Error(err)
	}
}

// planned returns the migration that is planned in an empty database, or why there can be none; ""
// if there is nothing to do.
func planned(t *testing.T, dev *dialect.Connection, tables []*entschema.Table) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, migrations.Files); err != nil {
		t.Fatal(err)
	}
	dir = filepath.Join(dir, dev.Dialect.Folder())
	err := schema.PlanTables(t.Context(), dir, dev, "29990101000000", "drift", tables)
	if errors.Is(err, atlas.ErrNoPlan) {
		return ""
	}
	if err != nil {
		return err.Error()
	}
	planned, err := filepath.Glob(filepath.Join(dir, "*_drift.sql"))
	if err != nil || len(planned) != 1 {
		t.Fatalf("planned %q, %v", planned, err)
	}
	text, err := os.ReadFile(planned[0])
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func find[T any](list []*T, is func(*T) bool) *T { return list[slices.IndexFunc(list, is)] }

func column(t *entschema.Table, name string) *entschema.Column {
	return find(t.Columns, func(c *entschema.Column) bool { return c.Name == name })
}

func drop[T any](list *[]*T, is func(*T) bool) { *list = slices.DeleteFunc(slices.Clone(*list), is) }

// tablesOf returns the tables as they must be in the dialect.
func tablesOf(t *testing.T, d dialect.Dialect) []*entschema.Table {
	t.Helper()
	tables, err := schema.Tables(d)
	if err != nil {
		t.Fatal(err)
	}
	return tables
}
