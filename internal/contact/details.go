package contact

import (
	"context"
	"strconv"

	"contactgraph/ent/change"
	"contactgraph/internal/authz"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/usererror"
)

// Details is what belongs to a contact in addition to its own fields.
type Details struct {
	Properties  []PropertyPatch     // at most 1,000, each of at most 100 values; properties that are not listed stay
	Custom      Custom              // more properties, which count together with the others
	Logins      *[]field.Login      // the complete new set, at most 100; nil keeps the current one
	ExternalIDs *[]field.ExternalID // the complete new set, at most 20; nil keeps the current one
	Membership  *[]int              // the complete new set of segment ids, at most 1,000; nil keeps the current one
	Add, Remove Elements            // of the sets that are kept; they are removed first
}

// setProperties reports whether the details set any properties.
func (d Details) setProperties() bool { return len(d.Properties) > 0 || d.Custom != nil }

// SetDetails is the command that writes details.
type SetDetails struct {
	ID   int
	Lock Lock
	Details

	IfChanged bool // a write that changes nothing succeeds without a new version
}

// SetDetails applies d completely or not at all, under the same lock as Update, and increments the
// contact's version. Values of a property that the contact already has are accepted even if they
// could not be set now. It fails with Errors: NotFound or Forbidden alone, or everything that is
// wrong with the version, properties, logins, external ids and membership.
func (s *Service) SetDetails(ctx context.Context, d SetDetails) (*Result, error) {
	return s.run(ctx, d)
}

func (d SetDetails) subject() string { return strconv.Itoa(d.ID) }

func (d SetDetails) prepare(ctx context.Context, s *Service) (*prepared, error) {
	v, err := authz.ToWriteContacts(authz.AuthorizeContact(ctx, s.db.Client(), d.ID))
	if err != nil {
		return nil, err
	}
	var errs usererror.Errors
	d.Lock.check(&errs)
	details := d.check(&errs)
	return existing(v, d.ID, errs, func(ctx context.Context, w *unitOfWork) error {
		w.kind, w.ifChanged = change.KindDETAILS, d.IfChanged
		return w.apply(ctx, d.Lock, edit{details: details})
	}), nil
}

// check adds errors for what is wrong with the details of any contact, except for values of
// properties, and sorts the sets.
func (d Details) check(errs *usererror.Errors) Details {
	if d.Logins != nil {
		d.Logins = new(checkLogins(errs, *d.Logins))
	}
	if d.ExternalIDs != nil {
		d.ExternalIDs = new(checkExternalIDs(errs, *d.ExternalIDs))
	}
	if d.Membership != nil {
		d.Membership = new(sortedSet(*d.Membership))
	}
	d.checkElements(errs)
	return d
}
