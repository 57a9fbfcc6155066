package schema

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"regexp"
	"slices"
	"time"

	"contactgraph/internal/database/dialect"

	atlas "ariga.io/atlas/sql/migrate"
)

// transactionMode is atlas' directive for the transaction in which a file runs. Files with the
// value concurrent run outside of one. They only create and drop indexes of tables that may be
// large, while others write, and may run again after an interruption: the file is recorded after
// its last statement.
const (
	transactionMode = "txmode"
	concurrent      = "none"
)

func isConcurrent(f atlas.File) bool {
	return slices.Contains(directives(f, transactionMode), concurrent)
}

// inTransaction returns the files with statements that can run in a transaction, which others wait
// for.
func inTransaction(files []atlas.File) []atlas.File {
	list := slices.Clone(files)
	for i, f := range list {
		if isConcurrent(f) {
			list[i] = atlas.NewLocalFile(f.Name(), bytes.ReplaceAll(f.Bytes(), []byte(" INDEX CONCURRENTLY "), []byte(" INDEX ")))
		}
	}
	return list
}

// applyConcurrently runs a file outside of a transaction, and records it. It returns false if
// another process has done so.
func applyConcurrently(ctx context.Context, c *dialect.Connection, dir *atlas.MemDir, f atlas.File, log *slog.Logger) (done bool, err error) {
	statements, err := f.Stmts()
	if err != nil {
		return false, err
	}
	log.InfoContext(ctx, "changing indexes while others write, after any other process that does so: this takes minutes if the tables are large", slog.String("migration", f.Name()))
	err = c.Dialect.AloneWithIndexes(ctx, c.Writer, func(ctx context.Context, run dialect.IndexRunner) error {
		recorded, err := isRecorded(ctx, c, f)
		if recorded || err != nil {
			return err
		}
		for _, s := range statements {
			if err := run(ctx, s); err != nil {
				return err
			}
		}
		done = true
		return record(ctx, c, dir, f, len(statements))
	})
	return done && err == nil, err
}

// isRecorded reports whether the database has the migration.
func isRecorded(ctx context.Context, c *dialect.Connection, f atlas.File) (bool, error) {
	var version string
	err := c.Writer.QueryRowContext(ctx, "SELECT version FROM "+RevisionsTable+" WHERE version = $1", f.Version()).Scan(&version)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// record records that the database has the migration, as atlas does.
func record(ctx context.Context, c *dialect.Connection, dir *atlas.MemDir, f atlas.File, statements int) error {
	sums, err := dir.Checksum()
	if err != nil {
		return err
	}
	hash, err := sums.SumByName(f.Name())
	if err != nil {
		return err
	}
	return c.Exclusive(ctx, func(ctx context.Context, tx *sql.Tx) error {
		return (&revisions{tx: tx, dir: dir}).WriteRevision(ctx, &atlas.Revision{
			Version: f.Version(), Description: f.Desc(), Hash: hash, Applied: statements, Total: statements, ExecutedAt: time.Now(),
		})
	})
}

// The statements of a plan that create and drop an index.
var (
	addsIndex    = regexp.MustCompile(`^CREATE (UNIQUE )?INDEX ("\w+" ON "(\w+)".*)$`)
	removesIndex = regexp.MustCompile(`^DROP INDEX ("\w+")$`)
)

// split moves the changes of a plan that create or drop indexes of existing tables to another plan,
// for a file that runs outside of a transaction. Either plan may have no changes.
func split(p *atlas.Plan) (rest, indexes *atlas.Plan, err error) {
	r, i := *p, *p
	rest, indexes = &r, &i
	rest.Changes, indexes.Changes = nil, nil
	var created []string
	for _, c := range p.Changes {
		if m := creates.FindStringSubmatch(c.Cmd); m != nil {
			created = append(created, m[1])
		}
		change := *c
		if m := addsIndex.FindStringSubmatch(c.Cmd); m != nil && !slices.Contains(created, m[3]) {
			change.Cmd = "CREATE " + m[1] + "INDEX CONCURRENTLY " + m[2]
		} else if m := removesIndex.FindStringSubmatch(c.Cmd); m != nil {
			change.Cmd = "DROP INDEX CONCURRENTLY IF EXISTS " + m[1]
		} else {
			rest.Changes = append(rest.Changes, c)
			continue
		}
		indexes.Changes = append(indexes.Changes, &change)
	}
	indexes.Directives = append(slices.Clone(p.Directives), "-- atlas:"+transactionMode+" "+concurrent)
	if len(rest.Changes) > 0 { // the next second: versions are times
		at, err := time.Parse(versionFormat, p.Version)
		if err != nil {
			return nil, nil, err
		}
		indexes.Version, indexes.Name = at.Add(time.Second).Format(versionFormat), p.Name+"_indexes"
	}
	return rest, indexes, nil
}

// versionFormat is the form of the version of a migration.
const versionFormat = "20060102150405"
