package database

import (
	"context"
	"database/sql"
	"errors"

	"contactgraph/internal/database/dialect"
	"contactgraph/internal/dberr"

	entsql "entgo.io/ent/dialect/sql"
)

// transaction is the transaction of a batch of writes, as ent sees it. A write that is guarded can
// be undone alone: its first statement that changes something sets a savepoint. Most writes that
// fail do so before, and cost none.
type transaction struct {
	engine   dialect.Transaction
	ent      entsql.Conn     // engine, as ent's statements use it
	ctx      context.Context //nolint:containedctx // of the commit: that of the beginning, as in database/sql
	observe  func(ctx context.Context, statement string)
	classify func(error) error
	system   string // the name of the engine, for spans
	dog      *watchdog
	state    guardState
	broken   bool           // a statement failed outside a savepoint: PostgreSQL takes no more
	last     []dialect.Step // to run with the commit
}

// guardState is how far a guarded write is.
type guardState int

const (
	unguarded guardState = iota
	guarded              // has changed nothing so far
	saved                // has set its savepoint
)

// Statements of a guarded write.
const (
	setSavepoint     = "SAVEPOINT w"
	undoToSavepoint  = "ROLLBACK TO SAVEPOINT w"
	releaseSavepoint = "RELEASE SAVEPOINT w"
)

// Query runs a query of ent.
func (t *transaction) Query(ctx context.Context, query string, args, v any) error {
	if err := t.before(ctx, query); err != nil {
		return err
	}
	span := beginStatement(ctx, t.system, query)
	err := t.after(classifyRows(t.classify, t.ent.Query(ctx, query, args, v), v, func() {}))
	endSpan(span, err)
	return err
}

// Exec runs a statement of ent.
func (t *transaction) Exec(ctx context.Context, query string, args, v any) error {
	if err := t.before(ctx, query); err != nil {
		return err
	}
	span := beginStatement(ctx, t.system, query)
	err := t.after(t.classify(t.ent.Exec(ctx, query, args, v)))
	endSpan(span, err)
	return err
}

// QueryContext runs a query that is written by hand.
func (t *transaction) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := t.before(ctx, query); err != nil {
		return nil, err
	}
	span := beginStatement(ctx, t.system, query)
	rows, err := t.engine.QueryContext(ctx, query, args...)
	err = t.after(t.classify(err))
	endSpan(span, err)
	return rows, err
}

// ExecContext runs a statement that is written by hand.
func (t *transaction) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := t.before(ctx, query); err != nil {
		return nil, err
	}
	span := beginStatement(ctx, t.system, query)
	result, err := t.engine.ExecContext(ctx, query, args...)
	err = t.after(t.classify(err))
	endSpan(span, err)
	return result, err
}

// run runs steps. It sets no savepoint: they serve all writes of the transaction, or only read.
func (t *transaction) run(ctx context.Context, steps []dialect.Step) error {
	if len(steps) == 0 {
		return nil
	}
	for _, s := range steps {
		t.observe(ctx, s.Statement)
	}
	t.dog.reset()
	span := beginSteps(ctx, t.system, "", steps)
	err := t.after(t.classify(markRaced(t.engine.Run(ctx, steps))))
	endSpan(span, err)
	return err
}

// Commit runs the last steps and commits.
func (t *transaction) Commit() error {
	for _, s := range t.last {
		t.observe(t.ctx, s.Statement)
	}
	t.dog.reset()
	span := beginSteps(t.ctx, t.system, "COMMIT", t.last)
	err := markRaced(t.engine.Commit(t.ctx, t.last))
	endSpan(span, err)
	return err
}

// Rollback undoes the transaction.
func (t *transaction) Rollback() error {
	t.dog.reset()
	return t.engine.Rollback(t.ctx)
}

// markRaced marks the error of a step that may race, if another transaction may have caused it.
func markRaced(err error) error {
	failed, ok := errors.AsType[dialect.StepError](err)
	if ok && failed.Step.MayRace && (dberr.IsUnique(err) || dberr.IsForeignKey(err)) {
		return dberr.Raced(err)
	}
	return err
}

// before sets the savepoint if the statement is the first of a guarded write that changes
// something.
func (t *transaction) before(ctx context.Context, statement string) error {
	t.observe(ctx, statement)
	t.dog.reset()
	if t.state != guarded || !changesRows(statement) {
		return nil
	}
	if _, err := t.engine.ExecContext(ctx, setSavepoint); err != nil {
		return t.after(t.classify(err))
	}
	t.state = saved
	return nil
}

// after notes whether the transaction can still be used.
func (t *transaction) after(err error) error {
	if err != nil && t.state != saved {
		t.broken = true
	}
	return err
}

// guard makes the statements that follow one write that can be undone alone.
func (t *transaction) guard() { t.state = guarded }

// release ends the guarded write, and undoes it if it has failed. An error of release ends the
// whole transaction.
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
		if _, err := t.engine.ExecContext(ctx, undoToSavepoint); err != nil {
			return t.classify(err)
		}
	}
	if _, err := t.engine.ExecContext(ctx, releaseSavepoint); err != nil {
		return t.classify(err)
	}
	return nil
}
