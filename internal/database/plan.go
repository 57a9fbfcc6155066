package database

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	atlas "ariga.io/atlas/sql/migrate"
	atlasschema "ariga.io/atlas/sql/schema"
	entsql "entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/schema"
)

// Plan adds to the folder of root that is for the engine of dev the migration that leads from its files to Tables, and fails
// with atlas' ErrNoPlan if there is nothing to do. dev is an empty database that it may use, named as Open's.
func Plan(ctx context.Context, root, dev, version, name string) (err error) {
	e, err := connect(ctx, dev)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	tables, err := Tables(e.dialect)
	if err != nil {
		return err
	}
	return e.plan(ctx, filepath.Join(root, e.folder), version, name, tables)
}

func (e *engine) plan(ctx context.Context, dir, version, name string, tables []*schema.Table) error {
	files, err := atlas.NewLocalDir(dir)
	if err != nil {
		return err
	}
	m, err := schema.NewMigrate(entsql.OpenDB(e.dialect, e.writer), schema.WithDir(files), schema.WithDialect(e.dialect),
		schema.WithMigrationMode(schema.ModeReplay), schema.WithFormatter(versioned(version)),
		// Without these two a column or index that is gone from the schema passes unseen.
		schema.WithDropColumn(true), schema.WithDropIndex(true),
		schema.WithDiffHook(refuseDroppedTable), schema.WithErrNoPlan(true))
	if err != nil {
		return err
	}
	return m.NamedDiff(ctx, name, tables...)
}

// versioned names the file of a plan by this version, so that both engines have the same ones.
type versioned string

// Format lays the plan out as atlas does, below the directive that says that the binary before it can live with it: what cannot
// be said so is no plan to commit.
func (v versioned) Format(p *atlas.Plan) ([]atlas.File, error) {
	p.Version = string(v)
	files, err := atlas.DefaultFormatter.Format(p)
	for i, f := range files {
		files[i] = atlas.NewLocalFile(f.Name(), append([]byte("-- atlas:"+additive+"\n\n"), f.Bytes()...))
	}
	return files, err
}

// Rehash brings the sums of the files in root to what they hold, for one that was written by hand.
func Rehash(root string) error {
	for _, folder := range []string{sqliteFolder, postgresFolder} {
		dir, err := atlas.NewLocalDir(filepath.Join(root, folder))
		if err != nil {
			return err
		}
		sum, err := dir.Checksum()
		if err != nil {
			return err
		}
		if err := atlas.WriteSumFile(dir, sum); err != nil {
			return err
		}
	}
	return nil
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
