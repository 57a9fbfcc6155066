package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// files are the files of an open database, and what they were when it was opened. SQLite goes on
// writing to a file that was deleted or replaced, without an error.
type files []file

type file struct {
	name string
	info fs.FileInfo
}

// filesOf returns the files of the database that writer has opened: the file, the WAL and the index
// of the WAL. They stay the same as long as it is open: a checkpoint starts the WAL from its
// beginning, and neither VACUUM nor a backup replaces a file.
func filesOf(ctx context.Context, name string, writer *sql.DB) (files, error) {
	var tables int
	if err := writer.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&tables); err != nil {
		return nil, err // the first read opens the WAL
	}
	target, err := filepath.EvalSymlinks(name) // SQLite puts the other files next to it
	if err != nil {
		return nil, err
	}
	var all files
	for _, name := range []string{name, target + "-wal", target + "-shm"} {
		name, err := filepath.Abs(name)
		if err != nil {
			return nil, err
		}
		info, err := os.Stat(name)
		if err != nil {
			return nil, err
		}
		all = append(all, file{name, info})
	}
	return all, nil
}

// changed fails if one of the names no longer leads to the file that was opened.
func (all files) changed() error {
	for _, f := range all {
		switch now, err := os.Stat(f.name); {
		case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
			return fmt.Errorf("the file %s is gone", f.name)
		case err == nil && !os.SameFile(f.info, now):
			return fmt.Errorf("the file %s was replaced by another one", f.name)
		}
	}
	return nil
}

// warnings returns a sentence for each file that other users of the machine can read or write: it
// contains personal data.
func (all files) warnings() (texts []string) {
	for _, f := range all {
		if open := f.info.Mode().Perm() &^ 0o700; open != 0 {
			texts = append(texts, fmt.Sprintf("other users of this machine have access to the file %s of the database, which contains personal data: "+
				"run chmod 600 on it", f.name))
		}
	}
	return texts
}
