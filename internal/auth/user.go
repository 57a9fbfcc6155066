package auth

import (
	"context"
	"fmt"
	"strings"

	"contactgraph/ent/user"
	"contactgraph/internal/database"
	"contactgraph/internal/normalize"
	"contactgraph/internal/viewer"
)

// NewUser describes the agent or admin that CreateUser creates.
type NewUser struct {
	Login    string
	Name     string      // in the change log
	Password string      `json:"-"`
	Role     viewer.Role // Agent or Admin
}

// String describes the user without the password.
func (u NewUser) String() string { return fmt.Sprintf("%s user %q", u.Role, u.Login) }

// CreateUser creates a user in the account and returns its id. It fails with ErrNameTaken if a user
// of the account has this login, ignoring case, and with ErrInvalid if the login is blank, the role
// is neither Agent nor Admin, or the password is empty or too long. The caller checks whether the
// viewer may do this.
func (s *Service) CreateUser(ctx context.Context, account int, u NewUser) (id int, err error) {
	key := normalize.Name(u.Login)
	if key == "" {
		return 0, fmt.Errorf("%w: the login of a user must not be blank", ErrInvalid)
	}
	if err := checkRole(u.Role); err != nil {
		return 0, err
	}
	hash, err := s.passwords.Hash(ctx, u.Password) // slow, so not inside the transaction
	if err != nil {
		return 0, err
	}
	err = s.db.Write(viewer.NewSystemContext(ctx, account), 0, func(ctx context.Context, tx *database.Tx) error {
		exists, err := tx.Ent.User.Query().Where(user.AccountID(account), user.LoginKey(key)).Exist(ctx)
		if err != nil {
			return err
		}
		if exists {
			return ErrNameTaken
		}
		row, err := tx.Ent.User.Create().SetLogin(strings.TrimSpace(u.Login)).SetLoginKey(key).SetName(u.Name).
			SetRole(user.Role(u.Role.String())).SetPasswordHash(hash).Save(ctx)
		if err != nil {
			return nameTaken(err)
		}
		id = row.ID
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("creating %s: %w", u, err)
	}
	return id, nil
}
