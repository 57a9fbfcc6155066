package auth

import (
	"context"
	"fmt"
	"strings"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/account"
	"contactgraph/internal/database"
	"contactgraph/internal/dberr"
	"contactgraph/internal/normalize"
	"contactgraph/internal/rekey"
	"contactgraph/internal/viewer"
)

// AccountByName returns the account with this name, ignoring case. found is false if there is none.
func (s *Service) AccountByName(ctx context.Context, name string) (id int, found bool, err error) {
	id, err = s.db.Client().Account.Query().Where(account.NameKey(normalize.Name(name))).
		OnlyID(viewer.NewSystemContext(ctx, 0))
	if ent.IsNotFound(err) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("looking up an account: %w", err)
	}
	return id, true, nil
}

// OnlyAccount returns the account of a database that has exactly one. found is false if the
// database has none or several.
func (s *Service) OnlyAccount(ctx context.Context) (id int, found bool, err error) {
	ids, err := s.db.Client().Account.Query().Limit(2).IDs(viewer.NewSystemContext(ctx, 0))
	if err != nil {
		return 0, false, fmt.Errorf("looking up the only account: %w", err)
	}
	if len(ids) != 1 {
		return 0, false, nil
	}
	return ids[0], true, nil
}

// Accounts returns the number of accounts in the database.
func (s *Service) Accounts(ctx context.Context) (int, error) {
	n, err := s.db.Client().Account.Query().Count(viewer.NewSystemContext(ctx, 0))
	if err != nil {
		return 0, fmt.Errorf("counting accounts: %w", err)
	}
	return n, nil
}

// CreateAccount creates an account as InsertAccount does, in a transaction of its own.
func (s *Service) CreateAccount(ctx context.Context, name string) (id int, err error) {
	err = s.db.Write(viewer.NewSystemContext(ctx, 0), 0, func(ctx context.Context, tx *database.Tx) error {
		id, err = InsertAccount(ctx, tx, s.now(), name, database.LogStart())
		return err
	})
	if err != nil {
		return 0, err
	}
	return id, nil
}

// CreateAccountWithKey creates an account with its first API key, as CreateAccount and CreateKey
// do, in one transaction. Its change log begins after the number logStart.
func (s *Service) CreateAccountWithKey(ctx context.Context, name string, k NewKey, logStart int64) (id int, err error) {
	err = s.db.Write(viewer.NewSystemContext(ctx, 0), 0, func(ctx context.Context, tx *database.Tx) error {
		if id, err = InsertAccount(ctx, tx, s.now(), name, logStart); err != nil {
			return err
		}
		_, _, err = InsertKey(viewer.NewSystemContext(ctx, id), tx, s.now(), k)
		return err
	})
	if err != nil {
		return 0, err
	}
	return id, nil
}

// InsertAccount creates an account, with the sequence of its change log and the state of its keys,
// in a transaction of the server itself. The change log begins after the number logStart: see
// database.LogStart. It fails with ErrNameTaken if an account has this name,
// ignoring case, and with ErrInvalid if the name is blank.
func InsertAccount(ctx context.Context, tx *database.Tx, at time.Time, name string, logStart int64) (id int, err error) {
	key := normalize.Name(name)
	if key == "" {
		return 0, fmt.Errorf("%w: the name of an account must not be blank", ErrInvalid)
	}
	exists, err := tx.Ent.Account.Query().Where(account.NameKey(key)).Exist(ctx)
	if err == nil && exists {
		err = ErrNameTaken
	}
	if err != nil {
		return 0, fmt.Errorf("creating account %q: %w", name, err)
	}
	a, err := tx.Ent.Account.Create().SetName(strings.TrimSpace(name)).SetNameKey(key).Save(ctx)
	if err == nil {
		err = tx.Ent.Feed.Create().SetSeq(logStart).SetStart(logStart).Exec(viewer.NewSystemContext(ctx, a.ID))
	}
	if err == nil {
		err = rekey.Created(viewer.NewSystemContext(ctx, a.ID), tx, at)
	}
	if err != nil {
		return 0, fmt.Errorf("creating account %q: %w", name, nameTaken(err))
	}
	return a.ID, nil
}

// nameTaken returns ErrNameTaken for a violated unique constraint: another process has inserted the
// same key between our query and our insert. It returns other errors unchanged.
func nameTaken(err error) error {
	if dberr.IsUnique(err) {
		return ErrNameTaken
	}
	return err
}

// checkRole fails with ErrInvalid for a role that no API key or user can have.
func checkRole(r viewer.Role) error {
	if r != viewer.Agent && r != viewer.Admin {
		return fmt.Errorf("%w: the role must be %s or %s", ErrInvalid, viewer.Agent, viewer.Admin)
	}
	return nil
}
