package cli

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"contactgraph/internal/database"
)

// MigrateUp is the command that brings the tables up to date, as serve does when it starts.
type MigrateUp struct {
	Settings `embed:""`

	Distribute bool `help:"Then distribute the tables, which must be empty, over the servers of Citus."`
}

// Run migrates, and says what it did, also when it fails on the way.
func (c *MigrateUp) Run(ctx context.Context, p *Process) (err error) {
	var migrated, placed []string
	if c.Distribute {
		migrated, placed, err = database.Distribute(ctx, c.Database)
	} else {
		migrated, err = database.Migrate(ctx, c.Database)
	}
	for _, name := range migrated {
		fmt.Fprintln(p.Stdout, "applied", name) //nolint:errcheck // done is done, heard or not
	}
	for _, table := range placed {
		fmt.Fprintln(p.Stdout, "distributed", table) //nolint:errcheck // the same
	}
	if err == nil && len(migrated)+len(placed) == 0 {
		_, err = fmt.Fprintln(p.Stdout, "nothing to do: the database is up to date")
	}
	return err
}

// MigrateStatus is the command that shows which migrations a database has. It changes nothing.
type MigrateStatus struct {
	Settings `embed:""`
}

// Run prints a table of the migrations, under what is to be known before it.
func (c *MigrateStatus) Run(ctx context.Context, p *Process) error {
	s, err := database.StatusOf(ctx, c.Database)
	if err != nil {
		return err
	}
	if s.Lacks != "" {
		if _, err := fmt.Fprintln(p.Stdout, s.Lacks); err != nil {
			return err
		}
	}
	return printMigrations(p.Stdout, s.Migrations)
}

func printMigrations(w io.Writer, all []database.Migration) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "VERSION\tNAME\tADDITIVE\tAPPLIED") //nolint:errcheck // Flush says it
	for _, m := range all {
		additive := map[bool]string{true: "yes", false: "no"}[m.Additive]
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", m.Version, m.Name, additive, applied(m)) //nolint:errcheck // the same
	}
	return table.Flush()
}

// applied says when the migration was applied, and by whom if that is news.
func applied(m database.Migration) string {
	switch at := m.Applied.UTC().Format(time.DateTime) + " UTC"; {
	case m.Applied.IsZero():
		return "pending"
	case m.Unknown && m.Additive:
		return at + ", by a newer " + program
	case m.Unknown:
		return at + ", by a newer " + program + ": this one cannot serve the database"
	default:
		return at
	}
}
