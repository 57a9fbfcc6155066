package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"entgo.io/ent/dialect/sql/schema"
)

// placement is what becomes of a table behind Citus.
type placement struct {
	table     string
	reference bool // a copy on every server; else its rows are spread by account_id
}

// statement is the call that places the table. Citus 13 took these, in this order.
func (p placement) statement() string {
	if p.reference {
		return fmt.Sprintf("SELECT create_reference_table('%s')", p.table)
	}
	return fmt.Sprintf("SELECT create_distributed_table('%s', '%s')", p.table, accountColumn)
}

// placements says where each table goes. The copies come first and then those to which others refer: a foreign key can only
// lead to a table that is placed already.
func placements(tables []*schema.Table) (all []placement) {
	var place func(t *schema.Table)
	place = func(t *schema.Table) {
		if slices.ContainsFunc(all, func(p placement) bool { return p.table == t.Name }) {
			return
		}
		for _, fk := range t.ForeignKeys {
			if fk.RefTable != t {
				place(fk.RefTable)
			}
		}
		all = append(all, placement{t.Name, isReference(t)})
	}
	byName := func(a, b *schema.Table) int { return strings.Compare(a.Name, b.Name) }
	for _, t := range slices.SortedFunc(slices.Values(tables), byName) {
		if isReference(t) {
			place(t)
		}
	}
	for _, t := range slices.SortedFunc(slices.Values(tables), byName) {
		place(t)
	}
	return all
}

// isReference reports whether the table cannot be spread by account: it is that of the accounts, or is asked for the account.
func isReference(t *schema.Table) bool {
	return column(t, accountColumn) == nil || t.Name == apiKeysTable
}

// Distribute migrates the database that url names, and spreads its tables over the servers of Citus; schema_revisions stays
// where it is. It returns the migrations that it applied and the tables that it placed, also when it fails. Tables that are
// placed already are left as they are. The others must be empty: Citus would take rows along, which nobody has tried here.
func Distribute(ctx context.Context, url string) (migrated, placed []string, err error) {
	if file, err := sqliteFile(url); err == nil {
		return nil, nil, fmt.Errorf("%s is an SQLite file, and only Citus, which is PostgreSQL with an extension, can distribute tables: "+
			"give --database the URL of its coordinator, or leave out --distribute", file)
	}
	e, err := connect(ctx, url)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	if err := e.alone(ctx, requireCitus); err != nil {
		return nil, nil, fmt.Errorf("distributing the tables of %s: %w", e.name, err)
	}
	if migrated, err = e.migrate(ctx); err != nil {
		return nil, nil, fmt.Errorf("migrating the database %s: %w", e.name, err)
	}
	tables, err := Tables(e.dialect)
	if err != nil {
		return migrated, nil, err
	}
	placed, err = e.distribute(ctx, placements(tables))
	if err != nil {
		err = fmt.Errorf("distributing the tables of %s: %w", e.name, err)
	}
	return migrated, placed, err
}

// requireCitus fails unless the database has the extension. It looks for the table that says which tables are placed.
func requireCitus(ctx context.Context, tx *sql.Tx) error {
	there, err := hasTablePostgres(ctx, tx, "pg_dist_partition")
	if err == nil && !there {
		err = errors.New("it has no extension citus: CREATE EXTENSION citus in it and in the same database of every worker, " +
			"add the workers, and try again; or leave out --distribute")
	}
	return err
}

// distribute places what is not placed yet, each table in a transaction of its own.
func (e *engine) distribute(ctx context.Context, all []placement) (placed []string, err error) {
	err = e.alone(ctx, func(ctx context.Context, tx *sql.Tx) error {
		for _, p := range all {
			if err := p.requireNoRows(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, p := range all {
		done := false
		err := e.alone(ctx, func(ctx context.Context, tx *sql.Tx) error {
			done, err = p.place(ctx, tx)
			return err
		})
		if err != nil {
			return placed, fmt.Errorf("table %s: %w", p.table, err)
		}
		if done {
			placed = append(placed, p.table)
		}
	}
	return placed, nil
}

// isPlaced reports whether the table is distributed, or a reference table: of method n and replicated by two-phase commit. What
// else Citus has a row for is on the coordinator alone.
func (p placement) isPlaced(ctx context.Context, tx *sql.Tx) (there bool, err error) {
	err = tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM pg_dist_partition
		WHERE logicalrelid = to_regclass($1) AND (partmethod <> 'n' OR repmodel = 't'))`, p.table).Scan(&there)
	return there, err
}

// requireNoRows fails if the table is yet to be placed, and has rows.
func (p placement) requireNoRows(ctx context.Context, tx *sql.Tx) error {
	if there, err := p.isPlaced(ctx, tx); there || err != nil {
		return err
	}
	var rows bool
	if err := tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM "+p.table+")").Scan(&rows); err != nil {
		return err
	}
	if rows {
		return fmt.Errorf("the table %s has rows, and only empty tables are distributed: do it in a new database, before its first "+
			"account is made", p.table)
	}
	return nil
}

// place places the table, unless it is placed.
func (p placement) place(ctx context.Context, tx *sql.Tx) (done bool, err error) {
	if there, err := p.isPlaced(ctx, tx); there || err != nil {
		return false, err
	}
	// Else create_reference_table first makes Citus' own local tables of all that refer to it, and fails at their identity
	// columns.
	if _, err := tx.ExecContext(ctx, "SET LOCAL citus.enable_local_reference_table_foreign_keys = off"); err != nil {
		return false, err
	}
	_, err = tx.ExecContext(ctx, p.statement())
	return err == nil, err
}
