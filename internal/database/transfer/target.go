package transfer

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"contactgraph/internal/database/dialect"
	"contactgraph/internal/database/engines"
	"contactgraph/internal/database/schema"
)

// openTarget opens the database to copy to, and creates its tables and marks it as incomplete
// unless an earlier call has. resumed reports whether one has.
func openTarget(ctx context.Context, url string, s *source) (c *dialect.Connection, resumed bool, err error) {
	d, err := engines.For(url)
	if err != nil {
		return nil, false, err
	}
	if url == s.url {
		return nil, false, fmt.Errorf("%s cannot be copied to itself", s.name)
	}
	status, err := schema.StatusOf(ctx, d, url)
	if err != nil {
		return nil, false, err
	}
	if c, err = d.Open(ctx, url); err != nil {
		return nil, false, err
	}
	if status.Lacks == "" {
		resumed, err = s.continues(ctx, c, status)
	}
	if err == nil && !resumed {
		err = s.prepare(ctx, c)
	}
	if err != nil {
		return nil, false, errors.Join(err, c.Close())
	}
	return c, resumed, nil
}

// continues reports whether the target has a part of this copy. It fails if it has a part of
// another one, or of this one with other migrations.
func (s *source) continues(ctx context.Context, c *dialect.Connection, status *schema.Status) (bool, error) {
	of, err := schema.IncompleteCopy(ctx, c.Writer)
	switch {
	case err != nil || of == "":
		return false, err
	case of != s.describe():
		return false, fmt.Errorf("the database %s has an incomplete %s: delete it, and begin again", c.Name, of)
	case slices.ContainsFunc(status.Migrations, schema.Migration.IsPending):
		return false, fmt.Errorf("the database %s has an incomplete copy by an older version of contactgraph: delete it, and begin again", c.Name)
	}
	return true, nil
}

// prepare creates the tables, checks that they are empty, and marks the target. What a database has
// by itself, such as its time, is deleted: that of the source takes its place.
func (s *source) prepare(ctx context.Context, c *dialect.Connection) error {
	if _, err := schema.Migrate(ctx, c, slog.New(slog.DiscardHandler)); err != nil {
		return fmt.Errorf("migrating the database %s: %w", c.Name, err)
	}
	all, err := tablesOf(c.Dialect, 0)
	if err != nil {
		return err
	}
	return c.Exclusive(ctx, func(ctx context.Context, tx *sql.Tx) error {
		for _, t := range slices.Backward(all) {
			if !t.ofAccount() {
				if _, err := tx.ExecContext(ctx, t.deletion()); err != nil {
					return err
				}
				continue
			}
			var found bool
			if err := tx.QueryRowContext(ctx, t.exists()).Scan(&found); err != nil {
				return err
			}
			if found {
				return fmt.Errorf("the database %s is not empty: its table %s has rows; copy into an empty database", c.Name, t.Name)
			}
		}
		return schema.MarkIncomplete(ctx, tx, s.describe())
	})
}
