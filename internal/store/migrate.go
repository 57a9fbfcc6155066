package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"strings"

	"contactgraph/migrations"

	atlas "ariga.io/atlas/sql/migrate"
	atlassqlite "ariga.io/atlas/sql/sqlite"
)

// additive is the directive of a migration that the binary before it can live with.
const additive = "additive"

// migrateSQLite brings the tables up to date in one transaction. Foreign keys are off meanwhile, and checked before the
// commit: rebuilding a table drops the old one, which would cascade into its children.
func migrateSQLite(ctx context.Context, db *sql.DB, log *slog.Logger) (err error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if _, err := conn.ExecContext(ctx, "PRAGMA foreign_keys = OFF"); err != nil {
		return err
	}
	defer func() {
		_, onErr := conn.ExecContext(ctx, "PRAGMA foreign_keys = ON")
		err = errors.Join(err, onErr)
	}()
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to roll back, and before it err says why
	done, err := applySQLite(ctx, tx)
	if err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	for _, name := range done {
		log.InfoContext(ctx, "migration applied", "migration", name)
	}
	return nil
}

// applySQLite applies what the database lacks and returns the names of the files.
func applySQLite(ctx context.Context, tx *sql.Tx) ([]string, error) {
	drv, err := atlassqlite.Open(tx)
	if err != nil {
		return nil, err
	}
	dir, err := memoryDir("sqlite")
	if err != nil {
		return nil, err
	}
	revisions := &revisions{tx: tx, dir: dir}
	if err := revisions.create(ctx); err != nil {
		return nil, err
	}
	if err := revisions.refuseUnknown(ctx); err != nil {
		return nil, err
	}
	executor, err := atlas.NewExecutor(drv, dir, revisions)
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
	return done, checkForeignKeys(ctx, tx)
}

// checkForeignKeys fails if a row refers to one that is not there.
func checkForeignKeys(ctx context.Context, tx *sql.Tx) error {
	var broken int
	if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM pragma_foreign_key_check").Scan(&broken); err != nil {
		return err
	}
	if broken > 0 {
		return fmt.Errorf("%d rows refer to rows that are not there; nothing was changed", broken)
	}
	return nil
}

// memoryDir copies the embedded files of a dialect to where atlas reads them.
func memoryDir(dialect string) (*atlas.MemDir, error) {
	dir := &atlas.MemDir{}
	names, err := fs.Glob(migrations.Files, dialect+"/*")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		data, err := migrations.Files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		if err := dir.WriteFile(strings.TrimPrefix(name, dialect+"/"), data); err != nil {
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
