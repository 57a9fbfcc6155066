package people

import (
	"context"
	"strings"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/account"
	"contactgraph/ent/session"
	"contactgraph/internal/audit"
	"contactgraph/internal/authz"
	"contactgraph/internal/dberr"
	"contactgraph/internal/normalize"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// Account is a tenant.
type Account struct {
	ID          int
	Name        string
	SuspendedAt *time.Time // nil for an account that can be used
}

func accountOf(row *ent.Account) *Account {
	return &Account{ID: row.ID, Name: row.Name, SuspendedAt: row.SuspendedAt}
}

// Accounts returns all accounts by name, to the server itself.
func (s *Service) Accounts(ctx context.Context) ([]*Account, error) {
	if _, err := authz.RequireRole(ctx, viewer.System); err != nil {
		return nil, err
	}
	rows, err := s.db.Client().Account.Query().Order(account.ByNameKey()).All(ctx)
	if err != nil {
		return nil, err
	}
	accounts := make([]*Account, len(rows))
	for i, row := range rows {
		accounts[i] = accountOf(row)
	}
	return accounts, nil
}

// RenameAccount renames the account of the context, for the server itself. It fails with NameTaken
// if another account has the name, ignoring case, and with Required, TooLong or Invalid if the name
// is not valid.
func (s *Service) RenameAccount(ctx context.Context, name string) (*Account, error) {
	v, err := authz.RequireRole(ctx, viewer.System)
	if err != nil {
		return nil, err
	}
	name = strings.TrimSpace(name)
	key := normalize.Name(name)
	var errs usererror.Errors
	checkText(&errs, pathName, "The name", name)
	if name != "" && key == "" {
		errs.Add(usererror.Invalid, pathName, "The name must contain a letter, a digit or a symbol.")
	}
	if err := errs.OrNil(); err != nil {
		return nil, err
	}
	renamed, err := run(ctx, s, v, func(ctx context.Context, c command) (*Account, error) {
		row, err := c.lockAccount(ctx)
		if err != nil {
			return nil, err
		}
		if row.Name == name {
			return accountOf(row), nil
		}
		taken, err := c.tx.Ent.Account.Query().Where(account.NameKey(key), account.IDNEQ(row.ID)).Exist(ctx)
		if err != nil {
			return nil, err
		}
		if taken {
			return nil, errAccountTaken()
		}
		if err := c.tx.Ent.Account.Update().Where(account.ID(row.ID)).SetName(name).SetNameKey(key).Exec(ctx); err != nil {
			return nil, err
		}
		e := audit.Entry{Action: audit.AccountRenamed, Subject: row.ID, Name: row.Name, Details: map[string]any{"name": change(row.Name, name)}}
		row.Name = name
		return accountOf(row), c.record(ctx, e)
	})
	if dberr.IsUnique(err) { // another process has written the same name in the meantime
		err = errAccountTaken()
	}
	return renamed, err
}

func errAccountTaken() usererror.Errors {
	return usererror.Errors{{Code: usererror.NameTaken, Path: pathName, Message: "Another account has this name."}}
}

// SuspendAccount suspends the account of the context or resumes it, for the server itself. All its
// sessions end; its API keys work again when it is resumed. Doing so twice is not an error.
func (s *Service) SuspendAccount(ctx context.Context, suspended bool) (*Account, error) {
	v, err := authz.RequireRole(ctx, viewer.System)
	if err != nil {
		return nil, err
	}
	return run(ctx, s, v, func(ctx context.Context, c command) (*Account, error) {
		row, err := c.lockAccount(ctx)
		if err != nil {
			return nil, err
		}
		if suspended == (row.SuspendedAt != nil) {
			return accountOf(row), nil
		}
		update, action := c.tx.Ent.Account.Update().Where(account.ID(row.ID)), audit.AccountResumed
		if suspended {
			row.SuspendedAt, action = new(c.at), audit.AccountSuspended
			update.SetSuspendedAt(c.at)
			if _, err := c.tx.Ent.Session.Delete().Where(session.AccountID(row.ID)).Exec(ctx); err != nil {
				return nil, err
			}
		} else {
			row.SuspendedAt = nil
			update.ClearSuspendedAt()
		}
		if err := update.Exec(ctx); err != nil {
			return nil, err
		}
		return accountOf(row), c.record(ctx, audit.Entry{Action: action, Subject: row.ID, Name: row.Name})
	})
}
