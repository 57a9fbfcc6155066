package transfer

import (
	"context"
	"errors"
	"fmt"

	"contactgraph/internal/database/dialect"
)

const (
	// batchRows and batchBytes bound the rows that are inserted in one transaction.
	batchRows  = 5000
	batchBytes = 8 << 20
)

// copying is a copy that runs.
type copying struct {
	source   *source
	target   *dialect.Connection
	progress func(Progress)
	state    Progress
}

// count counts the rows to copy.
func (c *copying) count(ctx context.Context) error {
	for _, t := range c.source.tables {
		var n int64
		if err := c.source.tx.QueryRowContext(ctx, t.count()).Scan(&n); err != nil {
			return err
		}
		c.state.Total += n
	}
	return nil
}

func (c *copying) report(t table, rows int64) {
	c.state.Table = t.Name
	c.state.Rows += rows
	if c.progress != nil {
		c.progress(c.state)
	}
}

// table copies the rows that the target does not have, and compares all of them.
func (c *copying) table(ctx context.Context, t table) (Table, error) {
	before, err := c.inTarget(ctx, t)
	if err != nil {
		return Table{}, err
	}
	sum, err := c.load(ctx, t, before)
	if err != nil {
		return Table{}, err
	}
	after, err := c.inTarget(ctx, t)
	if err != nil {
		return Table{}, err
	}
	if after.rows != sum.rows || after.sum() != sum.sum() {
		return Table{}, fmt.Errorf("the target has %d rows with the checksum %s, and the source %d with %s", after.rows, after.sum(), sum.rows, sum.sum())
	}
	return Table{Name: t.Name, Rows: sum.rows, Checksum: sum.sum()}, nil
}

// inTarget returns the checksum of what the target has.
func (c *copying) inTarget(ctx context.Context, t table) (*checksum, error) {
	t.account = 0
	sum := newChecksum()
	return sum, each(ctx, c.target.Readers, t, func(values []any) error { return sum.add(t.Columns, values) })
}

// load inserts the rows of the source behind those that the target has, and returns the checksum of
// all of them. It fails with ErrChanged if the target has others.
func (c *copying) load(ctx context.Context, t table, before *checksum) (*checksum, error) {
	sum, b := newChecksum(), &batch{copying: c, table: t}
	checkBefore := func() error {
		if sum.rows == before.rows && sum.sum() != before.sum() {
			return ErrChanged
		}
		return nil
	}
	if err := checkBefore(); err != nil {
		return nil, err
	}
	err := each(ctx, c.source.tx, t, func(values []any) error {
		if err := sum.add(t.Columns, values); err != nil {
			return err
		}
		if sum.rows <= before.rows {
			return checkBefore()
		}
		return b.add(ctx, values)
	})
	if err == nil && sum.rows < before.rows {
		err = ErrChanged
	}
	if err == nil {
		err = b.flush(ctx)
	}
	c.report(t, before.rows)
	return sum, err
}

// batch are rows that are inserted in one transaction.
type batch struct {
	*copying

	table table
	rows  [][]any
	bytes int
}

func (b *batch) add(ctx context.Context, values []any) error {
	for _, v := range values {
		switch v := v.(type) {
		case string:
			b.bytes += len(v)
		case []byte:
			b.bytes += len(v)
		}
	}
	b.rows = append(b.rows, values)
	if len(b.rows) < batchRows && b.bytes < batchBytes {
		return nil
	}
	return b.flush(ctx)
}

func (b *batch) flush(ctx context.Context) error {
	if len(b.rows) == 0 {
		return nil
	}
	if err := b.target.Dialect.Load(ctx, b.target.Writer, b.table.Name, b.table.columns(), b.rows); err != nil {
		return err
	}
	b.report(b.table, int64(len(b.rows)))
	b.rows, b.bytes = nil, 0
	return nil
}

// each calls fn with each row of a table.
func each(ctx context.Context, db dialect.Querier, t table, fn func(values []any) error) (err error) {
	rows, err := db.QueryContext(ctx, t.query())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Err(), rows.Close()) }()
	r := newRow(t.Columns)
	for rows.Next() {
		if err := rows.Scan(r.targets...); err != nil {
			return err
		}
		values, err := r.values()
		if err != nil {
			return err
		}
		if err := fn(values); err != nil {
			return err
		}
	}
	return nil
}
