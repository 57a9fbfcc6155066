package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// prune deletes the oldest backups until keep are left, and returns their names. It never deletes
// the newest one, which was just written, or a later one, and leaves files that are not regular. It
// also leaves those that a server uses, or has used and not closed, which have a -wal file, and
// returns an error for them.
func (b backups) prune(newest string, keep int) (deleted []string, err error) {
	limit, _ := b.timeOf(filepath.Base(newest))
	entries, err := os.ReadDir(b.folder)
	if err != nil {
		return nil, err
	}
	type backup struct {
		name string
		at   time.Time
	}
	var older []backup
	for _, e := range entries {
		if at, ok := b.timeOf(e.Name()); ok && e.Type().IsRegular() && at.Before(limit) {
			older = append(older, backup{filepath.Join(b.folder, e.Name()), at})
		}
	}
	slices.SortFunc(older, func(a, b backup) int { return b.at.Compare(a.at) })
	var left []error
	for _, o := range older[min(keep-1, len(older)):] {
		used, err := isInUse(o.name)
		if err == nil && used {
			err = fmt.Errorf("%s was not deleted: a file next to it shows that it is used as a database", o.name)
		} else if err == nil {
			err = os.Remove(o.name)
		}
		if err != nil {
			left = append(left, err)
			continue
		}
		deleted = append(deleted, o.name)
	}
	return deleted, errors.Join(left...)
}

// isInUse reports whether SQLite has files next to the database.
func isInUse(name string) (bool, error) {
	for _, ending := range []string{"-wal", "-journal"} {
		switch _, err := os.Lstat(name + ending); {
		case err == nil:
			return true, nil
		case !errors.Is(err, fs.ErrNotExist):
			return false, err
		}
	}
	return false, nil
}
