package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"

	"contactgraph/internal/database/dialect"
)

// maxParameters is how many parameters a statement can have. See
// https://www.sqlite.org/limits.html#max_variable_number.
const maxParameters = 32766

// rowsAtOnce is how many rows one INSERT has at most: more of them save nothing.
const rowsAtOnce = 200

// LastID reads the counter of AUTOINCREMENT.
func (Dialect) LastID(ctx context.Context, db dialect.Querier, table string) (id int64, err error) {
	err = db.QueryRowContext(ctx, "SELECT seq FROM sqlite_sequence WHERE name = $1", table).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return id, err
}

// Load inserts the rows in one transaction, with several in each statement.
func (Dialect) Load(ctx context.Context, writer *sql.DB, table string, columns []string, rows [][]any) error {
	tx, err := writer.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to roll back, and before it err says why
	for chunk := range slices.Chunk(rows, min(rowsAtOnce, maxParameters/len(columns))) {
		if _, err := tx.ExecContext(ctx, insert(table, columns, len(chunk)), slices.Concat(chunk...)...); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// insert returns the statement that inserts n rows.
func insert(table string, columns []string, n int) string {
	row := "(" + strings.TrimSuffix(strings.Repeat("?, ", len(columns)), ", ") + ")"
	return `INSERT INTO "` + table + `" ("` + strings.Join(columns, `", "`) + `") VALUES ` + strings.TrimSuffix(strings.Repeat(row+", ", n), ", ")
}

// FinishLoad sets the counters of AUTOINCREMENT, which the inserted ids have raised only to the
// largest of them.
func (Dialect) FinishLoad(ctx context.Context, writer *sql.DB, last map[string]int64) error {
	tx, err := writer.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to roll back, and before it err says why
	for table, id := range last {
		if _, err := tx.ExecContext(ctx, "DELETE FROM sqlite_sequence WHERE name = $1 AND seq < $2", table, id); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO sqlite_sequence (name, seq)
			SELECT $1, $2 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = $1)`, table, id)
		if err != nil {
			return err
		}
	}
	return tx.Commit()
}
