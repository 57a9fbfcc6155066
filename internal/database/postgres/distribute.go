package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"contactgraph/ent/migrate"
	"contactgraph/internal/database/dialect"
	"contactgraph/internal/database/schema"

	entschema "entgo.io/ent/dialect/sql/schema"
)

// Distribute migrates the database and spreads its tables over the servers of Citus.
func (d Dialect) Distribute(ctx context.Context, url string) (migrated, placed []string, err error) {
	c, err := d.Open(ctx, url)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	if err := c.Exclusive(ctx, requireCitus); err != nil {
		return nil, nil, fmt.Errorf("distributing the tables of %s: %w", c.Name, err)
	}
	if migrated, err = schema.Migrate(ctx, c); err != nil {
		return nil, nil, fmt.Errorf("migrating the database %s: %w", c.Name, err)
	}
	tables, err := schema.Tables(d)
	if err != nil {
		return migrated, nil, err
	}
	placed, err = distribute(ctx, c, placements(tables))
	if err != nil {
		err = fmt.Errorf("distributing the tables of %s: %w", c.Name, err)
	}
	return migrated, placed, err
}

// placement is where Citus stores a table.
type placement struct {
	table     string
	reference bool // a copy on every server; otherwise its rows are spread by account_id
}

// statement is the call that places the table, in the form that Citus 13 has.
func (p placement) statement() string {
	if p.reference {
		return fmt.Sprintf("SELECT create_reference_table('%s')", p.table)
	}
	return fmt.Sprintf("SELECT create_distributed_table('%s', '%s')", p.table, schema.AccountColumn)
}

// local are the tables that stay on the coordinator: they belong to no account.
var local = []string{migrate.ClocksTable.Name, migrate.AttemptsTable.Name, migrate.UsedStatesTable.Name, migrate.PasswordResetsTable.Name}

// placements returns the placement of each table, in the order in which they can be placed:
// reference tables first, and a table after those that it refers to, because a foreign key can only
// refer to a table that is placed. The table of the clock, which is about the servers and belongs
// to no account, stays on the coordinator.
func placements(tables []*entschema.Table) (all []placement) {
	var place func(t *entschema.Table)
	place = func(t *entschema.Table) {
		if slices.Contains(local, t.Name) || slices.ContainsFunc(all, func(p placement) bool { return p.table == t.Name }) {
			return
		}
		for _, fk := range t.ForeignKeys {
			if fk.RefTable != t {
				place(fk.RefTable)
			}
		}
		all = append(all, placement{t.Name, isReference(t)})
	}
	byName := func(a, b *entschema.Table) int { return strings.Compare(a.Name, b.Name) }
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

// requireCitus fails unless the database has the extension. It looks for the table of the tables
// that are placed.
func requireCitus(ctx context.Context, tx *sql.Tx) error {
	found, err := Dialect{}.HasTable(ctx, tx, "pg_dist_partition")
	if err == nil && !found {
		err = errors.New("it does not have the extension citus: run CREATE EXTENSION citus in it and in the same database of every worker, " +
			"add the workers, and try again; or omit --distribute")
	}
	return err
}

// distribute places the tables that are not placed yet, each in a transaction of its own.
func distribute(ctx context.Context, c *dialect.Connection, all []placement) (placed []string, err error) {
	err = c.Exclusive(ctx, func(ctx context.Context, tx *sql.Tx) error {
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
		err := c.Exclusive(ctx, func(ctx context.Context, tx *sql.Tx) error {
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

// isPlaced reports whether the table is distributed, or is a reference table: of method n and
// replicated by two-phase commit. Other tables that Citus lists are on the coordinator only.
func (p placement) isPlaced(ctx context.Context, tx *sql.Tx) (placed bool, err error) {
	err = tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM pg_dist_partition
		WHERE logicalrelid = to_regclass($1) AND (partmethod <> 'n' OR repmodel = 't'))`, p.table).Scan(&placed)
	return placed, err
}

// requireNoRows fails if the table is not placed yet and has rows: Citus would move the rows, which
// is not tested here.
func (p placement) requireNoRows(ctx context.Context, tx *sql.Tx) error {
	if placed, err := p.isPlaced(ctx, tx); placed || err != nil {
		return err
	}
	var rows bool
	if err := tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM "+p.table+")").Scan(&rows); err != nil {
		return err
	}
	if rows {
		return fmt.Errorf("the table %s has rows, and only empty tables can be distributed: use a new database, before its first "+
			"account is created", p.table)
	}
	return nil
}

// place places the table, unless it is placed.
func (p placement) place(ctx context.Context, tx *sql.Tx) (done bool, err error) {
	if placed, err := p.isPlaced(ctx, tx); placed || err != nil {
		return false, err
	}
	// Otherwise create_reference_table first turns all tables that refer to it into local tables of
	// Citus, and fails at their identity columns.
	if _, err := tx.ExecContext(ctx, "SET LOCAL citus.enable_local_reference_table_foreign_keys = off"); err != nil {
		return false, err
	}
	_, err = tx.ExecContext(ctx, p.statement())
	return err == nil, err
}
