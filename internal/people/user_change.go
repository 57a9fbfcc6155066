package people

import (
	"context"
	"slices"
	"strings"

	"contactgraph/ent"
	"contactgraph/ent/session"
	"contactgraph/ent/user"
	"contactgraph/internal/audit"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// UserChange changes a user. What is nil stays.
type UserChange struct {
	ID       int
	Name     *string
	Role     *viewer.Role // Agent or Admin
	Disabled *bool
}

func (u UserChange) check() usererror.Errors {
	var errs usererror.Errors
	if u.Name != nil {
		checkText(&errs, pathName, "The name", *u.Name)
	}
	if u.Role != nil {
		checkRole(&errs, *u.Role)
	}
	return errs
}

// UpdateUser changes a user, for admins. If it disables the user or lowers the role, all sessions
// of the user end. It fails with NotFound; with Required, TooLong or Invalid if a value is not
// valid; and with Forbidden if the account would be left without an admin who can sign in.
func (s *Service) UpdateUser(ctx context.Context, u UserChange) (*User, error) {
	return adminRun(ctx, s, u.check, func(ctx context.Context, c command) (*User, error) {
		old, otherAdmins, err := c.lockUser(ctx, u.ID)
		if err != nil {
			return nil, err
		}
		next := u.applyTo(old, c)
		lost := rank(next) < rank(old)
		if lost && rank(old) == viewer.Admin && otherAdmins == 0 {
			return nil, errLastAdmin(next.Disabled())
		}
		if err := c.saveUser(ctx, old, next); err != nil {
			return nil, err
		}
		if lost {
			if err := c.endSessions(ctx, u.ID); err != nil {
				return nil, err
			}
		}
		return next, c.recordUser(ctx, old, next)
	})
}

// rank returns the role of a user, and Anonymous for one who is disabled.
func rank(u *User) viewer.Role {
	if u.Disabled() {
		return viewer.Anonymous
	}
	return u.Role
}

func errLastAdmin(disabled bool) usererror.Errors {
	if disabled {
		return usererror.Errors{usererror.NewForbidden("disabled", "The last admin of the account who can sign in cannot be disabled. Create or enable another admin first.")}
	}
	return usererror.Errors{usererror.NewForbidden("role", "The last admin of the account who can sign in must stay an admin. Create or enable another admin first.")}
}

// applyTo returns the user as it is after the change.
func (u UserChange) applyTo(old *User, c command) *User {
	next := *old
	if u.Name != nil {
		next.Name = strings.TrimSpace(*u.Name)
	}
	if u.Role != nil {
		next.Role = *u.Role
	}
	switch {
	case u.Disabled == nil || *u.Disabled == old.Disabled():
	case *u.Disabled:
		next.DisabledAt = new(c.at)
	default:
		next.DisabledAt = nil
	}
	return &next
}

// lockUser returns a user, and how many other users of the account are admins who can sign in, and
// keeps other transactions from changing all of these. It fails with NotFound.
func (c command) lockUser(ctx context.Context, id int) (u *User, otherAdmins int, err error) {
	// All admins, in the order of their ids, so that two transactions never wait for each other.
	rows, err := c.tx.Ent.User.Query().Where(
		user.AccountID(c.viewer.Account),
		user.Or(user.ID(id), user.And(user.RoleEQ(user.RoleADMIN), user.DisabledAtIsNil())),
		c.tx.ForUpdate,
	).Order(user.ByID()).All(ctx)
	if err != nil {
		return nil, 0, err
	}
	i := slices.IndexFunc(rows, func(row *ent.User) bool { return row.ID == id })
	if i < 0 {
		return nil, 0, usererror.NewNotFound("User", id)
	}
	return userOf(rows[i]), len(rows) - 1, nil
}

// saveUser writes what differs.
func (c command) saveUser(ctx context.Context, old, next *User) error {
	update := c.tx.Ent.User.Update().Where(user.AccountID(c.viewer.Account), user.ID(old.ID))
	if next.Name != old.Name {
		update.SetName(next.Name)
	}
	if next.Role != old.Role {
		update.SetRole(user.Role(next.Role.String()))
	}
	switch {
	case next.Disabled() == old.Disabled():
	case next.Disabled():
		update.SetDisabledAt(*next.DisabledAt)
	default:
		update.ClearDisabledAt()
	}
	return update.Exec(ctx)
}

// recordUser records what differs.
func (c command) recordUser(ctx context.Context, old, next *User) error {
	changed := map[string]any{}
	if next.Name != old.Name {
		changed["name"] = change(old.Name, next.Name)
	}
	if next.Role != old.Role {
		changed["role"] = change(old.Role.String(), next.Role.String())
	}
	if len(changed) > 0 {
		if err := c.record(ctx, audit.Entry{Action: audit.UserChanged, Subject: old.ID, Name: old.Login, Details: changed}); err != nil {
			return err
		}
	}
	if next.Disabled() == old.Disabled() {
		return nil
	}
	action := audit.UserEnabled
	if next.Disabled() {
		action = audit.UserDisabled
	}
	return c.record(ctx, audit.Entry{Action: action, Subject: old.ID, Name: old.Login})
}

// endSessions ends all sessions of a user.
func (c command) endSessions(ctx context.Context, id int) error {
	_, err := c.tx.Ent.Session.Delete().Where(session.AccountID(c.viewer.Account), session.UserID(id)).Exec(ctx)
	return err
}
