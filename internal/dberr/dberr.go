// Package dberr classifies errors of the database, so that no other package has to know the errors
// of a driver: whether a key is taken, whether the request can be tried again, whether its outcome
// is known. What the errors of each engine mean is defined next to the engine, in
// internal/database/sqlite and internal/database/postgres.
//
// Start with ErrUnavailable and ErrUnknown, which the APIs report. The functions are for package
// database, and for the commands that turn a violated constraint into an error of the caller
// (Key.TakenBy, IsUnique, IsForeignKey) or run a write again because of it (Raced).
package dberr

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"contactgraph/internal/database/engines"
)

// Errors of internal/database that are not caused by the request.
var (
	// ErrUnavailable: the database cannot be reached, or accepts no work at the moment. Nothing has
	// changed; the same request may succeed later.
	ErrUnavailable = errors.New("the database is not available")
	// ErrUnknown: the commit failed, and it is unknown whether the write took effect. It is safe to
	// try again with the version that the first attempt expected.
	ErrUnknown = errors.New("the commit failed: whether the write took effect is unknown")
)

// Key is a unique key. Some engines name its index in an error, others the last of its columns.
type Key struct{ Index, Column string }

// TakenBy reports whether err means that the key is taken.
func (k Key) TakenBy(err error) bool {
	fault, _ := engines.Diagnose(err)
	switch {
	case !fault.Unique:
		return false
	case fault.Columns != "":
		return strings.Contains(fault.Columns, k.Column)
	default:
		return fault.Index == k.Index
	}
}

// IsUnique reports whether err means that a unique key is taken.
func IsUnique(err error) bool {
	fault, _ := engines.Diagnose(err)
	return fault.Unique
}

// IsForeignKey reports whether err means that a row would refer to a row that does not exist.
func IsForeignKey(err error) bool {
	fault, _ := engines.Diagnose(err)
	return fault.ForeignKey
}

// Raced marks an error that another transaction caused by being faster: the write should be run
// again, and err is its outcome only if that does not help.
func Raced(err error) error { return racedError{err} }

type racedError struct{ error }

func (r racedError) Unwrap() error { return r.error }

// IsRaced reports whether Raced has marked the error.
func IsRaced(err error) bool {
	_, raced := errors.AsType[racedError](err)
	return raced
}

// IsConflict reports whether the transaction lost against another that ran at the same time, so
// that it should be run again: after a serialization failure, a deadlock, or an error that Raced
// has marked.
func IsConflict(err error) bool {
	fault, _ := engines.Diagnose(err)
	return IsRaced(err) || fault.Conflict
}

// IsAborted reports whether a statement was refused, or a commit turned into a rollback, because an
// earlier statement of the transaction had failed.
func IsAborted(err error) bool {
	fault, _ := engines.Diagnose(err)
	return fault.Aborted
}

// IsRolledBack reports whether the error of a commit means that nothing was committed: because an
// earlier statement had failed, because a rule failed that is checked at the end, or because there
// was no room on the disk.
func IsRolledBack(err error) bool {
	fault, _ := engines.Diagnose(err)
	return fault.RolledBack
}

// IsCorrupt reports whether the stored data are damaged.
func IsCorrupt(err error) bool {
	fault, _ := engines.Diagnose(err)
	return fault.Corrupt
}

// Node returns the server of a cluster that cannot be reached, "" if the error names none.
func Node(err error) string {
	fault, _ := engines.Diagnose(err)
	return fault.Node
}

// Classify adds ErrUnavailable to an error of reaching the database, as opposed to one of the
// request. It returns other errors as they are.
func Classify(err error) error {
	if err == nil || errors.Is(err, ErrUnavailable) || !isUnavailable(err) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, err)
}

func isUnavailable(err error) bool {
	if fault, ok := engines.Diagnose(err); ok {
		return fault.Unavailable
	}
	_, network := errors.AsType[net.Error](err) // a deadline, too
	return network || errors.Is(err, net.ErrClosed) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}
