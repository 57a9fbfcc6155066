package database

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"contactgraph/internal/database/dialect"
	"contactgraph/internal/dberr"
)

// The reasons that Health gives. Their texts are public: /readyz shows them.
var (
	errCommitFailed = errors.New("a commit has failed, so the server rejects all writes: restart it")
	errFilesGone    = errors.New("the files of the database were deleted or replaced, so the server rejects all writes: see its log")
	errCorrupt      = errors.New("the database is corrupt: see the log of the server")
	errUnwritable   = errors.New("the database cannot be written: see the log of the server")
)

// Health returns why the database should not be used, nil if it can be. The text is public. It runs
// no statement: see Ping.
func (db *DB) Health() error {
	reason, stopped := errors.AsType[stopError](db.stopped())
	switch {
	case stopped:
		return reason.public
	case db.corrupt.Load():
		return errCorrupt
	case db.unwritable.Load():
		return errUnwritable
	}
	return nil
}

// Ping fails if the database does not answer, or writing has stopped.
func (db *DB) Ping(ctx context.Context) error {
	if err := db.stopped(); err != nil {
		return err
	}
	var one int
	if err := db.conn.Readers.QueryRowContext(ctx, "SELECT 1").Scan(&one); err != nil {
		return fmt.Errorf("reaching the database: %w", db.classify(err))
	}
	return nil
}

// stopError is why writing has stopped.
type stopError struct{ public, cause error }

// Error returns the cause.
func (e stopError) Error() string { return e.cause.Error() }

// Unwrap returns the cause.
func (e stopError) Unwrap() error { return e.cause }

// stop ends all writing because of cause. Only a restart of the process finds out what is on the
// disk. advice is what the operator should do.
func (db *DB) stop(public, cause error, advice string) {
	err := fmt.Errorf("%w: writes are rejected until the server is restarted: %w", dberr.ErrUnavailable, stopError{public, cause})
	if db.failure.CompareAndSwap(nil, &err) {
		db.log.ErrorContext(context.Background(), "writes are rejected: "+advice, slog.Any("error", cause))
	}
}

// stopped returns why writing has stopped, nil if it has not.
func (db *DB) stopped() error {
	if err := db.failure.Load(); err != nil {
		return *err
	}
	return nil
}

// checkFiles stops writing if the files of the database are no longer those that were opened.
// Nothing that is written to the old ones would be there after a restart.
func (db *DB) checkFiles() error {
	if db.conn.FilesChanged == nil {
		return nil
	}
	err := db.conn.FilesChanged()
	if err != nil {
		db.stop(errFilesGone, err, "a file of the database was deleted or replaced while the server was running. "+
			"Stop the server with SIGTERM; if the file was moved, move it back, and if it is lost, restore a backup; then start the server")
	}
	return err
}

// classify lets dberr classify an error of a statement, and reports damage of the database.
func (db *DB) classify(err error) error {
	if dberr.IsCorrupt(err) && db.corrupt.CompareAndSwap(false, true) {
		db.log.ErrorContext(context.Background(), "the database is corrupt, and the server is no longer ready: "+
			"stop it, keep a copy of the database, and restore a backup", slog.Any("error", err))
	}
	return dberr.Classify(err)
}

// verify looks for damage in the database.
func verify(ctx context.Context, c *dialect.Connection, o Options) error {
	if o.VerifyFor == 0 {
		return nil
	}
	limited, cancel := context.WithTimeout(ctx, o.VerifyFor)
	defer cancel()
	err := c.Dialect.Verify(limited, c.Writer)
	switch {
	case err == nil:
		return nil
	case limited.Err() != nil && ctx.Err() == nil:
		o.Logger.InfoContext(ctx, "the check of the database for damage was stopped before it was complete, because it took too long",
			slog.Duration("after", o.VerifyFor))
		return nil
	case dberr.IsCorrupt(err) && o.AllowCorrupt:
		o.Logger.WarnContext(ctx, "the database is corrupt, and is used regardless", slog.Any("error", err))
		return nil
	}
	return err
}

// explainCorrupt adds what the operator can do about damage that keeps the database from being
// opened.
func explainCorrupt(name string, o Options, err error) error {
	if !dberr.IsCorrupt(err) {
		return err
	}
	regardless := ""
	if !o.AllowCorrupt {
		regardless = "; to start the server regardless, to read what is left, set --allow-corrupt"
	}
	return fmt.Errorf("the database %s is corrupt: stop everything that uses it, keep a copy of its files, and restore a backup "+
		"by setting --database to it%s: %w", name, regardless, err)
}
