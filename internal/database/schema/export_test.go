package schema

import (
	"context"
	"database/sql"
	"log/slog"
	"math"

	"contactgraph/internal/database/dialect"

	atlas "ariga.io/atlas/sql/migrate"
)

// PlanTables is Plan for other tables than those of ent.
var PlanTables = plan

// MigrationFiles returns the names of the embedded files of a folder.
func MigrationFiles(folder string) (names []string, err error) {
	dir, err := memoryDir(folder)
	if err != nil {
		return nil, err
	}
	files, err := dir.Files()
	for _, f := range files {
		names = append(names, f.Name())
	}
	return names, err
}

// MigrateFirst is Migrate with the first n files only.
func MigrateFirst(ctx context.Context, c *dialect.Connection, n int) error {
	_, err := migrateWith(ctx, c, n, nil)
	return err
}

// MigrateWith is Migrate with more files.
func MigrateWith(ctx context.Context, c *dialect.Connection, more map[string]string) (applied []string, err error) {
	return migrateWith(ctx, c, math.MaxInt, more)
}

func migrateWith(ctx context.Context, c *dialect.Connection, n int, more map[string]string) (applied []string, err error) {
	all, err := memoryDir(c.Dialect.Folder())
	if err != nil {
		return nil, err
	}
	files, err := all.Files()
	if err != nil {
		return nil, err
	}
	dir := &atlas.MemDir{}
	for _, f := range files[:min(n, len(files))] {
		if err := dir.WriteFile(f.Name(), f.Bytes()); err != nil {
			return nil, err
		}
	}
	for name, text := range more {
		if err := dir.WriteFile(name, []byte(text)); err != nil {
			return nil, err
		}
	}
	sum, err := dir.Checksum()
	if err != nil {
		return nil, err
	}
	if err := atlas.WriteSumFile(dir, sum); err != nil {
		return nil, err
	}
	return migrateTo(ctx, c, dir, slog.New(slog.DiscardHandler))
}

// WriteRevision records that the database has a migration of the folder.
func WriteRevision(ctx context.Context, tx *sql.Tx, dir atlas.Dir, version string) error {
	return (&revisions{tx: tx, dir: dir}).WriteRevision(ctx, &atlas.Revision{Version: version})
}

// RefuseUnknown fails if the database has migrations that are not additive and not in the folder.
func RefuseUnknown(ctx context.Context, tx *sql.Tx, dir atlas.Dir) error {
	return (&revisions{tx: tx, dir: dir}).refuseUnknown(ctx)
}
