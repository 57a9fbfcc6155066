package store

import (
	"context"
	"errors"
	"fmt"

	atlas "ariga.io/atlas/sql/migrate"
	atlasschema "ariga.io/atlas/sql/schema"
	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/schema"
)

// PlanSQLite adds to the folder dir the migration that leads from its files to Tables, and fails with atlas' ErrNoPlan if
// there is nothing to do. dev is a database file that it may create and use.
func PlanSQLite(ctx context.Context, dir, dev, name string) error {
	tables, err := Tables(dialect.SQLite)
	if err != nil {
		return err
	}
	return planSQLite(ctx, dir, dev, name, tables)
}

func planSQLite(ctx context.Context, dir, dev, name string, tables []*schema.Table) (err error) {
	files, err := atlas.NewLocalDir(dir)
	if err != nil {
		return err
	}
	db, err := openSQLite(ctx, dev, writerPragmas, 1)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	m, err := schema.NewMigrate(entsql.OpenDB(dialect.SQLite, db), schema.WithDir(files), schema.WithDialect(dialect.SQLite),
		schema.WithMigrationMode(schema.ModeReplay), schema.WithFormatter(atlas.DefaultFormatter),
		// Without these two a column or index that is gone from the schema passes unseen.
		schema.WithDropColumn(true), schema.WithDropIndex(true),
		schema.WithDiffHook(refuseDroppedTable), schema.WithErrNoPlan(true))
	if err != nil {
		return err
	}
	return m.NamedDiff(ctx, name, tables...)
}

// refuseDroppedTable speaks up where ent is silent: it leaves a table that is gone from the schema out of every plan.
func refuseDroppedTable(next schema.Differ) schema.Differ {
	return schema.DiffFunc(func(current, desired *atlasschema.Schema) ([]atlasschema.Change, error) {
		changes, err := next.Diff(current, desired)
		for _, c := range changes {
			if drop, ok := c.(*atlasschema.DropTable); ok {
				return nil, fmt.Errorf("table %s is in the files and not in the schema: write its migration by hand", drop.T.Name)
			}
		}
		return changes, err
	})
}
