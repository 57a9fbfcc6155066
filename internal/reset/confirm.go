package reset

import (
	"context"
	"errors"
	"fmt"
	"net/netip"

	"contactgraph/ent"
	"contactgraph/ent/passwordreset"
	"contactgraph/internal/audit"
	"contactgraph/internal/auth"
	"contactgraph/internal/contact"
	"contactgraph/internal/database"
	"contactgraph/internal/password"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// errToken ends what uses a token that another request has used, or that is void.
var errToken = errors.New("the token is unknown, void or used")

// Confirm sets the password of the owner of a token, ends all of the owner's sessions, and records
// it in the audit log, in one transaction, which also uses up the token. It writes the password of
// a contact through contacts. It fails with Errors: NotAvailable alone, Invalid at PathToken, or
// Required, TooLong or Invalid at PathNewPassword, after which the token can still be used; and
// with a *limiter.RateError if there were too many wrong tokens from the address.
func (s *Service) Confirm(ctx context.Context, contacts Contacts, token, newPassword string, from netip.Addr) error {
	if s.sender == nil {
		return errNotAvailable()
	}
	undo, err := s.throttle.BeginToken(ctx, from)
	if err != nil {
		return err
	}
	err = s.confirm(ctx, contacts, token, newPassword, from)
	if errors.Is(err, errToken) || errors.Is(err, contact.ErrPasswordChanged) {
		return usererror.Errors{{Code: usererror.Invalid, Path: PathToken, Message: "The link has expired or was used, or a newer one was sent. Request a new one."}}
	}
	return errors.Join(err, undo(ctx))
}

func (s *Service) confirm(ctx context.Context, contacts Contacts, token, newPassword string, from netip.Addr) error {
	system := viewer.NewSystemContext(ctx, 0)
	row, err := s.db.Client().PasswordReset.Query().
		Where(passwordreset.TokenHash(digest(token)), passwordreset.ExpiresAtGT(s.timestamp())).Only(system)
	if ent.IsNotFound(err) {
		return errToken
	}
	if err != nil {
		return err
	}
	o, err := ownerOfToken(ctx, s.db.Client(), row)
	if err != nil {
		return err
	}
	if !o.exists() {
		return errToken
	}
	o.viewer.Address = from
	if o.viewer.Actor.Kind == viewer.ActorUser {
		return s.setUserPassword(ctx, row, o, newPassword)
	}
	err = contacts.ResetPassword(viewer.NewContext(ctx, o.viewer), contact.PasswordReset{
		ID: o.viewer.Contact, New: newPassword, Old: o.hash,
		Use: func(ctx context.Context, tx *database.Tx) error { return s.use(ctx, tx, row, o) },
	})
	return atPath(err)
}

// atPath puts the errors about the password of a contact at the path of the input.
func atPath(err error) error {
	errs, ok := errors.AsType[usererror.Errors](err)
	if !ok {
		return err
	}
	for _, e := range errs {
		e.Path = PathNewPassword
	}
	return errs
}

// setUserPassword sets the password of a user.
func (s *Service) setUserPassword(ctx context.Context, row *ent.PasswordReset, o owner, newPassword string) error {
	var errs usererror.Errors
	errs.CheckText(PathNewPassword, "The password", password.Normalize(newPassword), password.MaxLength)
	if newPassword == "" {
		errs.Add(usererror.Required, PathNewPassword, "The password must not be empty.")
	} else if broken := password.Staff(o.settings, o.login).Check(newPassword); broken != "" {
		errs.Add(usererror.Invalid, PathNewPassword, "%s", broken)
	}
	if err := errs.OrNil(); err != nil {
		return err
	}
	hash, err := s.hasher.Hash(ctx, newPassword) // slow, so not inside the transaction
	if err != nil {
		return err
	}
	ctx = viewer.NewSystemContext(ctx, row.Tenant)
	return s.db.Write(ctx, 0, func(ctx context.Context, tx *database.Tx) error {
		if err := s.use(ctx, tx, row, o); err != nil {
			return err
		}
		set, err := auth.SetUserPassword(ctx, tx, row.Tenant, o.viewer.Actor.ID, o.hash, hash, 0)
		if err == nil && !set {
			err = errToken
		}
		return err
	})
}

// use uses up a token, deletes the other requests of its owner, and records it. It fails with
// errToken if the token was used or replaced in the meantime, by any process.
func (s *Service) use(ctx context.Context, tx *database.Tx, row *ent.PasswordReset, o owner) error {
	system := viewer.NewSystemContext(ctx, 0)
	n, err := tx.Ent.PasswordReset.Delete().Where(passwordreset.ID(row.ID), passwordreset.TokenHash(row.TokenHash)).Exec(system)
	if err == nil && n == 0 {
		return errToken
	}
	if err == nil {
		_, err = tx.Ent.PasswordReset.Delete().Where(o.requests()).Exec(system)
	}
	if err != nil {
		return fmt.Errorf("using a token: %w", err)
	}
	e := audit.Entry{Action: audit.PasswordReset, Subject: o.viewer.Actor.ID}
	if o.viewer.Actor.Kind == viewer.ActorUser {
		e.Name = o.login
	}
	return audit.Record(ctx, tx.Ent, o.viewer, s.timestamp(), e)
}
