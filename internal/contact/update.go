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

// Update is the command that writes a contact's own fields.
type Update struct {
	ID       int
	Lock     Lock
	Set      field.Patch
	Password *PasswordChange // nil keeps the current one
}

// Update applies u if the contact still has the version that the lock expects; if it does not,
// u.Lock.OnConflict decides. It fails with Errors: NotFound or Forbidden alone, or everything that
// is wrong with the version, values, unique keys and references. A new password ends the contact's
// other sessions.
func (s *Service) Update(ctx context.Context, u Update) (*Result, error) {
	p, err := s.prepare(ctx, u)
	if err != nil {
		return nil, err
	}
	return s.writeContact(ctx, p.viewer, u.ID, p.errs, func(ctx context.Context, w *unitOfWork) (*Result, error) {
		return w.applyAndSave(ctx, u.Lock, p.edit, change.KindUPDATE)
	})
}

// prepared is an update that is checked as far as possible outside the transaction.
type prepared struct {
	Update

	viewer viewer.Viewer
	edit   edit
	errs   usererror.Errors
}

// prepare checks u. It fails with the errors that Update reports alone; the others are in the
// result.
func (s *Service) prepare(ctx context.Context, u Update) (p prepared, err error) {
	p.Update = u
	if p.viewer, err = authz.ToWriteContacts(authz.AuthorizeContact(ctx, s.db.Client(), u.ID)); err != nil {
		return p, err
	}
	u.Lock.check(&p.errs)
	p.edit.set = checkPatch(&p.errs, u.Set)
	p.edit.password, err = s.preparePassword(ctx, p.viewer, u, &p.errs)
	return p, err
}

// setPassword sets the prepared password, unless another one has been set since it was prepared.
func (w *unitOfWork) setPassword(p *preparedPassword) {
	if p == nil {
		return
	}
	if p.verified != nil && deref(w.old.PasswordHash) != *p.verified {
		w.errs.Add(usererror.WrongPassword, field.PathCurrentPassword, "The current password is wrong.")
		return
	}
	w.next.PasswordHash = &p.hash
	w.fields = append(w.fields, revision.FieldChange{Path: field.PathPassword})
	w.deferred = append(w.deferred, w.endOtherSessions)
}
