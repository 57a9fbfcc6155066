package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// partialSuffix is the end of the name of a backup until it is complete. The process that writes it
// has a lock of the file, which the kernel releases when the process ends.
const partialSuffix = ".partial"

// createTries is how often createPartial tries again if another process looks at its file.
const createTries = 10

// createPartial creates an empty file with access for its owner only, because the copy contains
// personal data, and locks it.
func createPartial(partial string) (*os.File, error) {
	for range createTries {
		f, err := os.OpenFile(partial, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the operator names it
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil, fmt.Errorf("the folder %s does not exist: create it, or choose another file", filepath.Dir(partial))
		case errors.Is(err, fs.ErrExist):
			return nil, fmt.Errorf("%s exists: another backup is writing it", partial)
		case err != nil:
			return nil, err
		}
		// Some file systems have no locks: then no other process removes the file.
		if err := lock(f); !errors.Is(err, unix.EWOULDBLOCK) && isAt(f, partial) {
			return f, nil
		}
		if err := f.Close(); err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("%s is removed by other processes: run the backup again", partial)
}

// removeStale removes what backups have left that were killed: of the same name as file, and of the
// names in its folder for which isOther returns true, which may be nil. It leaves those that a
// process is writing.
func removeStale(file string, isOther func(name string) bool) error {
	folder := filepath.Dir(file)
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // createPartial reports it
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), partialSuffix)
		if !ok || !e.Type().IsRegular() || name != filepath.Base(file) && (isOther == nil || !isOther(name)) {
			continue
		}
		if err := removeUnlocked(filepath.Join(folder, e.Name())); err != nil {
			return fmt.Errorf("removing what is left of a backup that did not end: %w", err)
		}
	}
	return nil
}

// removeUnlocked removes the file unless a process has its lock.
func removeUnlocked(name string) (err error) {
	f, err := os.OpenFile(name, os.O_RDWR, 0) //nolint:gosec // a file next to the one that the operator names
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if lock(f) != nil || !isAt(f, name) {
		return nil
	}
	return os.Remove(name)
}

// lock locks the file for this process. It does not wait.
func lock(f *os.File) error { return unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) }

// isAt reports whether the name still leads to the open file.
func isAt(f *os.File, name string) bool {
	opened, err := f.Stat()
	if err != nil {
		return false
	}
	now, err := os.Lstat(name)
	return err == nil && os.SameFile(opened, now)
}
