package sqlite

import (
	"errors"
	"syscall"

	"contactgraph/internal/database/dialect"

	"github.com/mattn/go-sqlite3"
)

// Diagnose reads SQLite's result codes: https://www.sqlite.org/rescode.html. SQLite names the
// columns of a unique key, and only in its message. A commit that cannot write its pages, which end
// with the mark of the commit, is rolled back: because there is no room, or because the file system
// has become read-only.
func (Dialect) Diagnose(err error) (dialect.Fault, bool) {
	if errors.Is(err, errDamaged) {
		return dialect.Fault{Corrupt: true}, true
	}
	lite, ok := errors.AsType[sqlite3.Error](err)
	if !ok {
		return dialect.Fault{}, false
	}
	fault := dialect.Fault{
		Unique:      lite.ExtendedCode == sqlite3.ErrConstraintUnique || lite.ExtendedCode == sqlite3.ErrConstraintPrimaryKey,
		ForeignKey:  lite.ExtendedCode == sqlite3.ErrConstraintForeignKey,
		Corrupt:     lite.Code == sqlite3.ErrCorrupt || lite.Code == sqlite3.ErrNotADB,
		Unavailable: lite.Code == sqlite3.ErrBusy || lite.Code == sqlite3.ErrFull || isReadOnly(lite),
	}
	fault.RolledBack = fault.Unavailable || lite.Code == sqlite3.ErrConstraint
	if fault.Unique {
		fault.Columns = lite.Error()
	}
	return fault, true
}

// isReadOnly reports whether SQLite could not write to an open file because its file system has
// become read-only. An error of fsync is not among these: after it, the outcome is unknown.
func isReadOnly(err sqlite3.Error) bool {
	return (err.ExtendedCode == sqlite3.ErrIoErrWrite || err.ExtendedCode == sqlite3.ErrIoErrTruncate) && err.SystemErrno == syscall.EROFS
}
