package cli

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"contactgraph/internal/database"
)

// MigrateUp is the command that applies pending migrations, as serve does at startup.
type MigrateUp struct {
	Settings `embed:""`

	Distribute bool `help:"Also distribute the tables over the servers of a Citus cluster. The tables must be empty."`
}

// Run migrates. It prints what it has done even if it fails halfway.
func (c *MigrateUp) Run(ctx context.Context, p *Process) (err error) {
	var migrated, placed []string
	if c.Distribute {
		migrated, placed, err = database.Distribute(ctx, c.Database)
	} else {
		migrated, err = database.Migrate(ctx, c.Database)
	}
	for _, name := range migrated {
		fmt.Fprintln(p.Stdout, "applied", name) //nolint:errcheck // the migration is applied even if this is not printed
	}
	for _, table := range placed {
		fmt.Fprintln(p.Stdout, "distributed", table) //nolint:errcheck // the same
	}
	if err == nil && len(migrated)+len(placed) == 0 {
		_, err = fmt.Fprintln(p.Stdout, "nothing to do: the database is up to date")
	}
	return err
}

// MigrateStatus is the command that shows the migrations of a database. It changes nothing.
type MigrateStatus struct {
	Settings `embed:""`
}

// Run prints a table with a row for each migration. If the database does not exist or has no tables
// of this program, it first prints which.
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
	fmt.Fprintln(table, "VERSION\tNAME\tADDITIVE\tAPPLIED") //nolint:errcheck // Flush returns the error
	for _, m := range all {
		additive := map[bool]string{true: "yes", false: "no"}[m.Additive]
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", m.Version, m.Name, additive, applied(m)) //nolint:errcheck // the same
	}
	return table.Flush()
}

// applied describes when the migration was applied, and whether a newer version did it.
func applied(m database.Migration) string {
	switch at := m.Applied.UTC().Format(time.DateTime) + " UTC"; {
	case m.Applied.IsZero():
		return "pending"
	case m.Unknown && m.Additive:
		return at + ", by a newer version of " + program
	case m.Unknown:
		return at + ", by a newer version of " + program + ": this version cannot serve the database"
	default:
		return at
	}
}
