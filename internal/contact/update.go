package contact

import (
	"context"
	"strconv"

	"contactgraph/ent/change"
	"contactgraph/internal/authz"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"
)

// Update is the command that writes a contact's own fields, and properties by their API names.
type Update struct {
	ID       int
	Lock     Lock
	Set      field.Patch
	Custom   Custom
	Password *PasswordChange // nil keeps the current one
}

// Update applies u if the contact still has the version that the lock expects; if it does not,
// u.Lock.OnConflict decides. It fails with Errors: NotFound or Forbidden alone, or everything that
// is wrong with the version, values, unique keys and references. A new password ends the contact's
// other sessions.
func (s *Service) Update(ctx context.Context, u Update) (*Result, error) { return s.run(ctx, u) }

func (u Update) subject() string { return strconv.Itoa(u.ID) }

func (u Update) prepare(ctx context.Context, s *Service) (*prepared, error) {
	v, err := authz.ToWriteContacts(authz.AuthorizeContact(ctx, s.db.Client(), u.ID))
	if err != nil {
		return nil, err
	}
	var errs usererror.Errors
	u.Lock.check(&errs)
	e := edit{set: s.checkPatch(&errs, u.Set), details: Details{Custom: u.Custom}}
	if e.password, err = s.preparePassword(ctx, v, u, &errs); err != nil {
		return nil, err
	}
	return existing(v, u.ID, errs, func(ctx context.Context, w *unitOfWork) error {
		w.kind = change.KindUPDATE
		return w.apply(ctx, u.Lock, e)
	}), nil
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
