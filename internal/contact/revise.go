package contact

import (
	"context"
	"strconv"

	"contactgraph/ent/change"
	"contactgraph/internal/authz"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/usererror"
)

// Revise is the command that writes a contact's own fields and details in one write. One that
// changes nothing succeeds without a new version.
type Revise struct {
	ID   int
	Lock Lock
	Set  field.Patch
	Details

	// PasswordHash replaces the password if it is not empty: see Create.
	PasswordHash string
}

func (r Revise) subject() string { return strconv.Itoa(r.ID) }

func (r Revise) prepare(ctx context.Context, s *Service) (*prepared, error) {
	v, err := authz.ToWriteContacts(authz.AuthorizeContact(ctx, s.db.Client(), r.ID))
	if err != nil {
		return nil, err
	}
	var errs usererror.Errors
	r.Lock.check(&errs)
	e := edit{set: s.checkPatch(&errs, r.Set), details: r.check(&errs)}
	if r.PasswordHash != "" {
		checkKept(&errs, v, field.PathPassword)
		e.password = &preparedPassword{hash: r.PasswordHash}
	}
	return existing(v, r.ID, errs, func(ctx context.Context, w *unitOfWork) error {
		w.kind, w.ifChanged = change.KindDETAILS, true
		if len(r.Set) > 0 || e.password != nil {
			w.kind = change.KindUPDATE
		}
		if e.password != nil && deref(w.old.PasswordHash) == r.PasswordHash {
			e.password = nil
		}
		return w.apply(ctx, r.Lock, e)
	}), nil
}
