package people

import (
	"context"
	"errors"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/account"
	"contactgraph/ent/predicate"
	"contactgraph/ent/session"
	"contactgraph/ent/user"
	"contactgraph/internal/audit"
	"contactgraph/internal/auth"
	"contactgraph/internal/authz"
	"contactgraph/internal/limiter"
	"contactgraph/internal/secondfactor"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

const pathCode = "code"

// SecondFactor describes the second factor of a user, without its secrets.
type SecondFactor struct {
	EnabledAt     *time.Time // nil without a second factor
	RecoveryCodes int        // that were not used
	Required      bool       // by the account or for the user
}

// SecondFactorOf returns the second factor of a viewer; nil for one that is no user.
func (s *Service) SecondFactorOf(ctx context.Context, v viewer.Viewer) (*SecondFactor, error) {
	if v.Actor.Kind != viewer.ActorUser {
		return nil, nil //nolint:nilnil // it has none
	}
	ctx = viewer.NewSystemContext(ctx, v.Account)
	of, err := s.db.Client().Account.Query().Where(account.ID(v.Account)).Only(ctx)
	if err != nil {
		return nil, err
	}
	row, err := s.db.Client().User.Query().Where(user.AccountID(v.Account), user.ID(v.Actor.ID)).Only(ctx)
	if err != nil {
		return nil, err
	}
	return &SecondFactor{EnabledAt: row.TotpConfirmedAt, RecoveryCodes: len(row.RecoveryCodes), Required: required(of, row)}, nil
}

// required reports whether a user must have a second factor.
func required(of *ent.Account, row *ent.User) bool {
	return of.Settings.RequireSecondFactor || row.SecondFactorRequired != nil && *row.SecondFactorRequired
}

// Proof is how users prove who they are before they change their second factor. It prints without
// its secrets.
type Proof struct {
	Password string `json:"-"` // the current one
	Code     string `json:"-"` // of the second factor
}

// String hides the proof.
func (Proof) String() string { return "a password and a code" }

// ownCommand is a write of users about their own second factor.
type ownCommand struct {
	command

	account *ent.Account
	row     *ent.User
	check   func(context.Context) error // fails with auth.ErrCode if the code is wrong
}

// update returns an update of the user.
func (c ownCommand) update() *ent.UserUpdate {
	return c.tx.Ent.User.Update().Where(user.AccountID(c.viewer.Account), user.ID(c.row.ID))
}

// audit records an action of the user.
func (c ownCommand) audit(ctx context.Context, action audit.Action) error {
	return c.record(ctx, audit.Entry{Action: action, Subject: c.row.ID, Name: c.row.Login})
}

// prove checks the current password of the viewer, and returns the user. It fails with Forbidden if
// the user has none, which is not a guess.
func (s *Service) prove(ctx context.Context, v viewer.Viewer, current string) (*ent.User, error) {
	row, err := s.db.Client().User.Query().Where(user.AccountID(v.Account), user.ID(v.Actor.ID)).Only(viewer.NewSystemContext(ctx, v.Account))
	if err != nil {
		return nil, err
	}
	if row.PasswordHash == "" {
		return nil, usererror.Errors{usererror.NewForbidden("", "You sign in by the provider of your organization, which decides about second factors.")}
	}
	return row, s.verify(ctx, v, row, current)
}

// ownRun runs a write of the viewer, who is a user, about its own second factor. If fn calls check,
// the attempt counts as a guess of a code, unless the code is right.
func ownRun[T any](ctx context.Context, s *Service, v viewer.Viewer, code string, fn func(context.Context, ownCommand) (T, error)) (T, error) {
	var none T
	undo, err := s.guesses.BeginCode(ctx, v)
	if limited, ok := errors.AsType[*limiter.RateError](err); ok {
		return none, usererror.NewRateLimited(pathCode, limited.RetryAfter)
	}
	if err != nil {
		return none, err
	}
	done, err := run(ctx, s, v, func(ctx context.Context, c command) (T, error) {
		ctx = viewer.NewSystemContext(ctx, v.Account) // an agent may change its own second factor
		own, err := c.lockOwn(ctx, code)
		if err != nil {
			return none, err
		}
		return fn(ctx, own)
	})
	if errors.Is(err, auth.ErrCode) {
		return none, s.refuseCode(ctx, v)
	}
	return done, errors.Join(err, undo(ctx))
}

// lockOwn returns the user that the viewer is, and keeps other transactions from changing it, and
// from requiring a second factor.
func (c command) lockOwn(ctx context.Context, code string) (own ownCommand, err error) {
	own.command = c
	own.account, err = c.tx.Ent.Account.Query().Where(account.ID(c.viewer.Account), c.tx.ForShare).Only(ctx)
	if err != nil {
		return own, err
	}
	own.row, err = c.tx.Ent.User.Query().Where(user.AccountID(c.viewer.Account), user.ID(c.viewer.Actor.ID), c.tx.ForUpdate).Only(ctx)
	own.check = func(ctx context.Context) error { return auth.UseCode(ctx, c.tx, c.viewer, code, c.at) }
	return own, err
}

// refuseCode records a wrong code of a user who is signed in.
func (s *Service) refuseCode(ctx context.Context, v viewer.Viewer) error {
	_, err := run(ctx, s.WithKey(nil), v, func(ctx context.Context, c command) (struct{}, error) {
		own, err := c.lockOwn(viewer.NewSystemContext(ctx, v.Account), "")
		if err != nil {
			return struct{}{}, err
		}
		return struct{}{}, own.audit(ctx, audit.SecondFactorFailed)
	})
	if err != nil {
		return err
	}
	return usererror.Errors{{Code: usererror.WrongCode, Path: pathCode, Message: auth.WrongCode}}
}

// NewSecondFactor is a second factor that was set up, and has to be confirmed. It is returned once.
type NewSecondFactor struct {
	Secret secondfactor.Secret `json:"-"`
	URI    string              `json:"-"` // with which an app stores it
	QRCode string              `json:"-"` // of the URI, as the data URL of an image
}

// String hides the secret.
func (NewSecondFactor) String() string { return "a second factor" }

// SetUpSecondFactor creates a secret for an authenticator app of the user that the viewer is, which
// ConfirmSecondFactor turns on. A user who has a second factor needs a code of it, and keeps it
// until then. It fails with Forbidden for other viewers and without a password, with WrongPassword,
// with WrongCode, and with RateLimited after too many of these.
func (s *Service) SetUpSecondFactor(ctx context.Context, p Proof) (*NewSecondFactor, error) {
	v, err := authz.RequireUser(ctx)
	if err != nil {
		return nil, err
	}
	proved, err := s.prove(ctx, v, p.Password)
	if err != nil {
		return nil, err
	}
	return ownRun(ctx, s, v, p.Code, func(ctx context.Context, c ownCommand) (*NewSecondFactor, error) {
		if err := c.unchanged(proved); err != nil {
			return nil, err
		}
		if len(c.row.TotpSecret) > 0 {
			if err := c.check(ctx); err != nil {
				return nil, err
			}
		}
		created := &NewSecondFactor{Secret: secondfactor.NewSecret()}
		if created.URI, err = created.Secret.URI(c.account.Name, c.row.Login); err != nil {
			return nil, err
		}
		if created.QRCode, err = secondfactor.QRCode(created.URI); err != nil {
			return nil, err
		}
		return created, c.update().SetTotpPending(created.Secret).Exec(ctx)
	})
}

// unchanged fails if the password was changed after it was checked.
func (c ownCommand) unchanged(proved *ent.User) error {
	if c.row.PasswordHash == proved.PasswordHash {
		return nil
	}
	return usererror.Errors{{Code: usererror.Invalid, Path: pathCurrentPassword, Message: "The password was changed in the meantime."}}
}

// NewRecoveryCodes are recovery codes, which are returned once.
type NewRecoveryCodes struct {
	Codes []string `json:"-"`
}

// String hides the codes.
func (NewRecoveryCodes) String() string { return "recovery codes" }

// ConfirmSecondFactor turns on the second factor that was set up, with a code of it, and returns
// recovery codes. All other sessions of the user end. It fails with Forbidden for viewers who are
// no users, with Invalid if none was set up, with WrongCode, and with RateLimited after too many
// wrong codes.
func (s *Service) ConfirmSecondFactor(ctx context.Context, code string) (*NewRecoveryCodes, error) {
	v, err := authz.RequireUser(ctx)
	if err != nil {
		return nil, err
	}
	return ownRun(ctx, s, v, code, func(ctx context.Context, c ownCommand) (*NewRecoveryCodes, error) {
		if len(c.row.TotpPending) == 0 {
			return nil, usererror.Errors{{Code: usererror.Invalid, Message: "No second factor was set up: begin again."}}
		}
		used, kind := secondfactor.Factor{Secret: c.row.TotpPending}.Use(code, c.at)
		if kind != secondfactor.App {
			return nil, auth.ErrCode
		}
		codes, hashes := secondfactor.NewRecoveryCodes()
		err := c.update().SetTotpSecret(c.row.TotpPending).ClearTotpPending().SetTotpConfirmedAt(c.at).
			SetTotpStep(used.LastStep).SetRecoveryCodes(hashes).Exec(ctx)
		if err == nil {
			err = auth.EndSessions(ctx, c.tx, v.Account, c.row.ID, v.Session)
		}
		if err == nil {
			err = c.tx.Ent.Session.Update().Where(session.AccountID(v.Account), session.ID(v.Session)).ClearEnrolling().Exec(ctx)
		}
		if err != nil {
			return nil, err
		}
		return &NewRecoveryCodes{codes}, c.audit(ctx, audit.SecondFactorEnabled)
	})
}

// CreateRecoveryCodes replaces the recovery codes of the user that the viewer is. It fails as
// TurnOffSecondFactor does, but not because the second factor is required.
func (s *Service) CreateRecoveryCodes(ctx context.Context, p Proof) (*NewRecoveryCodes, error) {
	return proved(ctx, s, p, func(ctx context.Context, c ownCommand) (*NewRecoveryCodes, error) {
		codes, hashes := secondfactor.NewRecoveryCodes()
		if err := c.update().SetRecoveryCodes(hashes).Exec(ctx); err != nil {
			return nil, err
		}
		return &NewRecoveryCodes{codes}, c.audit(ctx, audit.RecoveryCodesCreated)
	})
}

// TurnOffSecondFactor erases the second factor of the user that the viewer is. All other sessions
// of the user end. It fails with Forbidden for other viewers, without a password and if a second
// factor is required, with Invalid if there is none, with WrongPassword, with WrongCode, and with
// RateLimited after too many of these.
func (s *Service) TurnOffSecondFactor(ctx context.Context, p Proof) (*User, error) {
	return proved(ctx, s, p, func(ctx context.Context, c ownCommand) (*User, error) {
		if required(c.account, c.row) {
			return nil, usererror.Errors{usererror.NewForbidden("", "A second factor is required: it can be replaced, but not turned off.")}
		}
		if err := c.erase(ctx, c.row.ID); err != nil {
			return nil, err
		}
		if err := auth.EndSessions(ctx, c.tx, c.viewer.Account, c.row.ID, c.viewer.Session); err != nil {
			return nil, err
		}
		u := userOf(c.row)
		u.SecondFactor = false
		return u, c.audit(ctx, audit.SecondFactorDisabled)
	})
}

// proved runs a write of the user that the viewer is, who has a second factor, after it has proved
// who it is.
func proved[T any](ctx context.Context, s *Service, p Proof, fn func(context.Context, ownCommand) (T, error)) (T, error) {
	var none T
	if _, err := authz.RequireViewer(ctx); err != nil {
		return none, err
	}
	v, err := authz.RequireUser(ctx)
	if err != nil {
		return none, err
	}
	before, err := s.prove(ctx, v, p.Password)
	if err != nil {
		return none, err
	}
	return ownRun(ctx, s, v, p.Code, func(ctx context.Context, c ownCommand) (T, error) {
		if err := c.unchanged(before); err != nil {
			return none, err
		}
		if len(c.row.TotpSecret) == 0 {
			return none, usererror.Errors{{Code: usererror.Invalid, Message: "There is no second factor."}}
		}
		if err := c.check(ctx); err != nil {
			return none, err
		}
		return fn(ctx, c)
	})
}

// erase removes all that is stored about the second factor of a user.
func (c command) erase(ctx context.Context, id int) error {
	return c.tx.Ent.User.Update().Where(user.AccountID(c.viewer.Account), user.ID(id)).
		ClearTotpSecret().ClearTotpPending().ClearTotpConfirmedAt().ClearTotpStep().ClearRecoveryCodes().Exec(ctx)
}

// ResetSecondFactor erases the second factor of another user, for admins, and ends all sessions of
// the user: the device may be stolen. It is no error if there is none. It fails with NotFound, and
// with Forbidden for the admin's own, which needs the password and a code.
func (s *Service) ResetSecondFactor(ctx context.Context, id int) (*User, error) {
	return adminRun(ctx, s, noCheck, func(ctx context.Context, c command) (*User, error) {
		if c.viewer.Actor.Kind == viewer.ActorUser && c.viewer.Actor.ID == id {
			return nil, usererror.Errors{usererror.NewForbidden("", "Turn off or replace your own second factor with your password and a code.")}
		}
		u, _, err := c.lockUser(ctx, id)
		if err != nil {
			return nil, err
		}
		if err := c.erase(ctx, id); err != nil || !u.SecondFactor {
			return u, err
		}
		u.SecondFactor = false
		if err := auth.EndSessions(ctx, c.tx, c.viewer.Account, id, 0); err != nil {
			return nil, err
		}
		return u, c.record(ctx, audit.Entry{Action: audit.SecondFactorReset, Subject: id, Name: u.Login})
	})
}

// enrollSessions limits the sessions of users who have no second factor to setting one up, but not
// those that were opened by the provider, which decides about second factors itself.
func (c command) enrollSessions(ctx context.Context, which ...predicate.User) error {
	of := user.And(append(which, user.TotpSecretIsNil())...)
	return c.tx.Ent.Session.Update().Where(session.AccountID(c.viewer.Account), session.IssuerIsNil(), session.HasUserWith(user.AccountID(c.viewer.Account), of)).
		SetEnrolling(true).Exec(viewer.NewSystemContext(ctx, c.viewer.Account))
}
