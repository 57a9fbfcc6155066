package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Backup copies the database that url names, an SQLite file that other processes may be writing to, to a new file. The copy
// holds every write that was acknowledged before; it is there as a whole, and on the disk, or not at all. To restore it is to
// open it.
func Backup(ctx context.Context, url, file string) (err error) {
	source, err := sqliteFile(url)
	if err != nil {
		return errors.New("backup copies SQLite files: a PostgreSQL database is backed up with pg_dump --format=custom, " +
			"or with pg_basebackup and an archive of its WAL")
	}
	db, lacks, err := lookAtSQLite(ctx, source)
	if err != nil {
		return err
	}
	if lacks != "" {
		return fmt.Errorf("there is nothing to back up: %s; give --database the file that is served", lacks)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return createWhole(file, func(partial string) error { return vacuumInto(ctx, db, partial) })
}

// vacuumInto copies the database into an empty file. VACUUM INTO is one read transaction: with WAL it keeps no writer
// waiting, and sees none of what they do meanwhile. SQLite's other way, the online backup, begins anew whenever another
// process writes, and under load comes to no end. It also leaves out the pages that are free. The price is a WAL file that
// grows until the copy is done, as with any long read.
func vacuumInto(ctx context.Context, db *sql.DB, file string) (err error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if _, err := conn.ExecContext(ctx, "PRAGMA query_only = OFF"); err != nil { // it counts for the copy, too
		return err
	}
	if _, err := conn.ExecContext(ctx, "VACUUM INTO ?", file); err != nil {
		return fmt.Errorf("copying the database: %w", err)
	}
	return nil
}

// createWhole makes a file that was not there: complete and on the disk, or not at all.
func createWhole(file string, write func(partial string) error) error {
	file, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	partial := file + ".partial"
	f, err := createPartial(partial)
	if err != nil {
		return err
	}
	// Only now, when no other backup to the same name can come in between.
	err = refuseExisting(file)
	if err == nil {
		err = errors.Join(write(partial), f.Sync())
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(partial, file)
	}
	if err != nil {
		return errors.Join(err, os.Remove(partial))
	}
	return syncFolder(filepath.Dir(file))
}

// createPartial makes an empty file for its owner alone: the copy holds people's data.
func createPartial(partial string) (*os.File, error) {
	f, err := os.OpenFile(partial, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the operator names it
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("the folder %s does not exist: create it, or name another file", filepath.Dir(partial))
	case errors.Is(err, fs.ErrExist):
		return nil, fmt.Errorf("%s exists: another backup is writing it, or was killed; delete it if none is running", partial)
	}
	return f, err
}

// refuseExisting fails if the file exists, or one that SQLite would take for a part of it.
func refuseExisting(file string) error {
	for _, name := range []string{file, file + "-wal", file + "-shm", file + "-journal"} {
		switch _, err := os.Lstat(name); {
		case err == nil:
			return fmt.Errorf("%s exists: name a file that does not, nor with -wal, -shm or -journal behind its name", name)
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
