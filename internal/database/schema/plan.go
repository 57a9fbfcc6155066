package schema

import (
	"context"
	"fmt"
	"path/filepath"

	"contactgraph/internal/database/dialect"

	atlas "ariga.io/atlas/sql/migrate"
	atlasschema "ariga.io/atlas/sql/schema"
	entsql "entgo.io/ent/dialect/sql"
	entschema "entgo.io/ent/dialect/sql/schema"
)

// Plan adds a migration to the folder of root that belongs to the engine of dev: the SQL that leads
// from the folder's files to Tables, in two files if some of it runs outside of a transaction. It
// fails with atlas' ErrNoPlan if there is nothing to do. dev is an empty database, which Plan uses
// to run the files.
func Plan(ctx context.Context, root string, dev *dialect.Connection, version, name string) error {
	tables, err := Tables(dev.Dialect)
	if err != nil {
		return err
	}
	return plan(ctx, filepath.Join(root, dev.Dialect.Folder()), dev, version, name, tables)
}

func plan(ctx context.Context, dir string, dev *dialect.Connection, version, name string, tables []*entschema.Table) error {
	files, err := atlas.NewLocalDir(dir)
	if err != nil {
		return err
	}
	driver := entsql.OpenDB(dev.Dialect.Name(), dev.Writer)
	m, err := entschema.NewMigrate(driver, entschema.WithDir(files), entschema.WithDialect(dev.Dialect.Name()),
		entschema.WithMigrationMode(entschema.ModeReplay), entschema.WithFormatter(formatter{version, dev.Dialect.IndexesConcurrently()}),
		// Without these two, columns and indexes that are no longer in the schema are ignored.
		entschema.WithDropColumn(true), entschema.WithDropIndex(true),
		entschema.WithDiffHook(refuseDroppedTable), entschema.WithErrNoPlan(true))
	if err != nil {
		return err
	}
	return m.NamedDiff(ctx, name, tables...)
}

// formatter writes the files of a plan, with a version that all engines have. If concurrently is
// set, indexes of existing tables go to a file of their own.
type formatter struct {
	version      string
	concurrently bool
}

// Format formats the plan as atlas does, below the directive that says that it is additive: a plan
// for which that is wrong must not be committed.
func (f formatter) Format(p *atlas.Plan) (files []atlas.File, err error) {
	p.Version, p.Directives = f.version, append([]string{"-- atlas:" + additive}, p.Directives...)
	plans := []*atlas.Plan{p}
	if f.concurrently {
		rest, indexes, err := split(p)
		if err != nil {
			return nil, err
		}
		plans = []*atlas.Plan{rest, indexes}
	}
	for _, p := range plans {
		if len(p.Changes) == 0 {
			continue
		}
		formatted, err := atlas.DefaultFormatter.Format(p)
		if err != nil {
			return nil, err
		}
		files = append(files, formatted...)
	}
	return files, nil
}

// Rehash updates the checksums of the files in a folder of migrations, after a change by hand.
func Rehash(folder string) error {
	dir, err := atlas.NewLocalDir(folder)
	if err != nil {
		return err
	}
	sum, err := dir.Checksum()
	if err != nil {
		return err
	}
	return atlas.WriteSumFile(dir, sum)
}

// refuseDroppedTable fails where ent does nothing: ent leaves a table that is no longer in the
// schema out of every plan.
func refuseDroppedTable(next entschema.Differ) entschema.Differ {
	return entschema.DiffFunc(func(current, desired *atlasschema.Schema) ([]atlasschema.Change, error) {
		changes, err := next.Diff(current, desired)
		for _, c := range changes {
			if drop, ok := c.(*atlasschema.DropTable); ok {
				return nil, fmt.Errorf("table %s is in the files and not in the schema: write its migration by hand", drop.T.Name)
			}
		}
		return changes, err
	})
}
