package postgres

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"contactgraph/ent/migrate"
	"contactgraph/internal/database/dialect"
	"contactgraph/internal/database/schema"

	atlas "ariga.io/atlas/sql/migrate"
	atlaspostgres "ariga.io/atlas/sql/postgres"
	entschema "entgo.io/ent/dialect/sql/schema"
	"entgo.io/ent/schema/field"
)

// Folder returns PostgreSQL's folder in migrations/.
func (Dialect) Folder() string { return "postgres" }

// AdaptTable makes (account_id, id) the primary key, which allows the table to be distributed by
// account. Text gets the collation "C", whatever that of the database is, so that lists have the
// same order on every engine, and an index finds what a text begins with.
func (Dialect) AdaptTable(t *entschema.Table, _ bool) {
	for _, c := range t.Columns {
		if c.Type == field.TypeString || c.Type == field.TypeEnum {
			c.Collation = "C"
		}
	}
	dropAccountKey(t)
	if !isReference(t) {
		account, _ := t.Column(schema.AccountColumn)
		t.PrimaryKey = slices.Insert(t.PrimaryKey, 0, account)
	}
}

// dropAccountKey drops the foreign key to accounts from a table whose rows refer to a contact of
// the account, or are numbered by its feed, so that the account exists anyway. PostgreSQL checks
// each foreign key of each row by a query, which takes half as long as the rest of the INSERT.
func dropAccountKey(t *entschema.Table) {
	ofContact := slices.ContainsFunc(t.ForeignKeys, func(fk *entschema.ForeignKey) bool {
		return fk.RefTable.Name == migrate.ContactsTable.Name && !fk.Columns[len(fk.Columns)-1].Nullable
	})
	if ofContact || t.Name == migrate.ChangesTable.Name {
		t.ForeignKeys = slices.DeleteFunc(t.ForeignKeys, func(fk *entschema.ForeignKey) bool {
			return fk.RefTable.Name == migrate.AccountsTable.Name
		})
	}
}

// isReference reports whether the table cannot be distributed by account: it is the table of the
// accounts, or is read before the account is known.
func isReference(t *entschema.Table) bool {
	return !t.HasColumn(schema.AccountColumn) || t.Name == migrate.APIKeysTable.Name
}

// Migrator is atlas' driver of PostgreSQL. Where Citus distributes the tables, it places new ones.
func (Dialect) Migrator(tx *sql.Tx) (atlas.Driver, error) {
	return atlaspostgres.Open(placingTx{tx})
}

// HasTable looks along the search path.
func (Dialect) HasTable(ctx context.Context, db dialect.Querier, table string) (found bool, err error) {
	err = db.QueryRowContext(ctx, "SELECT to_regclass($1) IS NOT NULL", table).Scan(&found)
	return found, err
}

// LockTables locks the tables. All later locks of the transaction are waited for as long, too.
func (Dialect) LockTables(ctx context.Context, tx *sql.Tx, all []dialect.TableLock, wait time.Duration) error {
	if _, err := tx.ExecContext(ctx, fmt.Sprintf("SET LOCAL lock_timeout = %d", wait.Milliseconds())); err != nil {
		return err
	}
	for _, l := range all {
		mode := "SHARE"
		if l.Exclusive {
			mode = "ACCESS EXCLUSIVE"
		}
		if _, err := tx.ExecContext(ctx, `LOCK TABLE "`+l.Table+`" IN `+mode+" MODE"); err != nil {
			return err
		}
	}
	return nil
}

// CompleteMigration places new tables where Citus distributes the others. PostgreSQL checks its
// rules while migrations run.
func (Dialect) CompleteMigration(ctx context.Context, tx *sql.Tx) error { return placeNew(ctx, tx) }
