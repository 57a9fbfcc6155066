package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"contactgraph/internal/database/dialect"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// LastID reads the sequence of the table.
func (Dialect) LastID(ctx context.Context, db dialect.Querier, table string) (id int64, err error) {
	err = db.QueryRowContext(ctx, "SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence($1, 'id')::regclass), 0)", table).Scan(&id)
	return id, err
}

// Load runs COPY, which takes a fraction of the time that INSERT does.
func (Dialect) Load(ctx context.Context, writer *sql.DB, table string, columns []string, rows [][]any) (err error) {
	conn, err := writer.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	return conn.Raw(func(driver any) error {
		c, ok := driver.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("a connection of %T", driver)
		}
		_, err := c.Conn().CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromRows(rows))
		return err
	})
}

// FinishLoad moves the sequences, and collects the statistics without which the first queries would
// get bad plans.
func (d Dialect) FinishLoad(ctx context.Context, writer *sql.DB, last map[string]int64) error {
	for table, id := range last {
		if id == 0 {
			continue // the sequence cannot be 0
		}
		if err := d.ReserveID(ctx, writer, table, int(id)); err != nil {
			return err
		}
	}
	_, err := writer.ExecContext(ctx, "ANALYZE")
	return err
}
