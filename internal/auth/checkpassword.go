package auth

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"contactgraph/ent"
	entcontact "contactgraph/ent/contact"
	"contactgraph/internal/audit"
	"contactgraph/internal/authz"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/database"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// PasswordCheck is a password that a customer has entered in an application of the caller.
type PasswordCheck struct {
	Contact  int
	Password string
	Client   string // the address of the customer, as the caller reports it
}

// String describes the check without the password.
func (c PasswordCheck) String() string { return fmt.Sprintf("a password of contact %d", c.Contact) }

// CheckPassword checks the password of a contact for staff; it opens no session. It fails with
// Forbidden for customers and for a viewer whose role hides passwords, with NotFound, with
// ErrRefused if the password is wrong or the contact has none, and with a *limiter.RateError if
// there were too many failures before: of the contact, of the client, or of the viewer. Failures
// are recorded in the audit log. It takes as long for a contact without a password as for another.
func (s *Service) CheckPassword(ctx context.Context, c PasswordCheck) error {
	v, err := authz.RequireRole(ctx, viewer.Agent)
	if err == nil {
		_, err = authz.AuthorizeContact(ctx, s.db.Client(), c.Contact)
	}
	if err != nil {
		return err
	}
	if !field.CanRead(v, field.PathPassword) {
		return usererror.Errors{usererror.NewForbidden(field.PathPassword, "Your role may not check passwords.")}
	}
	row, err := s.db.Client().Contact.Query().Where(entcontact.AccountID(v.Account), entcontact.ID(c.Contact)).
		Select(entcontact.FieldPasswordHash).Only(ctx)
	if ent.IsNotFound(err) {
		return usererror.NewNotFound("Contact", c.Contact)
	}
	if err != nil {
		return fmt.Errorf("reading the password of a contact: %w", err)
	}
	hash := ""
	if row.PasswordHash != nil {
		hash = *row.PasswordHash
	}
	g := newPasswordGuess(v, c.Contact, c.Client)
	if err := s.throttle.begin(ctx, &g); err != nil {
		return err
	}
	ok, err := s.passwords.Verify(ctx, hash, c.Password)
	switch {
	case err != nil:
		return errors.Join(fmt.Errorf("verifying %s: %w", c, err), s.throttle.undo(ctx, g))
	case !ok:
		return s.refuseCheck(ctx, v, c, g)
	}
	return s.throttle.write(ctx, func(ctx context.Context, tx *database.Tx, _ time.Time) error {
		_, err := g.succeed(ctx, tx)
		return err
	})
}

// refuseCheck records that a password was wrong.
func (s *Service) refuseCheck(ctx context.Context, v viewer.Viewer, c PasswordCheck, g guess) error {
	from := v
	from.Address, _ = netip.ParseAddr(c.Client)
	err := s.db.Write(viewer.NewSystemContext(ctx, v.Account), 0, func(ctx context.Context, tx *database.Tx) error {
		failures, err := g.fail(ctx, tx)
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx.Ent, from, s.now(), audit.Entry{
			Action: audit.SignInFailed, Name: s.throttle.Owner(v.Account, c.Contact), Details: map[string]any{detailFailures: failures},
		})
	})
	if err != nil {
		return fmt.Errorf("recording a wrong password: %w", err)
	}
	return ErrRefused
}
