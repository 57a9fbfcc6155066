package database

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"contactgraph/internal/dberr"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
)

// errReadOnly is the error of a write through Client.
var errReadOnly = errors.New("a readonly connection: writes go through store.Write")

// reader is what Client talks to: the engine, as far as it reads, with errors that dberr has classified.
type readDriver struct {
	*entsql.Driver

	observe func(ctx context.Context, statement string)
	limit   time.Duration // of a query, until its rows are closed; 0 for none
}

func (r *readDriver) Query(ctx context.Context, query string, args, v any) error {
	if changes(query) {
		return errReadOnly
	}
	r.observe(ctx, query)
	ctx, cancel := within(ctx, r.limit)
	if list, ok := args.([]any); ok {
		args = r.searchable(list)
	}
	err := classified(r.Driver.Query(ctx, query, args, v), v, cancel)
	if err != nil {
		cancel()
	}
	return err
}

// QueryContext runs a statement that is written by hand.
func (r *readDriver) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if changes(query) {
		return nil, errReadOnly
	}
	r.observe(ctx, query)
	rows, err := r.Driver.QueryContext(ctx, query, r.searchable(args)...)
	return rows, dberr.Classify(err)
}

// searchable makes PostgreSQL find nothing by text that it cannot hold, as SQLite does, where it would fail.
func (r *readDriver) searchable(args []any) []any {
	if r.Dialect() != dialect.Postgres {
		return args
	}
	for i, a := range args {
		if text, ok := a.(string); ok && (strings.Contains(text, "\x00") || !utf8.ValidString(text)) {
			args = slices.Clone(args)
			args[i] = matchesNothing
		}
	}
	return args
}

// matchesNothing is longer than any text that rows are looked up by, and comes late in any order.
var matchesNothing = strings.Repeat(string(unicode.ReplacementChar), 1<<12)

// ExecContext fails.
func (*readDriver) ExecContext(context.Context, string, ...any) (sql.Result, error) {
	return nil, errReadOnly
}

func (*readDriver) Exec(context.Context, string, any, any) error { return errReadOnly }

func (*readDriver) Tx(context.Context) (dialect.Tx, error) { return nil, errReadOnly }

// changes reports whether a statement does more than read. INSERT … RETURNING is a query, too.
func changes(statement string) bool { return !strings.HasPrefix(statement, "SELECT") }

// classified lets dberr classify the error of a query, and those that its rows may end with. When they are closed it calls
// closed.
func classified(err error, v any, closed func()) error {
	if rows, ok := v.(*entsql.Rows); ok && err == nil {
		rows.ColumnScanner = scanner{rows.ColumnScanner, closed}
	}
	return dberr.Classify(err)
}

type scanner struct {
	entsql.ColumnScanner

	closed func()
}

func (s scanner) Close() error {
	defer s.closed()
	return s.ColumnScanner.Close()
}

func (s scanner) Err() error { return dberr.Classify(s.ColumnScanner.Err()) }

// begin is what a writer's ent client talks to. It begins transactions and does nothing beside them.
type writeDriver struct {
	*entsql.Driver

	observe func(ctx context.Context, statement string)
	dog     *watchdog    // of the next transaction
	tx      *transaction // the latest one
}

// Tx begins a transaction.
func (b *writeDriver) Tx(ctx context.Context) (dialect.Tx, error) {
	var s stepper = newPipeline(b.DB())
	if b.Dialect() != dialect.Postgres {
		tx, err := b.DB().BeginTx(ctx, nil)
		if err != nil {
			return nil, dberr.Classify(err)
		}
		s = oneByOne{tx}
	}
	b.tx = &transaction{stepper: s, ent: entsql.Conn{ExecQuerier: s}, ctx: ctx, observe: b.observe, dog: b.dog}
	return b.tx, nil
}

type execQuerier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// transaction is that of a batch of writes. A write that is guarded can be undone alone: its first statement that changes
// anything opens a savepoint. Most writes that fail do so before, and cost none.
type transaction struct {
	stepper

	ent     entsql.Conn     // the same, as ent talks to it
	ctx     context.Context //nolint:containedctx // of the commit: that of the beginning, as in database/sql
	observe func(ctx context.Context, statement string)
	dog     *watchdog
	state   guard
	broken  bool   // a statement failed outside a savepoint: PostgreSQL takes no more until the transaction ends
	last    []step // what is left to do before the commit
}

type guard int

const (
	unguarded guard = iota
	guarded         // and nothing is changed so far
	saved           // behind a savepoint
)

// Statements of a guarded write.
const (
	setSavepoint     = "SAVEPOINT w"
	undoToSavepoint  = "ROLLBACK TO SAVEPOINT w"
	releaseSavepoint = "RELEASE SAVEPOINT w"
)

func (t *transaction) Query(ctx context.Context, query string, args, v any) error {
	if err := t.before(ctx, query); err != nil {
		return err
	}
	return t.after(classified(t.ent.Query(ctx, query, args, v), v, func() {}))
}

func (t *transaction) Exec(ctx context.Context, query string, args, v any) error {
	if err := t.before(ctx, query); err != nil {
		return err
	}
	return t.after(dberr.Classify(t.ent.Exec(ctx, query, args, v)))
}

func (t *transaction) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := t.before(ctx, query); err != nil {
		return nil, err
	}
	rows, err := t.stepper.QueryContext(ctx, query, args...)
	return rows, t.after(dberr.Classify(err))
}

func (t *transaction) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := t.before(ctx, query); err != nil {
		return nil, err
	}
	result, err := t.stepper.ExecContext(ctx, query, args...)
	return result, t.after(dberr.Classify(err))
}

// run runs the steps. None is a guarded write's own.
func (t *transaction) run(ctx context.Context, steps []step) error {
	if len(steps) == 0 {
		return nil
	}
	for _, s := range steps {
		t.observe(ctx, s.statement)
	}
	t.dog.reset()
	return t.after(dberr.Classify(t.stepper.run(ctx, steps)))
}

// Commit does what is left to do, and commits.
func (t *transaction) Commit() error {
	for _, s := range t.last {
		t.observe(t.ctx, s.statement)
	}
	t.dog.reset()
	return t.commit(t.ctx, t.last)
}

// Rollback undoes all.
func (t *transaction) Rollback() error {
	t.dog.reset()
	return t.rollback(t.ctx)
}

// before opens the savepoint if the statement is the first of a guarded write that changes anything.
func (t *transaction) before(ctx context.Context, statement string) error {
	t.observe(ctx, statement)
	t.dog.reset()
	if t.state != guarded || !changes(statement) {
		return nil
	}
	if _, err := t.stepper.ExecContext(ctx, setSavepoint); err != nil {
		return t.after(dberr.Classify(err))
	}
	t.state = saved
	return nil
}

// after notes that the transaction is beyond use.
func (t *transaction) after(err error) error {
	if err != nil && t.state != saved {
		t.broken = true
	}
	return err
}

// guard makes what follows one write that can be undone alone.
func (t *transaction) guard() { t.state = guarded }

// release ends the guarded write, undoing it if it has failed. It fails if the whole transaction has to go.
func (t *transaction) release(ctx context.Context, failed bool) error {
	state := t.state
	t.state = unguarded
	if t.broken {
		return errBroken
	}
	if state != saved {
		return nil
	}
	if failed {
		if _, err := t.stepper.ExecContext(ctx, undoToSavepoint); err != nil {
			return dberr.Classify(err)
		}
	}
	if _, err := t.stepper.ExecContext(ctx, releaseSavepoint); err != nil {
		return dberr.Classify(err)
	}
	return nil
}
