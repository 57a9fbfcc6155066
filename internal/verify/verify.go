// Package verify compares the change log of each account with its tables. The log says of each
// contact everything that it consists of, so its rows, applied one after the other, must lead to
// what the tables have; the unique keys and search terms must be what these values lead to; and the
// log itself must have no gaps. A difference is damage: by a statement that was run by hand, by a
// disk, by a restore of a part of the tables, or by a fault of this program.
//
// Start reading at Run. account.go goes through an account in batches, each in a snapshot of its
// own, so that a server can write meanwhile; fold.go applies the log of one contact and compares;
// and report.go has what is found.
package verify

import (
	"context"
	"fmt"

	"contactgraph/ent"
	entaccount "contactgraph/ent/account"
	"contactgraph/internal/viewer"
)

// DB is the part of database.Reader that this package needs.
type DB interface {
	// Snapshot runs fn with a client whose queries all see the same state of the database.
	Snapshot(ctx context.Context, fn func(context.Context, *ent.Client) error) error
	// Verify fails if the engine finds damage in its files.
	Verify(ctx context.Context) error
}

// Options of Run.
type Options struct {
	// Account is the only account to verify, 0 for all.
	Account int
	// Found is called with each difference.
	Found func(Difference)
}

// Run verifies the accounts, and returns a summary of each, in the order of their ids. If ctx ends,
// it returns what it has verified until then, with the error. Summaries of accounts that it has not
// completed have Complete unset.
func Run(ctx context.Context, db DB, o Options) (all []Summary, err error) {
	if err := db.Verify(ctx); err != nil {
		return nil, fmt.Errorf("looking for damage in the files: %w", err)
	}
	var accounts []*ent.Account
	err = db.Snapshot(ctx, func(ctx context.Context, c *ent.Client) error {
		q := c.Account.Query().Order(entaccount.ByID())
		if o.Account != 0 {
			q.Where(entaccount.ID(o.Account))
		}
		accounts, err = q.All(viewer.NewSystemContext(ctx, 0))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("listing the accounts: %w", err)
	}
	for _, a := range accounts {
		v := &verifier{db: db, found: o.Found, summary: Summary{ID: a.ID, Name: a.Name}}
		err := v.account(viewer.NewSystemContext(ctx, a.ID))
		v.summary.Complete = err == nil
		all = append(all, v.summary)
		if err != nil {
			return all, fmt.Errorf("verifying the account %q: %w", a.Name, err)
		}
	}
	return all, nil
}
