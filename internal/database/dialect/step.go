package dialect

import (
	"context"
	"database/sql"
)

// Step is a statement that does not depend on the answers to the steps before it, so that several
// can be sent to a server at once.
type Step struct {
	Statement string
	Args      []any

	// Row is called for each row that the statement returns; nil if it returns none.
	Row func(scan func(...any) error) error
	// Ran is called with the number of rows that the statement changed; may be nil.
	Ran func(rows int64) error
	// MayRace says that another transaction may take a key that the step needs.
	MayRace bool
}

// Transaction runs a batch of writes.
type Transaction interface {
	Execer
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)

	// Run runs the steps in their order until one fails.
	Run(ctx context.Context, steps []Step) error
	// Commit runs the last steps and commits. It fails with a StepError if nothing is committed
	// because one of the steps failed.
	Commit(ctx context.Context, last []Step) error
	// Rollback undoes the transaction.
	Rollback(ctx context.Context) error
}

// StepError is the error of a step that the engine refused. Nothing behind the step has run.
type StepError struct {
	Step Step
	Err  error
}

// Error is the engine's own message.
func (e StepError) Error() string { return e.Err.Error() }

// Unwrap returns the engine's error.
func (e StepError) Unwrap() error { return e.Err }
