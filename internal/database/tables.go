package database

import (
	"slices"

	"contactgraph/ent/migrate"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql/schema"
	"entgo.io/ent/schema/field"
)

const (
	accountColumn = "account_id"
	accountsTable = "accounts"
	contactsTable = "contacts"
	changesTable  = "changes"
	apiKeysTable  = "api_keys" // looked up before the account is known; behind Citus a reference table
)

// Tables are ent's tables with keys that carry the account, for the dialect: where both sides have account_id,
//
//	FOREIGN KEY (x) REFERENCES t (id)
//
// becomes FOREIGN KEY (account_id, x) REFERENCES t (account_id, id), so that the database itself refuses a link between
// accounts. On PostgreSQL the primary key becomes (account_id, id) as well, which lets the tables be distributed by account;
// on SQLite id stays the rowid, and a table that is referred to gets UNIQUE (account_id, id). ent cannot say either.
//
// On PostgreSQL text gets the collation "C", whatever the database's is: lists are in the same order on both engines, and an
// index finds what a text begins with.
func Tables(d string) ([]*schema.Table, error) {
	tables, err := schema.CopyTables(migrate.Tables) // a copy: ent's own are shared
	if err != nil {
		return nil, err
	}
	referenced := map[*schema.Table]bool{}
	for _, t := range tables {
		account := column(t, accountColumn)
		for _, fk := range t.ForeignKeys {
			target := column(fk.RefTable, accountColumn)
			if account == nil || target == nil {
				continue // a key to accounts itself
			}
			fk.Columns = slices.Insert(fk.Columns, 0, account)
			fk.RefColumns = slices.Insert(fk.RefColumns, 0, target)
			referenced[fk.RefTable] = true
		}
	}
	for _, t := range tables {
		if d == dialect.Postgres {
			compareByBytes(t)
			dropAccountKey(t)
		}
		account := column(t, accountColumn)
		switch {
		case account == nil || t.Name == apiKeysTable:
		case d == dialect.Postgres:
			t.PrimaryKey = slices.Insert(t.PrimaryKey, 0, account)
		case referenced[t]:
			t.Indexes = append(t.Indexes, &schema.Index{
				Name: t.Name + "_account_id_id", Unique: true, Columns: []*schema.Column{account, t.PrimaryKey[0]},
			})
		}
	}
	return tables, nil
}

// dropAccountKey takes the foreign key to accounts from a table whose rows cannot be of an account that is not there, because
// they refer to a contact of it, or are numbered by its feed. PostgreSQL checks each foreign key of each row by a query, which
// takes it half as long as the rest of the INSERT.
func dropAccountKey(t *schema.Table) {
	ofContact := slices.ContainsFunc(t.ForeignKeys, func(fk *schema.ForeignKey) bool {
		return fk.RefTable.Name == contactsTable && !fk.Columns[len(fk.Columns)-1].Nullable
	})
	if ofContact || t.Name == changesTable {
		t.ForeignKeys = slices.DeleteFunc(t.ForeignKeys, func(fk *schema.ForeignKey) bool { return fk.RefTable.Name == accountsTable })
	}
}

// compareByBytes gives the table's text the collation "C".
func compareByBytes(t *schema.Table) {
	for _, c := range t.Columns {
		if c.Type == field.TypeString || c.Type == field.TypeEnum {
			c.Collation = "C"
		}
	}
}

func column(t *schema.Table, name string) *schema.Column {
	i := slices.IndexFunc(t.Columns, func(c *schema.Column) bool { return c.Name == name })
	if i < 0 {
		return nil
	}
	return t.Columns[i]
}
