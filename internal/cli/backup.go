package cli

import (
	"context"
	"fmt"

	"contactgraph/internal/database"
)

// Backup is the command that copies an SQLite database, even while a server uses it.
type Backup struct {
	Settings `embed:""`

	File string `arg:"" help:"File to copy the database to. It must not exist."`
}

// Run copies the database, and confirms it when the copy is durable.
func (c *Backup) Run(ctx context.Context, p *Process) error {
	if err := database.Backup(ctx, c.Database, c.File); err != nil {
		return err
	}
	_, err := fmt.Fprintf(p.Stdout, "copied %s to %s\n", c.DatabaseName(), c.File)
	return err
}
