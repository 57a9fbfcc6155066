package database

import (
	"context"

	"contactgraph/internal/database/dialect"

	entdialect "entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
)

// writeDriver is the driver of a writer's client. It is used for its transactions only.
type writeDriver struct {
	*entsql.Driver

	dialect  dialect.Dialect
	observe  func(ctx context.Context, statement string)
	classify func(error) error
	dog      *watchdog    // of the next transaction
	tx       *transaction // the latest one
}

// Tx begins a transaction.
func (d *writeDriver) Tx(ctx context.Context) (entdialect.Tx, error) {
	tx, err := d.dialect.Begin(ctx, d.DB())
	if err != nil {
		return nil, d.classify(err)
	}
	d.tx = &transaction{engine: tx, ent: entsql.Conn{ExecQuerier: tx}, ctx: ctx, observe: d.observe, classify: d.classify, system: d.dialect.Name(), dog: d.dog}
	return d.tx, nil
}
