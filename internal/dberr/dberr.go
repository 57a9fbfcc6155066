// Package dberr says what an error of the database means, on either engine, so that no other package has to know a driver's
// errors: whether a key was taken, whether the request may be tried again, whether it is known what became of it.
package dberr

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/mattn/go-sqlite3"
)

// What internal/database fails with when nothing is wrong with a request.
var (
	// ErrUnavailable: the database cannot be reached, or takes no more work for now. Nothing has happened; the same request
	// may succeed later.
	ErrUnavailable = errors.New("the database is not available")
	// ErrUnknown: the commit failed, and whether the write took effect is unknown. A retry is safe with the version that the
	// first attempt expected.
	ErrUnknown = errors.New("the commit failed: whether the write took effect is unknown")
)

// SQLSTATE codes of PostgreSQL: https://www.postgresql.org/docs/15/errcodes-appendix.html.
const (
	uniqueViolation      = "23505"
	foreignKeyViolation  = "23503"
	serializationFailure = "40001"
	deadlockDetected     = "40P01"
	inFailedTransaction  = "25P02"
	tooManyConnections   = "53300"
	cannotConnectNow     = "57P03"
	adminShutdown        = "57P01"
	crashShutdown        = "57P02"
	readOnlyTransaction  = "25006" // of a server that is a standby
	connectionException  = "08"    // a class
	integrityViolation   = "23"    // a class
)

// Key is a unique key, as each engine names it: PostgreSQL by its index, SQLite by the last of its columns.
type Key struct{ Index, Column string }

// TakenBy reports whether err says that the key is taken.
func (k Key) TakenBy(err error) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.Code == uniqueViolation && constraint(pg) == k.Index
	}
	lite, ok := errors.AsType[sqlite3.Error](err)
	return ok && isUnique(lite) && strings.Contains(lite.Error(), k.Column) // it tells columns, and only in the text
}

// IsUnique reports whether err says that a unique key is taken.
func IsUnique(err error) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.Code == uniqueViolation
	}
	lite, ok := errors.AsType[sqlite3.Error](err)
	return ok && isUnique(lite)
}

func isUnique(err sqlite3.Error) bool {
	return err.ExtendedCode == sqlite3.ErrConstraintUnique || err.ExtendedCode == sqlite3.ErrConstraintPrimaryKey
}

// IsForeignKey reports whether err says that a row would refer to one that is not there.
func IsForeignKey(err error) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.Code == foreignKeyViolation
	}
	lite, ok := errors.AsType[sqlite3.Error](err)
	return ok && lite.ExtendedCode == sqlite3.ErrConstraintForeignKey
}

// ofShard is where Citus, in an error that it hands on from a worker, names a constraint: with the number of the shard behind
// the name, and in the message only.
var ofShard = regexp.MustCompile(`constraint "([^"]+)_\d+"`)

// constraint is the name of the violated constraint.
func constraint(err *pgconn.PgError) string {
	if m := ofShard.FindStringSubmatch(err.Message); err.ConstraintName == "" && m != nil {
		return m[1]
	}
	return err.ConstraintName
}

// Raced marks an error that comes of another transaction's having been faster: the write should be run again, and err is its
// outcome only if that does not help.
func Raced(err error) error { return racedError{err} }

type racedError struct{ error }

func (r racedError) Unwrap() error { return r.error }

// IsConflict reports whether the transaction lost against another one that ran at the same time, so that running it again is
// right: a serialization failure, a deadlock, or what Raced has marked.
func IsConflict(err error) bool {
	_, raced := errors.AsType[racedError](err)
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return raced || ok && (pg.Code == serializationFailure || pg.Code == deadlockDetected)
}

// IsAborted reports whether a statement was refused, or a commit made a rollback, because an earlier statement of the
// transaction had failed.
func IsAborted(err error) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && pg.Code == inFailedTransaction || errors.Is(err, pgx.ErrTxCommitRollback)
}

// Classify makes ErrUnavailable of an error that is about reaching the database rather than about the request; others it
// returns as they are. The original stays in the chain.
func Classify(err error) error {
	if err == nil || errors.Is(err, ErrUnavailable) || !isUnavailable(err) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, err)
}

func isUnavailable(err error) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch pg.Code {
		case tooManyConnections, cannotConnectNow, adminShutdown, crashShutdown, readOnlyTransaction,
			serializationFailure, deadlockDetected: // again and again
			return true
		}
		return strings.HasPrefix(pg.Code, connectionException)
	}
	if lite, ok := errors.AsType[sqlite3.Error](err); ok {
		return lite.Code == sqlite3.ErrBusy || lite.Code == sqlite3.ErrFull
	}
	_, connecting := errors.AsType[*pgconn.ConnectError](err)
	_, network := errors.AsType[net.Error](err) // a deadline, too
	return connecting || network || errors.Is(err, pgconn.ErrConnClosed) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// IsRolledBack reports whether the error of a commit says that nothing was committed: an earlier statement had failed, a
// rule that is checked at the end did, or SQLite had no room for the pages that end with the mark of the commit.
func IsRolledBack(err error) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return strings.HasPrefix(pg.Code, integrityViolation) || IsConflict(err) || IsAborted(err)
	}
	lite, ok := errors.AsType[sqlite3.Error](err)
	return IsAborted(err) || ok && (lite.Code == sqlite3.ErrFull || lite.Code == sqlite3.ErrBusy || lite.Code == sqlite3.ErrConstraint)
}
