package people

import (
	"context"
	"errors"

	"contactgraph/ent"
	"contactgraph/ent/account"
	"contactgraph/ent/user"
	"contactgraph/internal/audit"
	"contactgraph/internal/auth"
	"contactgraph/internal/authz"
	"contactgraph/internal/limiter"
	"contactgraph/internal/password"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// Passwords hashes and verifies the passwords of users.
type Passwords interface {
	Hash(ctx context.Context, password string) (string, error)
	Verify(ctx context.Context, hash, password string) (bool, error)
}

// Guesses makes those wait who guess the current password of the user that they are signed in as.
// Begin counts a failure, which undo removes, or fails with a *limiter.RateError.
type Guesses interface {
	Begin(ctx context.Context, v viewer.Viewer) (undo func(context.Context) error, err error)
	// BeginCode is Begin for a code of the second factor.
	BeginCode(ctx context.Context, v viewer.Viewer) (undo func(context.Context) error, err error)
}

const (
	pathNewPassword     = "newPassword"
	pathCurrentPassword = "currentPassword"
)

// newPassword is a password to set, and whose it will be. It prints without the password.
type newPassword struct{ login, text string }

// String describes the owner.
func (p newPassword) String() string { return "the password of " + p.login }

// hashPassword checks the password of a user by the rules of the account, and hashes it outside of
// a transaction, because that is slow. errs are other errors of the command; with any error, it
// fails without hashing.
func (s *Service) hashPassword(ctx context.Context, v viewer.Viewer, path string, p newPassword, errs usererror.Errors) (string, error) {
	errs.CheckText(path, "The password", password.Normalize(p.text), password.MaxLength)
	row, err := s.db.Client().Account.Query().Where(account.ID(v.Account)).Only(ctx)
	if err != nil {
		return "", err
	}
	if p.text == "" {
		errs.Add(usererror.Required, path, "The password must not be empty.")
	} else if broken := password.Staff(row.Settings, p.login).Check(p.text); broken != "" {
		errs.Add(usererror.Invalid, path, "%s", broken)
	}
	if err := errs.OrNil(); err != nil {
		return "", err
	}
	return s.passwords.Hash(ctx, p.text)
}

// ResetPassword sets the password of a user, for admins, and ends all sessions of the user but that
// of the viewer. A user who signs in by the provider signs in with the password instead. It fails
// with NotFound, and with Required, TooLong or Invalid if the password is not valid.
func (s *Service) ResetPassword(ctx context.Context, id int, text string) (*User, error) {
	v, err := authz.ToWrite(authz.RequireRole(ctx, viewer.Admin))
	if err != nil {
		return nil, err
	}
	row, err := s.db.Client().User.Query().Where(user.AccountID(v.Account), user.ID(id)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, usererror.NewNotFound("User", id)
	}
	if err != nil {
		return nil, err
	}
	hash, err := s.hashPassword(ctx, v, pathNewPassword, newPassword{row.Login, text}, nil)
	if err != nil {
		return nil, err
	}
	return s.setPassword(ctx, v, row, hash)
}

// ChangePassword sets the password of the user that the viewer is, and ends all other sessions of
// the user. It fails with Forbidden for other viewers, with WrongPassword, with RateLimited after
// too many wrong passwords, and with Required, TooLong or Invalid if the new one is not valid. A
// repeat of the request with its idempotency key returns the first result, although its current
// password is no longer the current one.
func (s *Service) ChangePassword(ctx context.Context, current, text string) (*User, error) {
	v, err := authz.ToWrite(authz.RequireViewer(ctx))
	if err != nil {
		return nil, err
	}
	if v.Actor.Kind != viewer.ActorUser {
		return nil, usererror.Errors{usererror.NewForbidden("", "Only users have a password of their own here.")}
	}
	if first, err := s.applied(ctx, v); first != nil || err != nil {
		return first, err
	}
	row, err := s.db.Client().User.Query().Where(user.AccountID(v.Account), user.ID(v.Actor.ID)).Only(viewer.NewSystemContext(ctx, v.Account))
	if err != nil {
		return nil, err
	}
	if row.PasswordHash == "" {
		return nil, usererror.Errors{usererror.NewForbidden("", "You sign in by the provider of your organization, and have no password here.")}
	}
	if err := s.verify(ctx, v, row, current); err != nil {
		return nil, err
	}
	hash, err := s.hashPassword(ctx, v, pathNewPassword, newPassword{row.Login, text}, nil)
	if err != nil {
		return nil, err
	}
	return s.setPassword(ctx, v, row, hash)
}

// errNotApplied ends a transaction that only looks for the first result of a request.
var errNotApplied = errors.New("the request has not been applied before")

// applied returns the result of the request if it has been applied before, nil otherwise.
func (s *Service) applied(ctx context.Context, v viewer.Viewer) (*User, error) {
	if s.key == nil {
		return nil, nil
	}
	first, err := run(ctx, s, v, func(context.Context, command) (*User, error) { return nil, errNotApplied })
	if errors.Is(err, errNotApplied) {
		return nil, nil
	}
	return first, err
}

// verify fails if the password of the user is not the current one.
func (s *Service) verify(ctx context.Context, v viewer.Viewer, row *ent.User, current string) error {
	undo, err := s.guesses.Begin(ctx, v)
	if limited, ok := errors.AsType[*limiter.RateError](err); ok {
		return usererror.NewRateLimited(pathCurrentPassword, limited.RetryAfter)
	}
	if err != nil {
		return err
	}
	ok, err := s.passwords.Verify(ctx, row.PasswordHash, current)
	if ok || err != nil {
		return errors.Join(err, undo(ctx))
	}
	return usererror.Errors{{Code: usererror.WrongPassword, Path: pathCurrentPassword, Message: "The current password is wrong."}}
}

// setPassword stores the hash of a new password, if the old one is still the one that was checked,
// and ends the sessions of the user but that of the viewer. It replaces an identity of the
// provider.
func (s *Service) setPassword(ctx context.Context, v viewer.Viewer, row *ent.User, hash string) (*User, error) {
	return run(ctx, s, v, func(ctx context.Context, c command) (*User, error) {
		ctx = viewer.NewSystemContext(ctx, v.Account) // an agent may change its own password
		set, err := auth.SetUserPassword(ctx, c.tx, v.Account, row.ID, row.PasswordHash, hash, v.Session)
		if err == nil && !set {
			err = usererror.Errors{{Code: usererror.Invalid, Path: pathNewPassword, Message: "The password was changed in the meantime."}}
		}
		if err != nil {
			return nil, err
		}
		row.PasswordHash = hash
		return userOf(row), c.record(ctx, audit.Entry{Action: audit.PasswordSet, Subject: row.ID, Name: row.Login})
	})
}
