package schema

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"contactgraph/internal/database/dialect"
)

// incomplete is the version of a row of RevisionsTable that is not a migration: the database is a
// copy of another one that is not complete. The row is not additive, so that no binary opens the
// database, not even one that does not know this meaning.
const incomplete = "incomplete-copy"

// MarkIncomplete marks the database as an incomplete copy. of names what it is a copy of.
func MarkIncomplete(ctx context.Context, tx *sql.Tx, of string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO `+RevisionsTable+`
		(version, description, additive, hash, applied, total, executed_at) VALUES ($1, $2, false, '', 0, 0, $3)`, incomplete, of, time.Now().UTC())
	return err
}

// MarkComplete removes the mark of MarkIncomplete.
func MarkComplete(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, "DELETE FROM "+RevisionsTable+" WHERE version = $1", incomplete)
	return err
}

// IncompleteCopy returns what the database is an incomplete copy of, "" if it is none.
func IncompleteCopy(ctx context.Context, db dialect.Querier) (of string, err error) {
	err = db.QueryRowContext(ctx, "SELECT description FROM "+RevisionsTable+" WHERE version = $1", incomplete).Scan(&of)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return of, err
}

// unknownMigrations returns the error for migrations that this binary does not have and that are
// not additive.
func unknownMigrations(versions []string) error {
	if versions[len(versions)-1] == incomplete {
		return errors.New("it is a copy that is not complete: run contactgraph copy again, which continues it")
	}
	return fmt.Errorf("a newer version of contactgraph has changed it (migration %s): start that version, or restore a backup from before",
		strings.Join(versions, ", "))
}
