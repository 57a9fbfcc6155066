package contact

import (
	"context"

	"contactgraph/ent/change"
	"contactgraph/internal/authz"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/usererror"
)

// Details is what belongs to a contact in addition to its own fields.
type Details struct {
	Properties []PropertyPatch // at most 1,000, each of at most 100 values; properties that are not listed stay
	Logins     *[]field.Login  // the complete new set, at most 100; nil keeps the current one
	Membership *[]int          // the complete new set of segment ids, at most 1,000; nil keeps the current one
}

// SetDetails is the command that writes details.
type SetDetails struct {
	ID   int
	Lock Lock
	Details
}

// SetDetails applies d completely or not at all, under the same lock as Update, and increments the
// contact's version. It fails with Errors: NotFound or Forbidden alone, or everything that is wrong
// with the version, properties, logins and membership.
func (s *Service) SetDetails(ctx context.Context, d SetDetails) (*Result, error) {
	v, err := authz.ToWriteContacts(authz.AuthorizeContact(ctx, s.db.Client(), d.ID))
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

// check adds errors for what is wrong with the details of any contact, except for values of
// properties, and sorts the sets.
func (d Details) check(errs *usererror.Errors) Details {
	if d.Logins != nil {
		d.Logins = new(checkLogins(errs, *d.Logins))
	}
	if d.Membership != nil {
		d.Membership = new(sortedSet(*d.Membership))
	}
	return d
}
