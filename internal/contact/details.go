package contact

import (
	"context"

	"contactgraph/ent/change"
	"contactgraph/internal/authz"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/usererror"
)

// Details is a write of what belongs to a contact beside its own fields.
type Details struct {
	Properties []PropertyPatch // a property not listed stays
	Logins     *[]field.Login  // the full new set; nil leaves it
	Membership *[]int          // the full new set of segments; nil leaves it
}

// SetDetails is the command to write details.
type SetDetails struct {
	ID   int
	Lock Lock
	Details
}

// SetDetails applies d as a whole, or nothing of it, under the same lock as Update, and raises the contact's version. It
// fails with Errors: NotFound or Forbidden alone, else all at once what is wrong with the version, the properties, the
// logins and the membership.
func (s *Service) SetDetails(ctx context.Context, d SetDetails) (*Result, error) {
	v, err := authz.AuthorizeContact(ctx, d.ID)
	if err != nil {
		return nil, err
	}
	var errs usererror.Errors
	d.Lock.check(&errs)
	details := d.check(&errs)
	return s.writeContact(ctx, v, d.ID, errs, func(ctx context.Context, w *unitOfWork) (*Result, error) {
		return w.applyAndSave(ctx, d.Lock, edit{details: details}, change.KindDETAILS)
	})
}

// check adds what is wrong with the details whatever the contact is like, but for the values of properties, and brings sets
// into their order.
func (d Details) check(errs *usererror.Errors) Details {
	if d.Logins != nil {
		d.Logins = new(checkLogins(errs, *d.Logins))
	}
	if d.Membership != nil {
		d.Membership = new(sortedSet(*d.Membership))
	}
	return d
}
