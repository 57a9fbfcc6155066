package contact

import (
	"context"
	"errors"
	"log/slog"

	"contactgraph/ent"
	entaccount "contactgraph/ent/account"
	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/login"
	"contactgraph/ent/session"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/limiter"
	"contactgraph/internal/password"
	"contactgraph/internal/storable"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// MaxPassword is the largest length of a password, in UTF-16 units of its normal form.
const MaxPassword = password.MaxLength

// PasswordChange sets a new password. It prints as stars, so that passwords do not appear in logs.
type PasswordChange struct {
	New     *string // nil and "" are invalid: a password can be changed but not removed
	Current *string // required of customers
}

// hidden stands in logs for what contains a password.
const hidden = "***"

// String hides the passwords.
func (PasswordChange) String() string { return hidden }

// LogValue hides the passwords.
func (PasswordChange) LogValue() slog.Value { return slog.StringValue(hidden) }

// preparedPassword is a password change with the hash computed, which takes too long for a
// transaction.
type preparedPassword struct {
	hash     string
	verified *string // the hash of the current password; nil if the viewer does not need to know it
}

// preparePassword checks and hashes the new password of u. It returns nil if there is none or there
// are errors.
func (s *Service) preparePassword(ctx context.Context, v viewer.Viewer, u Update, errs *usererror.Errors) (*preparedPassword, error) {
	if u.Password == nil {
		return nil, nil
	}
	if !field.CanWrite(v, field.PathPassword) {
		*errs = append(*errs, usererror.NewForbidden(field.PathPassword, nounOf(v)+" may not change passwords."))
		return nil, nil
	}
	if err := s.checkNewPassword(ctx, v, u, errs); err != nil {
		return nil, err
	}
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
	hash, err := s.passwords.Hasher.Hash(ctx, *u.Password.New)
	if err != nil {
		return nil, err
	}
	return &preparedPassword{hash: hash, verified: verified}, nil
}

// checkNewPassword adds an error if the account does not allow the new password for the contact,
// which also gets the logins with this write.
func (s *Service) checkNewPassword(ctx context.Context, v viewer.Viewer, u Update, errs *usererror.Errors, logins ...string) error {
	plain := password.Normalize(deref(u.Password.New))
	switch {
	case plain == "":
		errs.Add(usererror.Required, field.PathPassword, "The new password must not be null or empty.")
		return nil
	case storable.Length(plain) > MaxPassword:
		errs.Add(usererror.TooLong, field.PathPassword, "The new password must be at most %d characters long.", MaxPassword)
		return nil
	}
	account, err := s.db.Client().Account.Query().Where(entaccount.ID(v.Account)).Only(ctx)
	if err != nil {
		return err
	}
	own, err := s.db.Client().Login.Query().Where(login.AccountID(v.Account), login.ContactID(u.ID)).All(ctx)
	if err != nil {
		return err
	}
	rules := password.Customer(account.Settings, logins...)
	if field.CanRead(v, field.PathLogins) { // otherwise the error would tell a login that was guessed
		for _, l := range own {
			rules.Own = append(rules.Own, l.Name)
		}
	}
	if broken := rules.Check(plain); broken != "" {
		errs.Add(usererror.Invalid, field.PathPassword, "%s", broken)
	}
	return nil
}

// verifyCurrent returns the stored hash of the contact, and adds an error if the current password
// is wrong.
func (s *Service) verifyCurrent(ctx context.Context, v viewer.Viewer, u Update, errs *usererror.Errors) (string, error) {
	if u.Password.Current == nil {
		errs.Add(usererror.Required, field.PathCurrentPassword, "The current password is required to set a new one.")
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
	ok, err := s.guess(ctx, v, hash, *u.Password.Current)
	if limited, isLimited := errors.AsType[*limiter.RateError](err); isLimited {
		*errs = append(*errs, usererror.NewRateLimited(field.PathCurrentPassword, limited.RetryAfter)...)
		return hash, nil
	}
	if err == nil && !ok {
		errs.Add(usererror.WrongPassword, field.PathCurrentPassword, "The current password is wrong.")
	}
	return hash, err
}

// guess reports whether the viewer knows its current password. Wrong ones count as those of
// sign-ins do.
func (s *Service) guess(ctx context.Context, v viewer.Viewer, hash, current string) (bool, error) {
	undo, err := s.passwords.Guesses.Begin(ctx, v)
	if err != nil {
		return false, err
	}
	ok, err := s.passwords.Hasher.Verify(ctx, hash, current)
	if ok || err != nil {
		err = errors.Join(err, undo(ctx))
	}
	return ok, err
}

// endOtherSessions ends all sessions of the contact but the one in which the password was changed.
func (w *unitOfWork) endOtherSessions(ctx context.Context) error {
	_, err := w.tx.Ent.Session.Delete().Where(session.AccountID(w.viewer.Account), session.ContactID(w.next.ID),
		session.IDNEQ(w.viewer.Session)).Exec(ctx)
	return err
}
