package cli

import (
	"context"
	"fmt"

	"contactgraph/internal/database"
)

// Backup is the command that copies an SQLite database which a server may be serving.
type Backup struct {
	Settings `embed:""`

	File string `arg:"" help:"The copy: a file that is not there yet."`
}

// Run makes the copy, and says so when it is on the disk.
func (c *Backup) Run(ctx context.Context, p *Process) error {
	if err := database.Backup(ctx, c.Database, c.File); err != nil {
		return err
	}
	_, err := fmt.Fprintf(p.Stdout, "copied %s to %s\n", c.DatabaseName(), c.File)
	return err
}
