package transfer_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"contactgraph/internal/database/databasetest"
	"contactgraph/internal/database/engines"
	"contactgraph/internal/database/transfer"

	entschema "entgo.io/ent/dialect/sql/schema"
	"entgo.io/ent/schema/field"
)

// fillEmptyTables inserts a row into each table that has none, so that the tests cover new tables,
// too.
func fillEmptyTables(t *testing.T, db *databasetest.DB) {
	t.Helper()
	d, err := engines.For(db.URL)
	if err != nil {
		t.Fatal(err)
	}
	tables, err := transfer.Tables(d)
	if err != nil {
		t.Fatal(err)
	}
	raw := db.Raw()
	defer raw.Close()
	for _, table := range tables {
		var found bool
		if err := raw.QueryRowContext(t.Context(), "SELECT EXISTS (SELECT 1 FROM "+table.Name+")").Scan(&found); err != nil {
			t.Fatal(err)
		}
		if found {
			continue
		}
		var names, places []string
		var values []any
		for _, c := range table.Columns {
			v := sample(table, c)
			if c.Name == "id" || v == nil {
				continue
			}
			names, values = append(names, `"`+c.Name+`"`), append(values, v)
			places = append(places, fmt.Sprint("$", len(values)))
		}
		statement := "INSERT INTO " + table.Name + " (" + strings.Join(names, ", ") + ") VALUES (" + strings.Join(places, ", ") + ")"
		if _, err := raw.ExecContext(t.Context(), statement, values...); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// sample returns a value for a column. Columns of keys get 1, which is an id of most tables.
func sample(table *entschema.Table, c *entschema.Column) any {
	for _, fk := range table.ForeignKeys {
		for _, key := range fk.Columns {
			if key.Name == c.Name && c.Nullable {
				return nil
			}
		}
	}
	switch c.Type {
	case field.TypeInt, field.TypeInt64:
		return 1
	case field.TypeBool:
		return true
	case field.TypeTime:
		return time.Date(2026, 3, 1, 12, 0, 0, 123_456_000, time.UTC)
	case field.TypeJSON:
		return `{"b": [1, 2.50, "å"], "a": null}`
	case field.TypeBytes:
		return []byte{0, 255, 1}
	case field.TypeEnum:
		return c.Enums[0]
	}
	return "å 日本"
}
