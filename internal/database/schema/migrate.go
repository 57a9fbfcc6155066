// Package schema brings the tables of a database up to date.
//
// The tables are described in ent/schema. Tables adds what ent cannot describe: start reading
// there. Plan, which the command in the folder plan runs, compares the tables with the SQL files of
// migrations/ and writes the next file. Migrate runs the files that a database lacks, and StatusOf
// lists them. RevisionsTable records which files a database has.
package schema

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"time"

	"contactgraph/ent/migrate"
	"contactgraph/internal/database/dialect"
	"contactgraph/migrations"

	atlas "ariga.io/atlas/sql/migrate"
)

// additive is the directive of a migration that leaves the database usable for the binary before
// it.
const additive = "additive"

const (
	// lockPatience is how long Migrate tries to get the locks of the tables that other processes
	// write, and maxPause the longest time between two attempts.
	lockPatience = time.Minute
	maxPause     = 500 * time.Millisecond
	// leastLockWait is how long the first attempt waits for a lock, and all writes of the table
	// with it; each further attempt waits twice as long, up to mostLockWait. That is less than the
	// deadlock_timeout of PostgreSQL, so that the migration gives way, and not a write.
	leastLockWait = 300 * time.Millisecond
	mostLockWait  = 900 * time.Millisecond
)

// Migrate brings the tables up to date, while no other process does, and returns the names of the
// files that it applied, also if it fails later. It runs the files in one transaction, which ends
// before a file that runs outside of one (see concurrent); it logs each of those before it runs it.
// Other processes may write meanwhile: they wait for the locks of a transaction, which gives them
// up and tries to get them again if it cannot get all of them soon. Migrate fails if that takes
// longer than a minute, or if a newer program has applied a migration that is not additive.
func Migrate(ctx context.Context, c *dialect.Connection, log *slog.Logger) (applied []string, err error) {
	dir, err := memoryDir(c.Dialect.Folder())
	if err != nil {
		return nil, err
	}
	return migrateTo(ctx, c, dir, log)
}

// migrateTo is Migrate with the files of dir.
func migrateTo(ctx context.Context, c *dialect.Connection, dir *atlas.MemDir, log *slog.Logger) (applied []string, err error) {
	for {
		var names []string
		var next atlas.File
		err := patiently(ctx, c.Dialect, func(lockWait time.Duration) error {
			return c.Exclusive(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
				names, next, err = apply(ctx, c.Dialect, tx, dir, lockWait)
				return err
			})
		})
		if err != nil {
			return applied, err
		}
		applied = append(applied, names...)
		if next == nil {
			return applied, nil
		}
		done := false
		err = patiently(ctx, c.Dialect, func(time.Duration) (err error) {
			done, err = applyConcurrently(ctx, c, dir, next, log)
			return err
		})
		if err != nil {
			return applied, fmt.Errorf("migration %s: %w", next.Name(), err)
		}
		if done {
			applied = append(applied, next.Name())
		}
	}
}

// patiently calls try until it meets no conflict. It gives up after a minute, and returns the error
// of the last attempt.
func patiently(ctx context.Context, d dialect.Dialect, try func(lockWait time.Duration) error) error {
	end, wait := time.Now().Add(lockPatience), leastLockWait
	for {
		err := try(wait)
		if err == nil {
			return nil
		}
		if fault, _ := d.Diagnose(err); !fault.Conflict || time.Now().After(end) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(rand.N(maxPause)): // at random, so that it does not meet the same writes again
		}
		wait = min(2*wait, mostLockWait)
	}
}

// apply applies the files that the database lacks, up to the first that runs outside of a
// transaction, and returns their names and that file.
func apply(ctx context.Context, d dialect.Dialect, tx *sql.Tx, dir *atlas.MemDir, lockWait time.Duration) (applied []string, next atlas.File, err error) {
	drv, err := d.Migrator(tx)
	if err != nil {
		return nil, nil, err
	}
	revisions := &revisions{tx: tx, dir: dir}
	if err := revisions.create(ctx, d); err != nil {
		return nil, nil, err
	}
	if err := revisions.refuseUnknown(ctx); err != nil {
		return nil, nil, err
	}
	// Dirty to atlas is a database with other tables. A file of another program has been refused
	// before; in PostgreSQL other schemas do not concern us.
	executor, err := atlas.NewExecutor(drv, dir, revisions, atlas.WithAllowDirty(true))
	if err != nil {
		return nil, nil, err
	}
	pending, err := executor.Pending(ctx)
	if err != nil && !errors.Is(err, atlas.ErrNoPendingFiles) {
		return nil, nil, err
	}
	all, err := dir.Files()
	if err != nil {
		return nil, nil, err
	}
	if len(pending) == len(all) { // the tables are new, and so are empty
		pending = inTransaction(pending)
	} else if i := slices.IndexFunc(pending, isConcurrent); i >= 0 {
		pending, next = pending[:i], pending[i]
	}
	if len(pending) == 0 {
		return nil, next, nil
	}
	if err := d.LockTables(ctx, tx, locksOf(pending), lockWait); err != nil {
		return nil, nil, err
	}
	for _, f := range pending {
		if err := executor.Execute(ctx, f); err != nil {
			return nil, nil, err
		}
		applied = append(applied, f.Name())
	}
	return applied, next, d.CompleteMigration(ctx, tx)
}

// What needs locks in the files that atlas writes. Only its comment names the table of an index
// that is dropped.
var (
	alters  = regexp.MustCompile(`(?m)^(?:ALTER TABLE|-- Drop index "\w+" from table:) "(\w+)"`)
	refers  = regexp.MustCompile(`\bREFERENCES "(\w+)"`)
	indexes = regexp.MustCompile(`(?m)^CREATE (?:UNIQUE )?INDEX "\w+" ON "(\w+)"`)
	creates = regexp.MustCompile(`(?m)^CREATE TABLE "(\w+)"`)
)

// locksOf returns the locks that the files need of tables that exist before them, in the order in
// which writes lock the tables: the contact first, and the change log last.
func locksOf(files []atlas.File) (all []dialect.TableLock) {
	text := &strings.Builder{}
	for _, f := range files {
		text.Write(f.Bytes())
		text.WriteByte('\n')
	}
	altered := map[string]bool{}
	for _, m := range indexes.FindAllStringSubmatch(text.String(), -1) {
		altered[m[1]] = false
	}
	for _, m := range refers.FindAllStringSubmatch(text.String(), -1) {
		altered[m[1]] = false
	}
	for _, m := range alters.FindAllStringSubmatch(text.String(), -1) {
		altered[m[1]] = true
	}
	for _, m := range creates.FindAllStringSubmatch(text.String(), -1) {
		delete(altered, m[1])
	}
	for table, exclusive := range altered {
		all = append(all, dialect.TableLock{Table: table, Exclusive: exclusive})
	}
	ranks := map[string]int{migrate.ContactsTable.Name: -1, migrate.FeedsTable.Name: 1, migrate.ChangesTable.Name: 2}
	slices.SortFunc(all, func(a, b dialect.TableLock) int {
		return cmp.Or(cmp.Compare(ranks[a.Table], ranks[b.Table]), strings.Compare(a.Table, b.Table))
	})
	return all
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
	return len(directives(files[i], additive)) > 0, nil
}

// directives returns the values of a directive at the top of a file.
func directives(f atlas.File, name string) []string {
	if f, ok := f.(interface{ Directive(name string) []string }); ok {
		return f.Directive(name)
	}
	return nil
}
