package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"contactgraph/ent"
	"contactgraph/internal/database"
	"contactgraph/internal/rekey"
)

// MigrateUp is the command that applies pending migrations, as serve does at startup.
type MigrateUp struct {
	Settings `embed:""`

	Distribute bool `help:"Also distribute the tables over the servers of a Citus cluster. If they have rows, no other program may use the database meanwhile."`
}

// Run migrates. It prints what it has done even if it fails halfway.
func (c *MigrateUp) Run(ctx context.Context, p *Process) (err error) {
	var migrated, placed []string
	log := slog.New(c.LogHandler(p.Stderr, c.LogLevel))
	if c.Distribute {
		migrated, placed, err = database.Distribute(ctx, c.Database, log)
	} else {
		migrated, err = database.Migrate(ctx, c.Database, log)
	}
	for _, name := range migrated {
		fmt.Fprintln(p.Stdout, "applied", name) //nolint:errcheck // the migration is applied even if this is not printed
	}
	for _, table := range placed {
		fmt.Fprintln(p.Stdout, "distributed", table) //nolint:errcheck // the same
	}
	if err != nil {
		return err
	}
	changed, err := c.recompute(ctx, log)
	switch {
	case err != nil:
	case changed > 0:
		_, err = fmt.Fprintf(p.Stdout, "computed the keys and search terms of %d contacts\n", changed)
	case len(migrated)+len(placed) == 0:
		_, err = fmt.Fprintln(p.Stdout, "nothing to do: the database is up to date")
	}
	return err
}

// recompute computes keys and search terms again where that is necessary, and returns of how many
// contacts some have changed.
func (c *MigrateUp) recompute(ctx context.Context, log *slog.Logger) (changed int, err error) {
	s, err := c.Open(ctx, log)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return s.Keys.Run(ctx, rekey.Always)
}

// MigrateStatus is the command that shows the migrations of a database. It changes nothing.
type MigrateStatus struct {
	Settings `embed:""`
}

// Run prints a table with a row for each migration. It fails if the database does not exist or has
// no tables of this program. If it has all migrations, Run also prints whether keys and search
// terms have to be computed again, and which contacts have no key.
func (c *MigrateStatus) Run(ctx context.Context, p *Process) error {
	s, err := database.StatusOf(ctx, c.Database)
	if err != nil {
		return err
	}
	if err := printMigrations(p.Stdout, s.Migrations); err != nil {
		return err
	}
	if s.Lacks != "" {
		return errors.New(s.Lacks)
	}
	if slices.ContainsFunc(s.Migrations, database.Migration.IsPending) {
		return nil
	}
	return database.Inspect(ctx, c.Database, func(client *ent.Client) error {
		states, err := rekey.StateOf(ctx, client)
		if err != nil {
			return err
		}
		_, err = io.WriteString(p.Stdout, keyStates(states))
		return err
	})
}

// keyStates describes accounts whose contacts have to be computed again, and contacts without a
// key.
func keyStates(states []rekey.State) string {
	var text strings.Builder
	rows := []string{"ACCOUNT\tKEY\tCONTACT\tOWNER"}
	for _, s := range states {
		switch {
		case s.Newer:
			fmt.Fprintf(&text, "\nA newer version of %s has computed the keys and search terms of account %d; migrate up computes those of this version.\n", program, s.Account)
		case s.Pending:
			fmt.Fprintf(&text, "\nThe keys and search terms of account %d will be computed by migrate up or the next start of a server.\n", s.Account)
		case s.Done != nil:
			fmt.Fprintf(&text, "\nThe keys and search terms of account %d are being computed again: contacts up to %d are done.\n", s.Account, *s.Done)
		}
		for _, c := range s.Collisions {
			owner := "none: migrate up assigns it to the contact"
			if c.Owner != 0 {
				owner = strconv.Itoa(c.Owner)
			}
			rows = append(rows, fmt.Sprintf("%d\t%s\t%d\t%s", s.Account, c.Key, c.Contact, owner))
		}
	}
	if len(rows) > 1 {
		text.WriteString("\nContacts that are not found by a key, because another contact has it:\n" + table(rows...))
	}
	return text.String()
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
	case m.IsPending():
		return "pending"
	case m.Unknown && m.Additive:
		return at + ", by a newer version of " + program
	case m.Unknown:
		return at + ", by a newer version of " + program + ": this version cannot serve the database"
	default:
		return at
	}
}
