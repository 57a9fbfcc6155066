package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"contactgraph/ent/migrate"
	"contactgraph/internal/database/dialect"
	"contactgraph/internal/database/schema"

	entschema "entgo.io/ent/dialect/sql/schema"
)

// Distribute migrates the database and spreads its tables over the servers of Citus.
func (d Dialect) Distribute(ctx context.Context, url string, log *slog.Logger) (migrated, placed []string, err error) {
	c, err := d.Open(ctx, url)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	c.Readers.SetMaxIdleConns(0) // requireAlone counts connections
	c.Writer.SetMaxIdleConns(1)
	if err := c.Exclusive(ctx, requireCitus); err != nil {
		return nil, nil, fmt.Errorf("distributing the tables of %s: %w", c.Name, err)
	}
	if migrated, err = schema.Migrate(ctx, c, log); err != nil {
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

// closingTries is how often requireAlone is tried: the connections that a migration has closed end
// some milliseconds later.
const closingTries = 3

// distribute places the tables that are not placed yet, each in a transaction of its own, and then
// removes the rows that they have left on the coordinator.
func distribute(ctx context.Context, c *dialect.Connection, all []placement) (placed []string, err error) {
	alone := func(ctx context.Context, tx *sql.Tx) error { return requireAlone(ctx, tx, all) }
	for try := 1; ; try++ {
		err := c.Exclusive(ctx, alone)
		if err == nil {
			break
		}
		if try == closingTries || pause(ctx) != nil {
			return nil, err
		}
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
	if len(placed) == 0 {
		return nil, nil
	}
	for _, p := range all { // now that those that refer to it are placed, too
		err := c.Exclusive(ctx, func(ctx context.Context, tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, fmt.Sprintf("SELECT truncate_local_data_after_distributing_table('%s')", p.table))
			return err
		})
		if err != nil {
			return placed, fmt.Errorf("removing the local rows of the table %s: %w", p.table, err)
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

// hasRows reports whether the table has rows and is not placed yet, so that Citus moves them.
func (p placement) hasRows(ctx context.Context, tx *sql.Tx) (rows bool, err error) {
	if placed, err := p.isPlaced(ctx, tx); placed || err != nil {
		return false, err
	}
	err = tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM "+p.table+")").Scan(&rows)
	return rows, err
}

// requireAlone fails if rows have to be moved while others are connected to the database. Between
// two tables, what a server writes may refer to a row that is on another machine.
func requireAlone(ctx context.Context, tx *sql.Tx, all []placement) error {
	for _, p := range all {
		rows, err := p.hasRows(ctx, tx)
		if err != nil {
			return err
		}
		if !rows {
			continue
		}
		var others int
		err = tx.QueryRowContext(ctx, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
			AND backend_type = 'client backend' AND pid <> pg_backend_pid() AND application_name NOT LIKE 'citus%'`).Scan(&others)
		if err == nil && others > 0 {
			err = fmt.Errorf("the table %s has rows, and others are connected to the database (%d connections): stop all servers and other "+
				"programs that use it, and try again", p.table, others)
		}
		return err
	}
	return nil
}

// place places the table, unless it is placed.
func (p placement) place(ctx context.Context, tx *sql.Tx) (done bool, err error) {
	if placed, err := p.isPlaced(ctx, tx); placed || err != nil {
		return false, err
	}
	// Otherwise create_reference_table first turns all tables that refer to it into local tables of
	// Citus, and fails at their identity columns. And after a change of a reference table, Citus
	// changes no shards in parallel in the same transaction.
	if _, err := tx.ExecContext(ctx, "SET LOCAL citus.enable_local_reference_table_foreign_keys = off; "+
		"SET LOCAL citus.multi_shard_modify_mode = 'sequential'"); err != nil {
		return false, err
	}
	_, err = tx.ExecContext(ctx, p.statement())
	return err == nil, err
}
