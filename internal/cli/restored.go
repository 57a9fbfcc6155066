package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"contactgraph/internal/database"
)

// Restored is the command that declares that the database has lost its latest writes.
type Restored struct {
	Settings `embed:""`
}

// Run keeps what clients know of the lost writes from being taken for later ones, and reports
// what else to check.
func (c *Restored) Run(ctx context.Context, p *Process) (err error) {
	status, err := database.StatusOf(ctx, c.Database)
	if err == nil && status.Lacks != "" {
		err = errors.New(status.Lacks)
	}
	if err != nil {
		return err
	}
	s, err := c.Open(ctx, slog.New(c.LogHandler(p.Stderr, c.LogLevel)))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	accounts, err := s.DB.Restored(ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.Stdout, "declared %s with %s as restored: cursors and versions of lost writes are rejected from now on\n"+
		"API keys, sessions and users that were revoked or disabled after the backup are valid again: check them\n", c.DatabaseName(), count(accounts, "account"))
	return err
}
