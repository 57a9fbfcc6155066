package postgres

import (
	"errors"
	"regexp"
	"strings"

	"contactgraph/internal/database/dialect"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// SQLSTATE codes: https://www.postgresql.org/docs/15/errcodes-appendix.html.
const (
	uniqueViolation      = "23505"
	foreignKeyViolation  = "23503"
	serializationFailure = "40001"
	deadlockDetected     = "40P01"
	lockNotAvailable     = "55P03" // after lock_timeout
	inFailedTransaction  = "25P02"
	tooManyConnections   = "53300"
	cannotConnectNow     = "57P03"
	adminShutdown        = "57P01"
	crashShutdown        = "57P02"
	readOnlyTransaction  = "25006" // of a server that is a standby
	dataCorrupted        = "XX001"
	indexCorrupted       = "XX002"
	connectionException  = "08" // a class
	integrityViolation   = "23" // a class
)

// Diagnose reads SQLSTATE codes, and the errors that pgx has for connections and commits. A
// conflict is unavailability as well: the write has been tried again until then.
func (Dialect) Diagnose(err error) (dialect.Fault, bool) {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return diagnose(pg), true
	}
	if errors.Is(err, pgx.ErrTxCommitRollback) {
		return dialect.Fault{Aborted: true, RolledBack: true}, true
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok || errors.Is(err, pgconn.ErrConnClosed) {
		return dialect.Fault{Unavailable: true}, true
	}
	return dialect.Fault{}, false
}

func diagnose(pg *pgconn.PgError) dialect.Fault {
	fault := dialect.Fault{
		Unique:     pg.Code == uniqueViolation,
		ForeignKey: pg.Code == foreignKeyViolation,
		Conflict:   pg.Code == serializationFailure || pg.Code == deadlockDetected || pg.Code == lockNotAvailable,
		Aborted:    pg.Code == inFailedTransaction,
		Corrupt:    pg.Code == dataCorrupted || pg.Code == indexCorrupted,
	}
	switch pg.Code {
	case tooManyConnections, cannotConnectNow, adminShutdown, crashShutdown, readOnlyTransaction:
		fault.Unavailable = true
	default:
		fault.Unavailable = fault.Conflict || strings.HasPrefix(pg.Code, connectionException)
	}
	if m := ofNode.FindStringSubmatch(pg.Message); m != nil && fault.Unavailable {
		fault.Node = m[1]
	}
	fault.RolledBack = fault.Conflict || fault.Aborted || strings.HasPrefix(pg.Code, integrityViolation)
	if fault.Unique {
		fault.Index = constraint(pg)
	}
	return fault
}

// ofShard finds the constraint in an error that Citus passes on from a worker: only the message
// names it, and with the number of the shard at the end.
var ofShard = regexp.MustCompile(`constraint "([^"]+)_\d+"`)

// ofNode finds the server that the coordinator of Citus cannot reach. Some versions also name the
// user. See https://docs.citusdata.com/en/stable/reference/common_errors.html.
var ofNode = regexp.MustCompile(`^connection to the remote node (?:\S+@)?(\S+:\d+) failed`)

// constraint is the name of the violated constraint.
func constraint(err *pgconn.PgError) string {
	if m := ofShard.FindStringSubmatch(err.Message); err.ConstraintName == "" && m != nil {
		return m[1]
	}
	return err.ConstraintName
}
