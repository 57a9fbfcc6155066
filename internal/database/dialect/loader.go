package dialect

import (
	"context"
	"database/sql"
)

// Loader fills the tables of a copy of a database: see package transfer.
type Loader interface {
	// LastID returns the largest id that the table has ever assigned, 0 if there is none. Its row
	// may have been deleted since.
	LastID(ctx context.Context, db Querier, table string) (int64, error)

	// Load inserts rows, all or none.
	Load(ctx context.Context, writer *sql.DB, table string, columns []string, rows [][]any) error

	// FinishLoad makes each table assign only ids above the given one, and prepares the tables for
	// queries.
	FinishLoad(ctx context.Context, writer *sql.DB, last map[string]int64) error
}
