package database

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"slices"
	"strings"

	"contactgraph/migrations"

	atlas "ariga.io/atlas/sql/migrate"
)

// additive is the directive of a migration that the binary before it can live with.
const additive = "additive"

// migrate brings the tables up to date in one transaction, while no other process does, and returns the names of the files
// that it applied.
func (e *engine) migrate(ctx context.Context) (done []string, err error) {
	err = e.alone(ctx, func(ctx context.Context, tx *sql.Tx) error {
		done, err = e.apply(ctx, tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return done, nil
}

// apply applies what the database lacks and returns the names of the files.
func (e *engine) apply(ctx context.Context, tx *sql.Tx) ([]string, error) {
	drv, err := e.atlas(tx)
	if err != nil {
		return nil, err
	}
	dir, err := memoryDir(e.folder)
	if err != nil {
		return nil, err
	}
	revisions := &revisions{tx: tx, dir: dir}
	if err := revisions.create(ctx, e.hasTable); err != nil {
		return nil, err
	}
	if err := revisions.refuseUnknown(ctx); err != nil {
		return nil, err
	}
	// A file of something else has been refused before; in PostgreSQL other schemas are nobody's business.
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
	var done []string
	for _, f := range pending {
		if err := executor.Execute(ctx, f); err != nil {
			return nil, err
		}
		done = append(done, f.Name())
	}
	if e.check != nil {
		return done, e.check(ctx, tx)
	}
	return done, nil
}

// memoryDir copies the embedded files of a folder to where atlas reads them.
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

// isAdditive reports whether the file of this version carries the directive.
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

// Migrate brings the database that url names up to date, as Open does, and returns the names of the files that it applied.
func Migrate(ctx context.Context, url string) (done []string, err error) {
	e, err := connect(ctx, url)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	return e.migrate(ctx)
}
