package database

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"contactgraph/migrations"

	atlas "ariga.io/atlas/sql/migrate"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql/schema"
)

// TestDrift holds the migrations to ent/schema, and shows that it would see what a forgotten migration leaves behind.
func TestDrift(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(tables map[string]*schema.Table)
		want   string // what the plan or its refusal says; "" if there is nothing to plan
	}{
		{"files and schema agree", func(map[string]*schema.Table) {}, ""},
		{"a dropped index is seen", func(tables map[string]*schema.Table) {
			drop(&tables["contacts"].Indexes, func(i *schema.Index) bool { return i.Name == "contact_account_id_email_key" })
		}, "DROP INDEX `contact_account_id_email_key`"},
		{"an index that is no longer unique is seen", func(tables map[string]*schema.Table) {
			find(tables["contacts"].Indexes, func(i *schema.Index) bool { return i.Name == "contact_account_id_email_key" }).Unique = false
		}, "CREATE INDEX `contact_account_id_email_key`"},
		{"a dropped column is seen", func(tables map[string]*schema.Table) {
			drop(&tables["contacts"].Columns, func(c *schema.Column) bool { return c.Name == "latest_permission_source" })
		}, "CREATE TABLE `new_contacts`"},
		{"a column that may be null is seen", func(tables map[string]*schema.Table) {
			column(tables["contacts"], "secret").Nullable = true
		}, "CREATE TABLE `new_contacts`"},
		{"a new column is seen", func(tables map[string]*schema.Table) {
			city := *column(tables["stores"], "name")
			city.Name, city.Nullable = "city", true
			tables["stores"].Columns = append(tables["stores"].Columns, &city)
		}, "ADD COLUMN `city`"},
		{"a narrowed foreign key is seen", func(tables map[string]*schema.Table) {
			fk := find(tables["logins"].ForeignKeys, func(fk *schema.ForeignKey) bool { return fk.RefTable.Name == "contacts" })
			fk.Columns, fk.RefColumns = fk.Columns[1:], fk.RefColumns[1:]
		}, "CREATE TABLE `new_logins`"},
		{"a foreign key that no longer cascades is seen", func(tables map[string]*schema.Table) {
			find(tables["logins"].ForeignKeys, func(fk *schema.ForeignKey) bool { return fk.RefTable.Name == "contacts" }).OnDelete = schema.NoAction
		}, "CREATE TABLE `new_logins`"},
		{"a dropped foreign key is seen", func(tables map[string]*schema.Table) {
			drop(&tables["logins"].ForeignKeys, func(fk *schema.ForeignKey) bool { return fk.RefTable.Name == "contacts" })
		}, "CREATE TABLE `new_logins`"},
		{"a table that is gone is seen", func(tables map[string]*schema.Table) {
			delete(tables, "memberships")
		}, "table memberships is in the files and not in the schema"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tables := map[string]*schema.Table{}
			for _, table := range tablesOf(t, dialect.SQLite) {
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

// drift returns the migration that leads from the files to the tables, or why there can be none; "" if nothing is to do.
func drift(t *testing.T, tables map[string]*schema.Table) string {
	t.Helper()
	e, err := connect(t.Context(), filepath.Join(t.TempDir(), "dev.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer e.close()
	var list []*schema.Table
	for _, table := range tables {
		list = append(list, table)
	}
	slices.SortFunc(list, func(a, b *schema.Table) int { return strings.Compare(a.Name, b.Name) })
	return planned(t, e, list)
}

// TestFilesAndSchemaAgree holds the migrations of the engine that the tests run on to ent/schema.
func TestFilesAndSchemaAgree(t *testing.T) {
	t.Parallel()
	e, err := connect(t.Context(), emptyDatabase(t))
	if err != nil {
		t.Fatal(err)
	}
	defer e.close()
	if got := planned(t, e, tablesOf(t, e.dialect)); got != "" {
		t.Errorf("want nothing to do, got the plan\n%s", got)
	}
}

// TestPlannedFileIsReadyToCommit shows that a plan says that it is additive, and that a change of it by hand is taken in.
func TestPlannedFileIsReadyToCommit(t *testing.T) {
	t.Parallel()
	e, err := connect(t.Context(), filepath.Join(t.TempDir(), "dev.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer e.close()
	root := t.TempDir()
	if err := os.CopyFS(root, migrations.Files); err != nil {
		t.Fatal(err)
	}
	tables := tablesOf(t, dialect.SQLite)
	stores := find(tables, func(table *schema.Table) bool { return table.Name == "stores" })
	city := *column(stores, "name")
	city.Name, city.Nullable = "city", true
	stores.Columns = append(stores.Columns, &city)
	if err := e.plan(t.Context(), filepath.Join(root, e.folder), "29990101000000", "city", tables); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(root, e.folder, "29990101000000_city.sql")
	text, err := os.ReadFile(file)
	if err != nil || !strings.HasPrefix(string(text), "-- atlas:additive\n\n") {
		t.Errorf("planned %s, %v", text, err)
	}
	dir, err := atlas.NewLocalDir(filepath.Join(root, e.folder))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, append(text, "-- a remark\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := atlas.Validate(dir); !errors.Is(err, atlas.ErrChecksumMismatch) {
		t.Errorf("after a change by hand: %v", err)
	}
	if err := errors.Join(Rehash(root), atlas.Validate(dir)); err != nil {
		t.Error(err)
	}
}

// planned returns the migration that the engine plans, using its database, or why there can be none; "" if nothing is to do.
func planned(t *testing.T, e *engine, tables []*schema.Table) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, migrations.Files); err != nil {
		t.Fatal(err)
	}
	dir = filepath.Join(dir, e.folder)
	err := e.plan(t.Context(), dir, "29990101000000", "drift", tables)
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

func drop[T any](list *[]*T, is func(*T) bool) { *list = slices.DeleteFunc(slices.Clone(*list), is) }

// tablesOf returns the tables as they must be in the dialect.
func tablesOf(t *testing.T, d string) []*schema.Table {
	t.Helper()
	tables, err := Tables(d)
	if err != nil {
		t.Fatal(err)
	}
	return tables
}
