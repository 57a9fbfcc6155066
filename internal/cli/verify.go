package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"contactgraph/internal/database"
	"contactgraph/internal/normalize"
	"contactgraph/internal/verify"
)

// Verify is the command that compares the change log with the tables, even while a server uses the
// database. It changes nothing.
type Verify struct {
	Settings `embed:""`
	Output   `embed:""`

	Account string `placeholder:"NAME" help:"Verify only this account."`
}

// maxDifferences is how many differences --json lists: it holds them in memory.
const maxDifferences = 1000

// verification is what --json prints.
type verification struct {
	Accounts    []verify.Summary    `json:"accounts"`
	Differences []verify.Difference `json:"differences"` // the first ones
	Total       int                 `json:"total"`
}

// Run prints each difference when it is found, and then what was verified. It fails if there is a
// difference.
func (c *Verify) Run(ctx context.Context, p *Process) (err error) {
	r, err := openMigrated(ctx, c.Settings)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	o, v := verify.Options{}, verification{Accounts: []verify.Summary{}, Differences: []verify.Difference{}}
	if c.Account != "" {
		if o.Account, err = accountNamed(ctx, r, c.Account); err != nil {
			return err
		}
	}
	o.Found = func(d verify.Difference) {
		v.Total++
		switch {
		case !c.JSON:
			fmt.Fprintln(p.Stdout, d) //nolint:errcheck // the summary reports the error
		case len(v.Differences) < maxDifferences:
			v.Differences = append(v.Differences, d)
		}
	}
	if v.Accounts, err = verify.Run(ctx, r, o); err != nil {
		return err
	}
	if err := c.print(p.Stdout, v, summariesOf(v.Accounts)); err != nil {
		return err
	}
	return v.failure()
}

// failure returns an error if there are differences.
func (v verification) failure() error {
	if v.Total == 0 {
		return nil
	}
	return fmt.Errorf("the change log and the tables differ in %s: see docs/backup.md for what to do", count(v.Total, "value"))
}

// openMigrated opens a database for reading that must have all migrations of this binary.
func openMigrated(ctx context.Context, s Settings) (*database.Reader, error) {
	status, err := database.StatusOf(ctx, s.Database)
	switch {
	case err != nil:
		return nil, err
	case status.Lacks != "":
		return nil, errors.New(status.Lacks)
	case slices.ContainsFunc(status.Migrations, database.Migration.IsPending):
		return nil, fmt.Errorf("the database %s lacks migrations: run %s migrate up first", s.DatabaseName(), program)
	}
	return database.OpenReader(ctx, s.Database)
}

// accountNamed returns the id of an account.
func accountNamed(ctx context.Context, r *database.Reader, name string) (int, error) {
	id, err := r.Account(ctx, normalize.Name(name))
	if err == nil && id == 0 {
		err = fmt.Errorf("there is no account %q", name)
	}
	return id, err
}

// keysNotes explain why keys and search terms were not compared.
var keysNotes = map[verify.Keys]string{
	verify.KeysPending: "; its keys and search terms were not compared: migrate up or the next start of a server computes them",
	verify.KeysRunning: "; some of its keys and search terms were not compared: they are being computed",
	verify.KeysNewer:   "; its keys and search terms were not compared: a newer version of " + program + " has computed them",
}

// summariesOf describes what was verified, with a line for each account.
func summariesOf(all []verify.Summary) string {
	var b strings.Builder
	for _, s := range all {
		fmt.Fprintf(&b, "%s: verified %s and %s, found %s", s.Name, count(s.Contacts, "contact"), count(s.Changes, "change"), count(s.Differences, "difference"))
		if s.Partial > 0 {
			fmt.Fprintf(&b, "; the log of %s begins after the creation", count(s.Partial, "contact"))
		}
		fmt.Fprintln(&b, keysNotes[s.Keys])
	}
	return b.String()
}

// count returns a number with its noun.
func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}
