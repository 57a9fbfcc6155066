// Package schema brings the tables of a database up to date.
//
// The tables are described in ent/schema. Tables adds what ent cannot describe: start reading
// there. Plan, which the command in the folder plan runs, compares the tables with the SQL files of
// migrations/ and writes the next file. Migrate runs the files that a database lacks, and StatusOf
// lists them. RevisionsTable records which files a database has.
package schema

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"slices"
	"strings"

	"contactgraph/internal/database/dialect"
	"contactgraph/migrations"

	atlas "ariga.io/atlas/sql/migrate"
)

// additive is the directive of a migration that leaves the database usable for the binary before
// it.
const additive = "additive"

// Migrate brings the tables up to date in one transaction, while no other process does, and returns
// the names of the files that it applied. It fails if a newer program has applied a migration that
// is not additive.
func Migrate(ctx context.Context, c *dialect.Connection) (applied []string, err error) {
	err = c.Exclusive(ctx, func(ctx context.Context, tx *sql.Tx) error {
		applied, err = apply(ctx, c.Dialect, tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return applied, nil
}

// apply applies the files that the database lacks, and returns their names.
func apply(ctx context.Context, d dialect.Dialect, tx *sql.Tx) ([]string, error) {
	drv, err := d.Migrator(tx)
	if err != nil {
		return nil, err
	}
	dir, err := memoryDir(d.Folder())
	if err != nil {
		return nil, err
	}
	revisions := &revisions{tx: tx, dir: dir}
	if err := revisions.create(ctx, d); err != nil {
		return nil, err
	}
	if err := revisions.refuseUnknown(ctx); err != nil {
		return nil, err
	}
	// Dirty to atlas is a database with other tables. A file of another program has been refused
	// before; in PostgreSQL other schemas do not concern us.
	executor, err := atlas.NewExecutor(drv, dir, revisions, atlas.WithAllowDirty(true))
	if err != nil {
		return nil, err
	}
	pending, err := executor.Pending(ctx)
	if errors.Is(err, atlas.ErrNoPendingFiles) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var applied []string
	for _, f := range pending {
		if err := executor.Execute(ctx, f); err != nil {
			return nil, err
		}
		applied = append(applied, f.Name())
	}
	return applied, d.CheckMigrated(ctx, tx)
}

// memoryDir copies the embedded files of a folder to where atlas can read them.
func memoryDir(folder string) (*atlas.MemDir, error) {
	dir := &atlas.MemDir{}
	names, err := fs.Glob(migrations.Files, folder+"/*")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		data, err := migrations.Files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		if err := dir.WriteFile(strings.TrimPrefix(name, folder+"/"), data); err != nil {
			return nil, err
		}
	}
	return dir, nil
}

// isAdditive reports whether the file of this version has the directive.
func isAdditive(dir atlas.Dir, version string) (bool, error) {
	files, err := dir.Files()
	if err != nil {
		return false, err
	}
	i := slices.IndexFunc(files, func(f atlas.File) bool { return f.Version() == version })
	if i < 0 {
		return false, nil
	}
	f, ok := files[i].(interface{ Directive(name string) []string })
	return ok && len(f.Directive(additive)) > 0, nil
}
