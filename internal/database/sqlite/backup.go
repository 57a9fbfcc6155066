package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/mattn/go-sqlite3"
)

// Backup copies the file. Other processes may be writing to it.
func (d Dialect) Backup(ctx context.Context, url, file string, isOther func(name string) bool) (err error) {
	db, missing, err := d.Inspect(ctx, url)
	if err != nil {
		return err
	}
	if missing != "" {
		return fmt.Errorf("there is nothing to back up: %s; set --database to the file that the server uses", missing)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return createComplete(file, isOther, func(partial string) error {
		if err := vacuumInto(ctx, db, partial); err != nil {
			return err
		}
		return verifyCopy(ctx, partial)
	})
}

// verifyCopy fails if the copy is damaged: a backup that cannot be restored is worse than none.
func verifyCopy(ctx context.Context, file string) (err error) {
	db := sql.OpenDB(connector{dsn: dsn(file, "mode=ro&_query_only=1"), driver: &sqlite3.SQLiteDriver{}})
	defer func() { err = errors.Join(err, db.Close()) }()
	err = (Dialect{}).Verify(ctx, db)
	fault, _ := Dialect{}.Diagnose(err)
	switch {
	case err == nil:
		return nil
	case fault.Corrupt, errors.Is(err, errDamaged):
		return fmt.Errorf("the copy is damaged, and was deleted; the database is probably damaged, too, so keep your earlier backups: %w", err)
	}
	return fmt.Errorf("the copy could not be checked for damage, and was deleted: run the backup again: %w", err)
}

// vacuumInto copies the database into an empty file. VACUUM INTO is one read transaction: in WAL
// mode it blocks no writer, and does not see what they do meanwhile. It also leaves out free pages.
// SQLite's online backup instead starts again whenever another process writes, and never ends under
// load. The price is a WAL file that grows until the copy is done, as with any long read.
func vacuumInto(ctx context.Context, db *sql.DB, file string) (err error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if _, err := conn.ExecContext(ctx, "PRAGMA query_only = OFF"); err != nil { // the setting applies to the copy, too
		return err
	}
	if _, err := conn.ExecContext(ctx, "VACUUM INTO ?", file); err != nil {
		return fmt.Errorf("copying the database: %w", err)
	}
	return nil
}

// createComplete creates a file that did not exist: complete and on the disk, or not. isOther is
// that of removeStale.
func createComplete(file string, isOther func(name string) bool, write func(partial string) error) error {
	file, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	partial := file + partialSuffix
	if err := removeStale(file, isOther); err != nil {
		return err
	}
	f, err := createPartial(partial)
	if err != nil {
		return err
	}
	// Checked only now, when no other backup to the same name can run.
	err = refuseExisting(file)
	if err == nil {
		err = errors.Join(write(partial), f.Sync())
	}
	if err == nil {
		err = os.Rename(partial, file)
	}
	if err != nil {
		err = errors.Join(err, os.Remove(partial))
	}
	if err = errors.Join(err, f.Close()); err != nil { // its lock ends when it has its name
		return err
	}
	return syncFolder(filepath.Dir(file))
}

// refuseExisting fails if the file exists, or a file that SQLite would treat as part of it.
func refuseExisting(file string) error {
	for _, name := range []string{file, file + "-wal", file + "-shm", file + "-journal"} {
		switch _, err := os.Lstat(name); {
		case err == nil:
			return fmt.Errorf("%s exists: choose a name that no file has, with or without -wal, -shm or -journal appended", name)
		case !errors.Is(err, fs.ErrNotExist):
			return err
		}
	}
	return nil
}

// syncFolder makes the names in a folder durable.
func syncFolder(folder string) error {
	d, err := os.Open(folder) //nolint:gosec // the operator names it
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
