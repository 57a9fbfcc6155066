package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"contactgraph/internal/database/dialect"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	// indexLock is the key of the advisory lock of the process that changes indexes. It differs
	// from migrationLock, so that others can start meanwhile.
	indexLock = migrationLock + 1
	// indexPoll is how often a process looks whether another one has finished.
	indexPoll = 300 * time.Millisecond
	// cleanUpLimit is how long the removal of an index may take that could not be created.
	cleanUpLimit = 30 * time.Second
)

// The statements of a migration outside of a transaction. They have no IF NOT EXISTS: createIndex
// looks for the index itself, because Citus makes an index invalid that exists
// (https://github.com/citusdata/citus/issues/8338). They have IF EXISTS, because an interrupted
// DROP may have dropped the index on some servers of Citus only.
var (
	createsIndex = regexp.MustCompile(`^CREATE (?:UNIQUE )?INDEX CONCURRENTLY "(\w+)" ON "(\w+)" \(.+\)`)
	dropsIndex   = regexp.MustCompile(`^DROP INDEX CONCURRENTLY IF EXISTS "(\w+)"$`)
)

// IndexesConcurrently is true.
func (Dialect) IndexesConcurrently() bool { return true }

// AloneWithIndexes runs fn while this process has the lock of the indexes.
//
// The lock belongs to a transaction, as PgBouncer requires, in which nothing else runs, because
// CREATE INDEX CONCURRENTLY waits for the end of each transaction that has a snapshot: the simple
// protocol drops that of the statement at its end. For the same reason no process waits for the
// lock in a transaction: the two would wait for each other.
func (d Dialect) AloneWithIndexes(ctx context.Context, writer *sql.DB, fn func(context.Context, dialect.IndexRunner) error) error {
	for {
		tx, err := writer.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
		if err != nil {
			return err
		}
		locked := false
		if _, err = tx.ExecContext(ctx, "SET LOCAL idle_in_transaction_session_timeout = 0"); err == nil {
			err = tx.QueryRowContext(ctx, "SELECT pg_try_advisory_xact_lock($1)", pgx.QueryExecModeSimpleProtocol, int64(indexLock)).Scan(&locked)
		}
		if locked {
			err = fn(ctx, func(ctx context.Context, statement string) error { return runIndex(ctx, writer, statement) })
		}
		tx.Rollback() //nolint:errcheck // it has changed nothing, and its lock ends with the connection at the latest
		if locked || err != nil {
			return err
		}
		if err := pause(ctx); err != nil {
			return err
		}
	}
}

func pause(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(indexPoll):
		return nil
	}
}

// runIndex runs a statement that creates or drops an index, on a connection that waits for locks
// and for the statement as long as they take.
func runIndex(ctx context.Context, writer *sql.DB, statement string) (err error) {
	statement = strings.TrimSuffix(strings.TrimSpace(statement), ";")
	create, drop := createsIndex.FindStringSubmatch(statement), dropsIndex.FindStringSubmatch(statement)
	if create == nil && drop == nil {
		return fmt.Errorf("a migration outside of a transaction can only create and drop indexes concurrently, and has %q", statement)
	}
	conn, err := writer.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	restore, err := withoutTimeouts(ctx, conn)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, restore()) }()
	if drop != nil {
		_, err = conn.ExecContext(ctx, statement)
		return err
	}
	return createIndex(ctx, conn, create[1], create[2], statement)
}

// withoutTimeouts turns off the timeouts of the connection, which may be set for the role, until
// restore is called. Behind a pooler it does nothing, because the next statement may run on another
// connection.
func withoutTimeouts(ctx context.Context, conn *sql.Conn) (restore func() error, err error) {
	var seen, pid uint32
	err = conn.Raw(func(c any) error {
		seen = c.(*stdlib.Conn).Conn().PgConn().PID() //nolint:forcetypeassert // pool opens no others
		return nil
	})
	if err == nil {
		err = conn.QueryRowContext(ctx, "SELECT pg_backend_pid()").Scan(&pid)
	}
	if err != nil || pid != seen {
		return func() error { return nil }, err
	}
	for _, name := range []string{"statement_timeout", "lock_timeout"} {
		if _, err := conn.ExecContext(ctx, "SET "+name+" = 0"); err != nil {
			return nil, err
		}
	}
	return func() error {
		if ctx.Err() != nil {
			return nil //nolint:nilerr // the connection is closed
		}
		_, err := conn.ExecContext(ctx, "RESET statement_timeout")
		if err == nil {
			_, err = conn.ExecContext(ctx, "RESET lock_timeout")
		}
		return err
	}, nil
}

// createIndex runs the statement unless the table has the index. An index that a process was
// creating when it ended is invalid: it is dropped, and created again, but not while the server
// still runs the statement of that process.
func createIndex(ctx context.Context, conn *sql.Conn, name, table, statement string) error {
	for {
		valid, running, err := stateOfIndex(ctx, conn, name, table)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			if _, err = conn.ExecContext(ctx, statement); err != nil {
				return errors.Join(fmt.Errorf("creating the index %s of the table %s: %w", name, table, err), cleanUp(ctx, conn, name, table))
			}
			return nil
		case err != nil || valid:
			return err
		case running:
			err = pause(ctx)
		default:
			err = dropInvalid(ctx, conn, name)
		}
		if err != nil {
			return err
		}
	}
}

// stateOfIndex reports whether the index of the table is valid, and if not, whether the server is
// creating it. Its error is sql.ErrNoRows if there is no index.
func stateOfIndex(ctx context.Context, conn *sql.Conn, name, table string) (valid, running bool, err error) {
	err = conn.QueryRowContext(ctx, `SELECT i.indisvalid, EXISTS (SELECT 1 FROM pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid)
		FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = to_regclass($1) AND c.relname = $2`, table, name).Scan(&valid, &running)
	return valid, running, err
}

func dropInvalid(ctx context.Context, conn *sql.Conn, name string) error {
	if _, err := conn.ExecContext(ctx, `DROP INDEX CONCURRENTLY IF EXISTS "`+name+`"`); err != nil {
		return fmt.Errorf("dropping the index %s, which was not completed: %w", name, err)
	}
	return nil
}

// cleanUp drops an index that could not be created: it costs each write time, and a unique one
// refuses rows.
func cleanUp(ctx context.Context, conn *sql.Conn, name, table string) error {
	if ctx.Err() != nil {
		return nil // the next run drops it
	}
	ctx, cancel := context.WithTimeout(ctx, cleanUpLimit)
	defer cancel()
	valid, running, err := stateOfIndex(ctx, conn, name, table)
	if err != nil || valid || running {
		return nil // the error before explains what went wrong
	}
	return dropInvalid(ctx, conn, name)
}
