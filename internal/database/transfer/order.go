package transfer

import (
	"fmt"
	"slices"
	"strings"

	"contactgraph/ent/migrate"
	"contactgraph/internal/database/dialect"
	"contactgraph/internal/database/schema"

	entschema "entgo.io/ent/dialect/sql/schema"
)

// ofDatabase lists the tables whose rows belong to no account. The value reports whether they are
// copied with a single account: those that describe the database are, and those with rows of people
// of all accounts are not. A test fails until a new table is listed.
var ofDatabase = map[string]bool{
	migrate.ClocksTable.Name:         true,
	migrate.AttemptsTable.Name:       false,
	migrate.UsedStatesTable.Name:     false,
	migrate.PasswordResetsTable.Name: false,
}

// table is a table to copy.
type table struct {
	*entschema.Table

	account int64 // whose rows are copied, 0 for all
}

// tablesOf returns the tables to copy, each after those that it refers to.
func tablesOf(d dialect.Dialect, account int64) (ordered []table, err error) {
	all, err := schema.Tables(d)
	if err != nil {
		return nil, err
	}
	byName := map[string]*entschema.Table{}
	for _, t := range all {
		byName[t.Name] = t
	}
	placed := map[string]bool{}
	var place func(t *entschema.Table)
	place = func(t *entschema.Table) {
		if placed[t.Name] {
			return
		}
		placed[t.Name] = true
		for _, fk := range t.ForeignKeys {
			place(byName[fk.RefTable.Name])
		}
		ordered = append(ordered, table{t, account})
	}
	// PostgreSQL has no key to accounts in some of the tables.
	place(byName[migrate.AccountsTable.Name])
	for _, t := range all {
		place(t)
	}
	return slices.DeleteFunc(ordered, func(t table) bool { return account != 0 && !t.ofAccount() && !ofDatabase[t.Name] }), nil
}

// ofAccount reports whether each row is an account, or belongs to one.
func (t table) ofAccount() bool {
	return t.Name == migrate.AccountsTable.Name || t.HasColumn(schema.AccountColumn)
}

// columns returns the names of the columns.
func (t table) columns() []string {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	return names
}

// condition limits a statement to the rows that are copied.
func (t table) condition() string {
	switch {
	case t.account == 0 || !t.ofAccount():
		return ""
	case t.Name == migrate.AccountsTable.Name:
		return fmt.Sprintf(" WHERE id = %d", t.account)
	}
	return fmt.Sprintf(" WHERE %s = %d", schema.AccountColumn, t.account)
}

// query returns the statement that reads the rows in the order of their ids.
func (t table) query() string {
	return `SELECT "` + strings.Join(t.columns(), `", "`) + `" FROM "` + t.Name + `"` + t.condition() + ` ORDER BY "id"`
}

// count returns the statement that counts the rows.
func (t table) count() string { return `SELECT count(*) FROM "` + t.Name + `"` + t.condition() }

// exists returns the statement that reports whether the table has any row.
func (t table) exists() string { return `SELECT EXISTS (SELECT 1 FROM "` + t.Name + `")` }

// deletion returns the statement that deletes all rows.
func (t table) deletion() string { return `DELETE FROM "` + t.Name + `"` }
