package contact

import (
	"context"

	"contactgraph/ent/change"
	"contactgraph/internal/authz"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// Update is a write of a contact's own fields.
type Update struct {
	ID       int
	Lock     Lock
	Set      field.Patch
	Password *PasswordChange // nil leaves the password
}

// Update applies u if the contact is still at the version that it expects, or as the lock says if it is not. It
// fails with Errors: NotFound or Forbidden alone, else all at once what is wrong with the version, the values, the keys
// that others have, and the references. A new password ends the contact's other sessions.
func (s *Service) Update(ctx context.Context, u Update) (*Result, error) {
	p, err := s.prepare(ctx, u)
	if err != nil {
		return nil, err
	}
	return s.writeContact(ctx, p.viewer, u.ID, p.errs, func(ctx context.Context, w *unitOfWork) (*Result, error) {
		return w.applyAndSave(ctx, u.Lock, p.edit, change.KindUPDATE)
	})
}

// prepared is an update that is checked as far as it can be outside the transaction.
type prepared struct {
	Update

	viewer viewer.Viewer
	edit   edit
	errs   usererror.Errors
}

// prepare fails as Update does where it has nothing else to say.
func (s *Service) prepare(ctx context.Context, u Update) (p prepared, err error) {
	p.Update = u
	if p.viewer, err = authz.AuthorizeContact(ctx, u.ID); err != nil {
		return p, err
	}
	u.Lock.check(&p.errs)
	p.edit.set = checkPatch(&p.errs, u.Set)
	p.edit.password, err = s.preparePassword(ctx, p.viewer, u, &p.errs)
	return p, err
}

// setPassword puts the prepared password in place.
func (w *unitOfWork) setPassword(p *preparedPassword) {
	if p == nil {
		return
	}
	if p.verified != nil && deref(w.old.PasswordHash) != *p.verified {
		w.errs.Add(usererror.WrongPassword, field.PathCurrentPassword, "The current password is another.")
		return
	}
	w.next.PasswordHash = &p.hash
	w.fields = append(w.fields, revision.FieldChange{Path: field.PathPassword})
	w.deferred = append(w.deferred, w.endOtherSessions)
}
