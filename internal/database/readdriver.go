package database

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"contactgraph/internal/database/dialect"

	entdialect "entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
)

// errReadOnly is the error of a write through Client.
var errReadOnly = errors.New("this client is readonly: write with DB.Write")

// readDriver is the driver of Client. It only reads, and classifies its errors.
type readDriver struct {
	*entsql.Driver

	dialect  dialect.Dialect
	observe  func(ctx context.Context, statement string)
	classify func(error) error
	begin    func(context.Context) (_ context.Context, end func(), _ error) // see DB.beginRead
}

// Query runs a query of ent.
func (d *readDriver) Query(ctx context.Context, query string, args, v any) error {
	if changesRows(query) {
		return errReadOnly
	}
	d.observe(ctx, query)
	ctx, end, err := d.begin(ctx)
	if err != nil {
		return err
	}
	if list, ok := args.([]any); ok {
		args = d.dialect.SearchArgs(list)
	}
	span := beginStatement(ctx, d.dialect.Name(), query)
	err = classifyRows(d.classify, d.Driver.Query(ctx, query, args, v), v, end)
	endSpan(span, err)
	if err != nil {
		end()
	}
	return err
}

// QueryContext runs a query that is written by hand, after its caller has begun the read.
func (d *readDriver) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if changesRows(query) {
		return nil, errReadOnly
	}
	d.observe(ctx, query)
	span := beginStatement(ctx, d.dialect.Name(), query)
	rows, err := d.Driver.QueryContext(ctx, query, d.dialect.SearchArgs(args)...)
	err = d.classify(err)
	endSpan(span, err)
	return rows, err
}

// ExecContext fails.
func (*readDriver) ExecContext(context.Context, string, ...any) (sql.Result, error) {
	return nil, errReadOnly
}

// Exec fails.
func (*readDriver) Exec(context.Context, string, any, any) error { return errReadOnly }

// Tx fails.
func (*readDriver) Tx(context.Context) (entdialect.Tx, error) { return nil, errReadOnly }

// changesRows reports whether a statement does more than read. INSERT … RETURNING is a query, too.
func changesRows(statement string) bool { return !strings.HasPrefix(statement, "SELECT") }

// classifyRows classifies the error of a query and those that its rows may end with. It calls
// closed when the rows are closed.
func classifyRows(classify func(error) error, err error, v any, closed func()) error {
	if rows, ok := v.(*entsql.Rows); ok && err == nil {
		rows.ColumnScanner = scanner{rows.ColumnScanner, classify, closed}
	}
	return classify(err)
}

type scanner struct {
	entsql.ColumnScanner

	classify func(error) error
	closed   func()
}

func (s scanner) Close() error {
	defer s.closed()
	return s.ColumnScanner.Close()
}

func (s scanner) Err() error { return s.classify(s.ColumnScanner.Err()) }
