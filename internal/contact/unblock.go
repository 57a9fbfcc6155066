package contact

import (
	"context"
	"errors"
	"strconv"

	"contactgraph/ent/change"
	"contactgraph/ent/login"
	"contactgraph/internal/authz"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// unblock is the command of UnblockEmail.
type unblock struct{ id int }

// errNotBounced ends the transaction of an unblock that has nothing to do.
var errNotBounced = errors.New("no login has the type Bounced")

// UnblockEmail makes the contact's logins of type Bounced ones of type Email, for staff, whatever
// the version is. It reports whether there were any; if not, it changes nothing. It fails with
// Forbidden and NotFound.
func (s *Service) UnblockEmail(ctx context.Context, id int) (unblocked bool, err error) {
	_, err = s.run(ctx, unblock{id})
	if errors.Is(err, errNotBounced) {
		return false, nil
	}
	return err == nil, err
}

func (u unblock) subject() string { return strconv.Itoa(u.id) }

func (u unblock) prepare(ctx context.Context, s *Service) (*prepared, error) {
	if _, err := authz.RequireRole(ctx, viewer.Agent); err != nil {
		return nil, err
	}
	v, err := authz.ToWriteContacts(authz.AuthorizeContact(ctx, s.db.Client(), u.id))
	if err != nil {
		return nil, err
	}
	if !field.CanWrite(v, field.PathLogins) { // also if there is nothing to do: that would show the types
		return nil, usererror.Errors{usererror.NewForbidden(field.PathLogins, nounOf(v)+" may not change the logins of a contact.")}
	}
	return existing(v, u.id, nil, func(ctx context.Context, w *unitOfWork) error {
		w.kind = change.KindDETAILS
		logins, err := w.currentLogins(ctx)
		if err != nil {
			return err
		}
		bounced := false
		for i, l := range logins {
			if l.Kind == login.KindBounced {
				logins[i].Kind, bounced = login.KindEmail, true
			}
		}
		if !bounced {
			return errNotBounced
		}
		return w.apply(ctx, Lock{OnConflict: Overwrite}, edit{details: Details{Logins: &logins}})
	}), nil
}
