package postgres

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"slices"

	"contactgraph/internal/database/dialect"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// Begin returns a transaction that begins with its first statement.
func (Dialect) Begin(_ context.Context, writer *sql.DB) (dialect.Transaction, error) {
	live, end := context.WithCancel(context.Background())
	return &pipeline{db: writer, live: live, end: end}, nil
}

// pipeline is a transaction that waits for answers as rarely as it can, because each wait costs
// more than most statements do. Steps are sent together, with the BEGIN in front of the first one
// and the COMMIT behind the last one.
type pipeline struct {
	db    *sql.DB
	conn  *sql.Conn // nil before it has begun, and after its end
	begun bool
	live  context.Context    //nolint:containedctx // of rows: those that a write leaves open end with the transaction
	end   context.CancelFunc // of live
}

// The transaction reads what is committed, whatever the default of the database is: a write locks
// its contact first, and must then see what the transaction before it did.
const (
	beginStatement    = "BEGIN ISOLATION LEVEL READ COMMITTED"
	commitStatement   = "COMMIT"
	rollbackStatement = "ROLLBACK"
)

func (p *pipeline) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := p.Run(ctx, nil); err != nil {
		return nil, err
	}
	return p.conn.ExecContext(ctx, query, args...)
}

func (p *pipeline) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := p.Run(ctx, nil); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	context.AfterFunc(p.live, cancel)
	return p.conn.QueryContext(ctx, query, args...)
}

// Run runs the steps, behind a BEGIN if there was none yet. As long as none has succeeded, a
// connection that died in the pool is replaced.
func (p *pipeline) Run(ctx context.Context, steps []dialect.Step) (err error) {
	switch {
	case p.begun && p.conn == nil:
		return sql.ErrTxDone
	case p.begun && len(steps) == 0:
		return nil
	case p.begun:
		return p.send(ctx, steps)
	}
	begin := dialect.Step{Statement: beginStatement, Ran: func(int64) error {
		p.begun = true
		return nil
	}}
	steps = slices.Concat([]dialect.Step{begin}, steps)
	for range 3 { // as often as database/sql tries
		if p.conn, err = p.db.Conn(ctx); err != nil {
			return err
		}
		if err = p.send(ctx, steps); err == nil || p.begun || ctx.Err() != nil {
			return err
		}
		err = errors.Join(err, p.putBack())
	}
	return err
}

func (p *pipeline) Commit(ctx context.Context, last []dialect.Step) error {
	if !p.begun && len(last) == 0 {
		return nil
	}
	err := p.Run(ctx, nil) // the BEGIN alone: Run may repeat it, and must not repeat a COMMIT
	if err == nil {
		err = p.Run(ctx, slices.Concat(last, []dialect.Step{{Statement: commitStatement}}))
	}
	if err != nil {
		return err // the caller rolls back
	}
	p.release() //nolint:errcheck // it is committed, whatever happens to the connection
	return nil
}

func (p *pipeline) Rollback(ctx context.Context) (err error) {
	if p.conn == nil {
		return sql.ErrTxDone
	}
	p.end() // a dead connection is closed only when no rows are read from it
	if p.begun {
		_, err = p.conn.ExecContext(ctx, rollbackStatement)
	}
	return errors.Join(err, p.release())
}

// release closes open rows and puts the connection back.
func (p *pipeline) release() error {
	p.end()
	return p.putBack()
}

// putBack returns the connection to the pool, or closes it if it is still in a transaction.
func (p *pipeline) putBack() error {
	conn := p.conn
	p.conn = nil
	err := conn.Raw(func(c any) error {
		if c.(*stdlib.Conn).Conn().PgConn().TxStatus() != idle { //nolint:forcetypeassert // pool opens no others
			return driver.ErrBadConn
		}
		return nil
	})
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) {
		return nil // it is closed already
	}
	return errors.Join(err, conn.Close())
}

// idle is the state of a connection outside a transaction. See
// https://www.postgresql.org/docs/15/protocol-message-formats.html, ReadyForQuery.
const idle = 'I'

// send sends the steps and reads their answers.
func (p *pipeline) send(ctx context.Context, steps []dialect.Step) error {
	return p.conn.Raw(func(c any) (err error) {
		batch := &pgx.Batch{}
		for _, s := range steps {
			batch.Queue(s.Statement, s.Args...)
		}
		results := c.(*stdlib.Conn).Conn().SendBatch(ctx, batch) //nolint:forcetypeassert // pool opens no others
		defer func() {
			if closing := results.Close(); err == nil {
				err = closing
			}
		}()
		for _, s := range steps {
			err := read(results, s)
			if refused(err) && s.Statement != commitStatement || pgconn.SafeToRetry(err) {
				return dialect.StepError{Step: s, Err: err}
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// read reads the answer to a step.
func read(results pgx.BatchResults, s dialect.Step) error {
	if s.Row == nil {
		tag, err := results.Exec()
		switch {
		case err != nil:
			return err
		case s.Statement == commitStatement && tag.String() == rollbackStatement:
			return pgx.ErrTxCommitRollback
		case s.Ran != nil:
			return s.Ran(tag.RowsAffected())
		}
		return nil
	}
	rows, err := results.Query()
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := s.Row(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// refused reports whether the server has refused a statement and continues: nothing behind the
// statement has run. After an error that ends the connection it is unknown how far the server got.
func refused(err error) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && pg.SeverityUnlocalized == "ERROR"
}
