package contact

import (
	"context"
	"errors"
	"log/slog"

	"contactgraph/ent/change"
	entcontact "contactgraph/ent/contact"
	"contactgraph/internal/authz"
	"contactgraph/internal/database"
	"contactgraph/internal/usererror"
)

// ErrPasswordChanged is the error of a PasswordReset whose contact has another password, or none,
// or does not exist.
var ErrPasswordChanged = errors.New("the password was changed in the meantime")

// PasswordReset is the command that sets the password of a contact that has shown in another way
// than by its current password that it may. It prints without the passwords.
type PasswordReset struct {
	ID  int
	New string `json:"-"`
	Old string `json:"-"` // the hash that the new password replaces
	// Use runs in the transaction, before anything is written. Its error undoes the transaction.
	Use func(context.Context, *database.Tx) error
}

// String hides the passwords.
func (PasswordReset) String() string { return hidden }

// LogValue hides the passwords.
func (PasswordReset) LogValue() slog.Value { return slog.StringValue(hidden) }

// ResetPassword applies r as the contact itself, which is the viewer of the context. It ends all
// sessions of the contact. It fails with ErrPasswordChanged, with the error of r.Use, and with
// Errors if the new password is not valid.
func (s *Service) ResetPassword(ctx context.Context, r PasswordReset) error {
	_, err := s.run(ctx, r)
	return err
}

func (PasswordReset) subject() string { return "" }

func (r PasswordReset) prepare(ctx context.Context, s *Service) (*prepared, error) {
	v, err := authz.ToWriteContacts(authz.AuthorizeContact(ctx, s.db.Client(), r.ID))
	if err != nil {
		return nil, err
	}
	if found, err := s.db.Client().Contact.Query().Where(entcontact.AccountID(v.Account), entcontact.ID(r.ID)).Exist(ctx); err != nil || !found {
		return nil, errors.Join(err, ErrPasswordChanged)
	}
	var errs usererror.Errors
	if err := s.checkNewPassword(ctx, v, Update{ID: r.ID, Password: &PasswordChange{New: &r.New}}, &errs); err != nil {
		return nil, err
	}
	if err := errs.OrNil(); err != nil {
		return nil, err
	}
	hash, err := s.passwords.Hasher.Hash(ctx, r.New)
	if err != nil {
		return nil, err
	}
	return &prepared{viewer: v, contact: r.ID, begin: func(ctx context.Context, t *transaction) (*unitOfWork, error) {
		w, err := t.load(ctx, r.ID, nil)
		if errs, ok := errors.AsType[usererror.Errors](err); ok && (errs.Has(usererror.NotFound) || errs.Has(usererror.Merged)) {
			return nil, ErrPasswordChanged
		}
		if err != nil {
			return nil, err
		}
		if deref(w.old.PasswordHash) != r.Old {
			return nil, ErrPasswordChanged
		}
		if err := r.Use(ctx, t.tx); err != nil {
			return nil, err
		}
		w.kind = change.KindUPDATE
		return w, w.apply(ctx, Lock{OnConflict: Overwrite}, edit{password: &preparedPassword{hash: hash}})
	}}, nil
}
