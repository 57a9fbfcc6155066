package contact

import (
	"context"
	"log/slog"

	"contactgraph/ent"
	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/session"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/storable"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// MaxPassword bounds a password, in UTF-16 units: hashing costs time for each.
const MaxPassword = 1000

// PasswordChange sets a new password. It prints as stars, so that no log shows one.
type PasswordChange struct {
	New     *string // nil, like blank, is refused: a password can be changed, not removed
	Current *string // a customer must know it
}

// String hides the passwords.
func (PasswordChange) String() string { return "***" }

// LogValue hides the passwords.
func (PasswordChange) LogValue() slog.Value { return slog.StringValue("***") }

// preparedPassword is a password change whose slow part is done: hashing has no place in a write.
type preparedPassword struct {
	hash     string
	verified *string // the hash that the current password fits; nil if the viewer need not know it
}

// preparePassword checks and hashes the new password of u. It returns nil if there is none or something is wrong already.
func (s *Service) preparePassword(ctx context.Context, v viewer.Viewer, u Update, errs *usererror.Errors) (*preparedPassword, error) {
	if u.Password == nil {
		return nil, nil
	}
	checkNewPassword(errs, u.Password.New)
	var verified *string
	if v.Role == viewer.Customer {
		hash, err := s.verifyCurrent(ctx, v, u, errs)
		if err != nil {
			return nil, err
		}
		verified = &hash
	}
	if len(*errs) > 0 {
		return nil, nil
	}
	hash, err := s.passwords.Hash(ctx, *u.Password.New)
	if err != nil {
		return nil, err
	}
	return &preparedPassword{hash: hash, verified: verified}, nil
}

func checkNewPassword(errs *usererror.Errors, password *string) {
	switch {
	case deref(password) == "":
		errs.Add(usererror.Required, field.PathPassword, "The new password must not be null or empty.")
	case storable.Length(*password) > MaxPassword:
		errs.Add(usererror.TooLong, field.PathPassword, "The new password must be at most %d characters long.", MaxPassword)
	}
}

// verifyCurrent returns the hash that the current password fits, and adds an error if it does not.
func (s *Service) verifyCurrent(ctx context.Context, v viewer.Viewer, u Update, errs *usererror.Errors) (string, error) {
	if u.Password.Current == nil {
		errs.Add(usererror.Required, field.PathCurrentPassword, "A new password needs the current one.")
		return "", nil
	}
	c, err := s.db.Client().Contact.Query().Where(entcontact.ID(u.ID), entcontact.AccountID(v.Account)).Only(ctx)
	if ent.IsNotFound(err) {
		return "", usererror.NewNotFound("Contact", u.ID)
	}
	if err != nil {
		return "", err
	}
	hash := deref(c.PasswordHash)
	ok, err := s.passwords.Verify(ctx, hash, *u.Password.Current)
	if err == nil && !ok {
		errs.Add(usererror.WrongPassword, field.PathCurrentPassword, "The current password is another.")
	}
	return hash, err
}

// endOtherSessions signs the contact out everywhere but where the password was changed.
func (w *unitOfWork) endOtherSessions(ctx context.Context) error {
	_, err := w.tx.Ent.Session.Delete().Where(session.AccountID(w.viewer.Account), session.ContactID(w.next.ID),
		session.IDNEQ(w.viewer.Session)).Exec(ctx)
	return err
}
