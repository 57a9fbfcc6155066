package database

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"slices"

	"contactgraph/internal/dberr"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// step is a statement that is known before the one in front of it has run, so that both can be sent at once.
type step struct {
	statement string
	args      []any
	row       func(scan func(...any) error) error // takes each row that it finds; nil if it finds none
	ran       func(rows int64) error              // is told how many rows it touched; may be nil
	mayRace   bool                                // another transaction may be faster, and take a key from it
}

// failed is the step's error: marked, if the writes behind it should be run again to see by themselves what has come between.
func (s step) failed(err error) error {
	if s.mayRace && (errors.Is(err, errOvertaken) || dberr.IsUnique(err) || dberr.IsForeignKey(err)) {
		return dberr.Raced(err)
	}
	return err
}

// stepper is a transaction that runs steps, in their order, until one fails.
type stepper interface {
	execQuerier

	run(ctx context.Context, steps []step) error
	// commit runs the last steps and commits. It fails with a stepError if nothing is committed because one of them failed.
	commit(ctx context.Context, last []step) error
	rollback(ctx context.Context) error
}

// stepError says that a step failed, and with it the commit behind it.
type stepError struct{ error }

func (e stepError) Unwrap() error { return e.error }

// oneByOne runs each step by itself: SQLite is not far away.
type oneByOne struct{ *sql.Tx }

func (t oneByOne) run(ctx context.Context, steps []step) error {
	for _, s := range steps {
		if err := t.step(ctx, s); err != nil {
			return s.failed(err)
		}
	}
	return nil
}

func (t oneByOne) step(ctx context.Context, s step) (err error) {
	if s.row == nil {
		result, err := t.ExecContext(ctx, s.statement, s.args...)
		if err != nil || s.ran == nil {
			return err
		}
		n, err := result.RowsAffected()
		if err != nil {
			return err
		}
		return s.ran(n)
	}
	rows, err := t.QueryContext(ctx, s.statement, s.args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Err(), rows.Close()) }()
	for rows.Next() {
		if err := s.row(rows.Scan); err != nil {
			return err
		}
	}
	return nil
}

func (t oneByOne) commit(ctx context.Context, last []step) error {
	if err := t.run(ctx, last); err != nil {
		return stepError{err}
	}
	return t.Commit()
}

func (t oneByOne) rollback(context.Context) error { return t.Rollback() }

// pipeline is a transaction on PostgreSQL that waits for its answers as seldom as it can, because each wait costs more than most
// statements do: steps go out together, with its beginning in front of the first, and its commit behind the last.
type pipeline struct {
	db    *sql.DB
	conn  *sql.Conn // nil before it has begun, and after its end
	begun bool
	live  context.Context    //nolint:containedctx // of rows: those that a write leaves open end with the transaction
	end   context.CancelFunc // of live
}

func newPipeline(db *sql.DB) *pipeline {
	live, end := context.WithCancel(context.Background())
	return &pipeline{db: db, live: live, end: end}
}

// The transaction reads what is committed, whatever a database has as its default: a write locks its contact first, and must
// see what it has waited for.
const (
	beginStatement    = "BEGIN ISOLATION LEVEL READ COMMITTED"
	commitStatement   = "COMMIT"
	rollbackStatement = "ROLLBACK"
)

func (p *pipeline) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := p.run(ctx, nil); err != nil {
		return nil, err
	}
	return p.conn.ExecContext(ctx, query, args...)
}

func (p *pipeline) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := p.run(ctx, nil); err != nil {
		return nil, err
	}
	ctx, _ = endingWith(p.live, ctx) // live does cancel it
	return p.conn.QueryContext(ctx, query, args...)
}

// run begins, if need be, and runs the steps. As long as nothing is begun, a connection that has died in the pool is replaced.
func (p *pipeline) run(ctx context.Context, steps []step) (err error) {
	switch {
	case p.begun && p.conn == nil:
		return sql.ErrTxDone
	case p.begun && len(steps) == 0:
		return nil
	case p.begun:
		return p.send(ctx, steps)
	}
	begin := step{statement: beginStatement, ran: func(int64) error {
		p.begun = true
		return nil
	}}
	steps = slices.Concat([]step{begin}, steps)
	for range 3 { // as often as database/sql tries
		if p.conn, err = p.db.Conn(ctx); err != nil {
			return err
		}
		if err = p.send(ctx, steps); err == nil || p.begun || ctx.Err() != nil {
			return err
		}
		err = errors.Join(err, p.giveBack())
	}
	return err
}

func (p *pipeline) commit(ctx context.Context, last []step) error {
	if !p.begun && len(last) == 0 {
		return nil
	}
	err := p.run(ctx, nil) // by itself: what is begun twice must not be committed twice
	if err == nil {
		err = p.run(ctx, slices.Concat(last, []step{{statement: commitStatement}}))
	}
	if err != nil {
		return err // and to be rolled back
	}
	p.release() //nolint:errcheck // it is committed, whatever becomes of the connection
	return nil
}

func (p *pipeline) rollback(ctx context.Context) (err error) {
	if p.conn == nil {
		return sql.ErrTxDone
	}
	p.end() // a connection that is found dead is closed only when nothing is read from it
	if p.begun {
		_, err = p.conn.ExecContext(ctx, rollbackStatement)
	}
	return errors.Join(err, p.release())
}

// release ends what is still read, and gives the connection back.
func (p *pipeline) release() error {
	p.end()
	return p.giveBack()
}

// giveBack returns the connection to the pool, or closes it if it is still in a transaction.
func (p *pipeline) giveBack() error {
	conn := p.conn
	p.conn = nil
	err := conn.Raw(func(c any) error {
		if c.(*stdlib.Conn).Conn().PgConn().TxStatus() != idle { //nolint:forcetypeassert // poolPostgres opens no others
			return driver.ErrBadConn
		}
		return nil
	})
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) {
		return nil // it is closed already
	}
	return errors.Join(err, conn.Close())
}

// idle is the state of a connection that is in no transaction. See https://www.postgresql.org/docs/15/protocol-message-formats.html,
// ReadyForQuery.
const idle = 'I'

// send sends the steps, and takes their answers.
func (p *pipeline) send(ctx context.Context, steps []step) error {
	return p.conn.Raw(func(c any) (err error) {
		batch := &pgx.Batch{}
		for _, s := range steps {
			batch.Queue(s.statement, s.args...)
		}
		results := c.(*stdlib.Conn).Conn().SendBatch(ctx, batch) //nolint:forcetypeassert // poolPostgres opens no others
		defer func() {
			if closing := results.Close(); err == nil {
				err = closing
			}
		}()
		for _, s := range steps {
			err := s.take(results)
			if answered(err) && s.statement != commitStatement || pgconn.SafeToRetry(err) {
				err = stepError{err}
			}
			if err != nil {
				return s.failed(err)
			}
		}
		return nil
	})
}

// take takes the answer to the step.
func (s step) take(results pgx.BatchResults) error {
	if s.row == nil {
		tag, err := results.Exec()
		switch {
		case err != nil:
			return err
		case s.statement == commitStatement && tag.String() == rollbackStatement:
			return pgx.ErrTxCommitRollback
		case s.ran != nil:
			return s.ran(tag.RowsAffected())
		}
		return nil
	}
	rows, err := results.Query()
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := s.row(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// answered reports whether the server has refused a statement, and goes on: nothing behind the statement has run. What ends the
// connection may come of something in between, and does not tell how far the server got.
func answered(err error) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && pg.SeverityUnlocalized == "ERROR"
}
