package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"contactgraph/internal/database/dialect"
)

// Begin begins a transaction, which locks the file for writing.
func (Dialect) Begin(ctx context.Context, writer *sql.DB) (dialect.Transaction, error) {
	tx, err := writer.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	return transaction{tx}, nil
}

// transaction runs each step by itself: there is no network between them to save.
type transaction struct{ *sql.Tx }

func (t transaction) Run(ctx context.Context, steps []dialect.Step) error {
	for _, s := range steps {
		if err := t.step(ctx, s); err != nil {
			return dialect.StepError{Step: s, Err: err}
		}
	}
	return nil
}

func (t transaction) step(ctx context.Context, s dialect.Step) (err error) {
	if s.Row == nil {
		result, err := t.ExecContext(ctx, s.Statement, s.Args...)
		if err != nil || s.Ran == nil {
			return err
		}
		n, err := result.RowsAffected()
		if err != nil {
			return err
		}
		return s.Ran(n)
	}
	rows, err := t.QueryContext(ctx, s.Statement, s.Args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Err(), rows.Close()) }()
	for rows.Next() {
		if err := s.Row(rows.Scan); err != nil {
			return err
		}
	}
	return nil
}

func (t transaction) Commit(ctx context.Context, last []dialect.Step) error {
	if err := t.Run(ctx, last); err != nil {
		return err
	}
	return t.Tx.Commit()
}

func (t transaction) Rollback(context.Context) error { return t.Tx.Rollback() }

// Exclusive runs fn in a transaction, which locks out every other writer. Foreign keys are off
// meanwhile: rebuilding a table drops the old one, which would cascade into the rows that refer to
// it.
func (Dialect) Exclusive(ctx context.Context, writer *sql.DB, fn func(context.Context, *sql.Tx) error) (err error) {
	conn, err := writer.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if _, err := conn.ExecContext(ctx, "PRAGMA foreign_keys = OFF"); err != nil {
		return err
	}
	defer func() {
		_, onErr := conn.ExecContext(ctx, "PRAGMA foreign_keys = ON")
		err = errors.Join(err, onErr)
	}()
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to roll back, and before it err says why
	if err := fn(ctx, tx); err != nil {
		return err
	}
	return tx.Commit()
}
