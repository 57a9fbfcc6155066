package schema_test

import (
	"strings"
	"testing"

	"contactgraph/ent/migrate"
	"contactgraph/internal/database/dialect"
	"contactgraph/internal/database/engines"
	"contactgraph/internal/database/postgres"
	"contactgraph/internal/database/schema"
	"contactgraph/internal/database/sqlite"

	entschema "entgo.io/ent/dialect/sql/schema"
)

// withoutAccount names the keys that need not begin with account_id, and why.
var withoutAccount = map[string]string{
	"api_keys primary key":       "a key is looked up before the account is known",
	"api_keys apikey_token_hash": "the same",
	"accounts":                   "it is the tenant itself",
	"attempts":                   "an address belongs to no account",
	"used_states":                "the state of a sign-in belongs to no account",
	"password_resets":            "a request may name an account that does not exist",
	"clocks":                     "its row belongs to no account",
}

// TestKeysBeginWithTheAccount checks what makes the database itself refuse a link between accounts,
// and what allows it to be distributed by account.
func TestKeysBeginWithTheAccount(t *testing.T) {
	t.Parallel()
	for _, d := range engines.All {
		t.Run(d.Name(), func(t *testing.T) {
			t.Parallel()
			for _, table := range tablesOf(t, d) {
				for key, columns := range keysOf(d, table) {
					if withoutAccount[table.Name] != "" || withoutAccount[table.Name+" "+key] != "" {
						continue
					}
					if columns[0].Name != schema.AccountColumn {
						t.Errorf("%s: %s begins with %s", table.Name, key, columns[0].Name)
					}
				}
			}
		})
	}
}

// keysOf returns the columns of each key of the table by name. On SQLite the primary key is left
// out: id is the rowid.
func keysOf(d dialect.Dialect, table *entschema.Table) map[string][]*entschema.Column {
	keys := map[string][]*entschema.Column{}
	if d != (sqlite.Dialect{}) {
		keys["primary key"] = table.PrimaryKey
	}
	for _, i := range table.Indexes {
		if i.Unique {
			keys[i.Name] = i.Columns
		}
	}
	for _, fk := range table.ForeignKeys {
		keys[fk.Symbol] = fk.Columns
		if fk.RefTable.Name != migrate.AccountsTable.Name {
			keys[fk.Symbol+" as referred to"] = fk.RefColumns
		}
	}
	for _, c := range table.Columns {
		if c.Unique {
			keys["column "+c.Name] = []*entschema.Column{c}
		}
	}
	return keys
}

func TestEveryReferenceHasAKeyToReferTo(t *testing.T) {
	t.Parallel()
	for _, d := range engines.All {
		for _, table := range tablesOf(t, d) {
			for _, fk := range table.ForeignKeys {
				if fk.RefTable.Name != migrate.AccountsTable.Name && !hasKey(fk.RefTable, fk.RefColumns) {
					t.Errorf("%s: %s refers to %s, which has no such key", d.Name(), fk.Symbol, fk.RefTable.Name)
				}
			}
		}
	}
}

func hasKey(table *entschema.Table, columns []*entschema.Column) bool {
	names := func(cs []*entschema.Column) string {
		var all []string
		for _, c := range cs {
			all = append(all, c.Name)
		}
		return strings.Join(all, ",")
	}
	if names(table.PrimaryKey) == names(columns) {
		return true
	}
	for _, i := range table.Indexes {
		if i.Unique && names(i.Columns) == names(columns) {
			return true
		}
	}
	return false
}

func TestTablesLeavesEntsOwnAsTheyAre(t *testing.T) {
	t.Parallel()
	before := tablesOf(t, sqlite.Dialect{})
	tablesOf(t, postgres.Dialect{})
	for i, table := range tablesOf(t, sqlite.Dialect{}) {
		if len(table.Indexes) != len(before[i].Indexes) || len(table.PrimaryKey) != 1 || len(migrate.Tables[i].PrimaryKey) != 1 {
			t.Errorf("%s has changed", table.Name)
		}
	}
}
