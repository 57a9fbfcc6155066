package people

import (
	"context"
	"strings"

	"contactgraph/ent/user"
	"contactgraph/internal/audit"
	"contactgraph/internal/auth"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// UserChange changes a user. What is nil stays.
type UserChange struct {
	ID       int
	Name     *string
	Assigned *Assignment
	Disabled *bool
	// SecondFactorRequired makes the user set up a second factor before anything else.
	SecondFactorRequired *bool
	// ProviderAllowed is whether signing in by the provider may replace what the user signs in
	// with.
	ProviderAllowed *bool
}

func (u UserChange) check() usererror.Errors {
	var errs usererror.Errors
	if u.Name != nil {
		checkText(&errs, pathName, "The name", *u.Name)
	}
	if u.Assigned != nil {
		checkAssignment(&errs, *u.Assigned)
	}
	return errs
}

// UpdateUser changes a user, for admins. If it disables the user, lowers the role or assigns a role
// of the account, all sessions of the user end. If it requires a second factor, and the user has
// none, they can only set one up. It fails with NotFound; with Required, TooLong or Invalid if a
// value is not valid; and with Forbidden if the account would be left without an admin who can sign
// in.
func (s *Service) UpdateUser(ctx context.Context, u UserChange) (*User, error) {
	return adminRun(ctx, s, u.check, func(ctx context.Context, c command) (*User, error) {
		old, otherAdmins, err := c.lockUser(ctx, u.ID)
		if err != nil {
			return nil, err
		}
		next := u.applyTo(old, c)
		if err := c.assign(ctx, next.Assignment); err != nil {
			return nil, err
		}
		if rank(next) < rank(old) && rank(old) == viewer.Admin && otherAdmins == 0 {
			return nil, errLastAdmin(next.Disabled())
		}
		if err := c.saveUser(ctx, old, next); err != nil {
			return nil, err
		}
		if err := c.limitSessions(ctx, old, next); err != nil {
			return nil, err
		}
		return next, c.recordUser(ctx, old, next)
	})
}

// limitSessions ends the sessions of a user who loses rights, and limits them to setting up a
// second factor if one is required from now on.
func (c command) limitSessions(ctx context.Context, old, next *User) error {
	if rank(next) < rank(old) || old.LosesTo(next.Assignment) {
		if err := auth.EndSessions(ctx, c.tx, c.viewer.Account, old.ID, 0); err != nil {
			return err
		}
	}
	if next.SecondFactorRequired && !old.SecondFactorRequired {
		return c.enrollSessions(ctx, user.ID(old.ID))
	}
	return nil
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
	if u.Assigned != nil {
		next.Assignment = *u.Assigned
	}
	if u.SecondFactorRequired != nil {
		next.SecondFactorRequired = *u.SecondFactorRequired
	}
	if u.ProviderAllowed != nil {
		next.ProviderAllowed = *u.ProviderAllowed
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
	row, otherAdmins, err := auth.LockUser(ctx, c.tx, c.viewer.Account, id)
	if err != nil {
		return nil, 0, err
	}
	if row == nil {
		return nil, 0, usererror.NewNotFound("User", id)
	}
	return userOf(row), otherAdmins, nil
}

// saveUser writes what differs.
func (c command) saveUser(ctx context.Context, old, next *User) error {
	update := c.tx.Ent.User.Update().Where(user.AccountID(c.viewer.Account), user.ID(old.ID))
	if next.Name != old.Name {
		update.SetName(next.Name)
	}
	if next.SecondFactorRequired != old.SecondFactorRequired {
		update.SetSecondFactorRequired(next.SecondFactorRequired)
	}
	if next.Role != old.Role {
		update.SetRole(user.Role(next.Role.String()))
	}
	if !next.SameLimits(old.Assignment) {
		update.ClearRoleID()
		if next.RoleID != nil {
			update.SetRoleID(*next.RoleID)
		}
	}
	if next.ProviderAllowed != old.ProviderAllowed {
		update.SetProviderAllowed(next.ProviderAllowed)
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
	if !next.SameLimits(old.Assignment) {
		changed["customRoleId"] = change(old.RoleID, next.RoleID)
	}
	if next.SecondFactorRequired != old.SecondFactorRequired {
		changed["secondFactorRequired"] = change(old.SecondFactorRequired, next.SecondFactorRequired)
	}
	if next.ProviderAllowed != old.ProviderAllowed {
		changed["providerAllowed"] = change(old.ProviderAllowed, next.ProviderAllowed)
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
