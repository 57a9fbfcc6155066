package auth

import (
	"context"
	"fmt"
	"strings"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/user"
	"contactgraph/internal/audit"
	"contactgraph/internal/database"
	"contactgraph/internal/normalize"
	"contactgraph/internal/password"
	"contactgraph/internal/viewer"
)

// NewUser describes the agent or admin that InsertUser creates.
type NewUser struct {
	Login    string
	Name     string      // in the change log
	Password string      `json:"-"`
	Role     viewer.Role // Agent or Admin
	RoleID   *int        // the role of the account that limits an agent, nil for none; it must exist
}

// String describes the user without the password.
func (u NewUser) String() string { return fmt.Sprintf("%s user %q", u.Role, u.Login) }

// LoginOf returns the login of the viewer if it is a user, and "" otherwise.
func (s *Service) LoginOf(ctx context.Context, v viewer.Viewer) (string, error) {
	if v.Actor.Kind != viewer.ActorUser {
		return "", nil
	}
	u, err := s.db.Client().User.Query().Where(user.ID(v.Actor.ID), user.AccountID(v.Account)).Only(viewer.NewSystemContext(ctx, v.Account))
	if err != nil {
		return "", err
	}
	return u.Login, nil
}

// CheckStaffPassword fails with ErrInvalid if the account does not allow the password for a user
// with this login. The error says which rule it breaks.
func (s *Service) CheckStaffPassword(ctx context.Context, account int, login, plain string) error {
	of, err := s.settingsOf(ctx, account)
	if err != nil {
		return err
	}
	if broken := password.Staff(of, login).Check(plain); broken != "" {
		return fmt.Errorf("%w: %s", ErrInvalid, broken)
	}
	return nil
}

// CreateUser creates a user in the account, as the server itself, and returns its id. It fails as
// InsertUser does, and with ErrInvalid if the password breaks a rule of the account. The caller
// checks whether the viewer may do this.
func (s *Service) CreateUser(ctx context.Context, account int, u NewUser) (id int, err error) {
	if err := u.check(); err != nil {
		return 0, err
	}
	if err := s.CheckStaffPassword(ctx, account, u.Login, u.Password); err != nil {
		return 0, err
	}
	hash, err := s.passwords.Hash(ctx, u.Password) // slow, so not inside the transaction
	if err != nil {
		return 0, err
	}
	ctx = viewer.NewSystemContext(ctx, account)
	err = s.db.Write(ctx, 0, func(ctx context.Context, tx *database.Tx) error {
		row, err := InsertUser(ctx, tx, s.now(), u, hash)
		if err == nil {
			id = row.ID
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	return id, nil
}

// InsertUser creates a user with the hash of its password in a transaction of the viewer. Every
// user is created here. It fails with ErrNameTaken if a user of the account has this login,
// ignoring case, and with ErrInvalid if the login is blank or the role is neither Agent nor Admin.
func InsertUser(ctx context.Context, tx *database.Tx, at time.Time, u NewUser, hash string) (*ent.User, error) {
	if err := u.check(); err != nil {
		return nil, err
	}
	v, _ := viewer.FromContext(ctx)
	row, err := u.insert(ctx, tx, at, v, hash)
	if err == nil {
		err = audit.Record(ctx, tx.Ent, v, at, audit.Entry{
			Action: audit.UserCreated, Subject: row.ID, Name: row.Login, Details: u.details(),
		})
	}
	if err != nil {
		return nil, fmt.Errorf("creating %s: %w", u, err)
	}
	return row, nil
}

func (u NewUser) insert(ctx context.Context, tx *database.Tx, at time.Time, v viewer.Viewer, hash string) (*ent.User, error) {
	key := normalize.Email(u.Login)
	exists, err := tx.Ent.User.Query().Where(user.AccountID(v.Account), user.LoginKey(key)).Exist(ctx)
	if err != nil {
		return nil, err
	}
	if exists {
		return nil, ErrNameTaken
	}
	row, err := tx.Ent.User.Create().SetLogin(strings.TrimSpace(u.Login)).SetLoginKey(key).SetName(u.Name).
		SetRole(user.Role(u.Role.String())).SetNillableRoleID(u.RoleID).SetPasswordHash(hash).SetCreatedAt(at.UTC()).Save(ctx)
	return row, nameTaken(err)
}

// details returns what the audit log has of the user.
func (u NewUser) details() map[string]any {
	d := map[string]any{detailRole: u.Role.String()}
	if u.RoleID != nil {
		d[detailCustomRole] = *u.RoleID
	}
	return d
}

// check fails with ErrInvalid if the user cannot be stored.
func (u NewUser) check() error {
	if normalize.Email(u.Login) == "" {
		return fmt.Errorf("%w: the login of a user must not be blank", ErrInvalid)
	}
	return checkRole(u.Role)
}
