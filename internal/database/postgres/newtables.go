package postgres

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"slices"

	"contactgraph/ent/migrate"
	"contactgraph/internal/database/schema"
)

// placingTx runs the statements of migrations. If the database is distributed, it places each new
// table before it adds its foreign keys, because Citus accepts none from a table that is not placed
// to one that is (https://github.com/citusdata/citus_docs/issues/751).
type placingTx struct{ *sql.Tx }

// ExecContext runs a statement of a migration.
func (tx placingTx) ExecContext(ctx context.Context, statement string, args ...any) (sql.Result, error) {
	table, create, constraints := separateForeignKeys(statement)
	if len(constraints) == 0 {
		return tx.Tx.ExecContext(ctx, statement, args...)
	}
	all, err := toPlace(ctx, tx.Tx)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(all, func(p placement) bool { return p.table == table })
	if at < 0 {
		return tx.Tx.ExecContext(ctx, statement, args...)
	}
	result, err := tx.Tx.ExecContext(ctx, create, args...)
	if err != nil {
		return nil, err
	}
	if _, err := all[at].place(ctx, tx.Tx); err != nil {
		return nil, fmt.Errorf("distributing the table %s: %w", table, err)
	}
	for _, c := range constraints {
		if _, err := tx.Tx.ExecContext(ctx, fmt.Sprintf(`ALTER TABLE "%s" ADD%s`, table, c)); err != nil {
			return nil, err
		}
	}
	return result, nil
}

// The statements that atlas writes for a new table, and the foreign keys in them.
var (
	createTable = regexp.MustCompile(`^CREATE TABLE "(\w+)" \(`)
	foreignKey  = regexp.MustCompile(`,( CONSTRAINT "\w+" FOREIGN KEY \([^()]*\) REFERENCES "\w+" \([^()]*\)(?: ON (?:UPDATE|DELETE) (?:NO ACTION|CASCADE|RESTRICT|SET NULL))*)`)
)

// separateForeignKeys returns the table that the statement creates, the statement without foreign
// keys, and these.
func separateForeignKeys(statement string) (table, create string, constraints []string) {
	m := createTable.FindStringSubmatch(statement)
	if m == nil {
		return "", statement, nil
	}
	for _, c := range foreignKey.FindAllStringSubmatch(statement, -1) {
		constraints = append(constraints, c[1])
	}
	return m[1], foreignKey.ReplaceAllString(statement, ""), constraints
}

// placeNew places the tables that are not placed yet, if the database is distributed.
func placeNew(ctx context.Context, tx *sql.Tx) error {
	all, err := toPlace(ctx, tx)
	if err != nil {
		return err
	}
	for _, p := range all {
		exists, err := Dialect{}.HasTable(ctx, tx, p.table)
		if err == nil && exists { // otherwise, a later migration creates it
			_, err = p.place(ctx, tx)
		}
		if err != nil {
			return fmt.Errorf("distributing the table %s: %w", p.table, err)
		}
	}
	return nil
}

// toPlace returns the placements of all tables, if the database is distributed.
func toPlace(ctx context.Context, tx *sql.Tx) ([]placement, error) {
	citus, err := Dialect{}.HasTable(ctx, tx, "pg_dist_partition")
	if err != nil || !citus {
		return nil, err
	}
	tables, err := schema.Tables(Dialect{})
	if err != nil {
		return nil, err
	}
	all := placements(tables)
	contacts := slices.IndexFunc(all, func(p placement) bool { return p.table == migrate.ContactsTable.Name })
	if distributed, err := all[contacts].isPlaced(ctx, tx); err != nil || !distributed {
		return nil, err
	}
	return all, nil
}
