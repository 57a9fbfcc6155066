package query

import (
	"context"
	"errors"

	"contactgraph/ent"
	entaccount "contactgraph/ent/account"
	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/predicate"
	"contactgraph/internal/authz"
	"contactgraph/internal/changelog"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/normalize"
	"contactgraph/internal/usererror"
)

// Get returns the contact. It fails with Forbidden for a customer who asks for another contact than
// its own, whether that exists or not, with NotFound if the account has no such contact, and with
// Merged if it was merged into another one.
func (s *Service) Get(ctx context.Context, id int) (*ent.Contact, error) {
	v, err := authz.AuthorizeContact(ctx, s.db.Client(), id)
	if err != nil {
		return nil, err
	}
	c, err := s.db.ReadContact(ctx, v.Account, id)
	if err == nil && c == nil {
		err = changelog.NotFound(ctx, s.db.Client(), v.Account, id)
	}
	return field.Visible(v, c), err
}

// GetOrSurvivor is Get for clients that do not know merges: in place of a contact that was merged
// into another one, it returns the other one. If the settings of the account rule that out, it
// fails with NotFound.
func (s *Service) GetOrSurvivor(ctx context.Context, id int) (*ent.Contact, error) {
	c, err := s.Get(ctx, id)
	errs, _ := errors.AsType[usererror.Errors](err)
	merged := errs.First(usererror.Merged)
	if merged == nil {
		return c, err
	}
	v, err := authz.RequireViewer(ctx)
	if err != nil {
		return nil, err
	}
	account, err := s.db.Client().Account.Query().Where(entaccount.ID(v.Account)).Only(ctx)
	if err == nil && account.Settings.MergedNotFound {
		err = usererror.NewNotFound("Contact", id)
	}
	if err != nil {
		return nil, err
	}
	return s.Get(ctx, merged.MergedInto)
}

// ByEmail returns the contact with the email address, which is compared without regard to case. It
// returns nil if there is none that the viewer can see.
func (s *Service) ByEmail(ctx context.Context, email string) (*ent.Contact, error) {
	return s.only(ctx, byKey(entcontact.FieldEmailKey), normalize.Email(email), entcontact.EmailKey)
}

// ByPhone returns the contact with the phone number, in whatever form that is written. Without a
// country code, the number is one of the default country of the account. It returns nil if there is
// none that the viewer can see.
func (s *Service) ByPhone(ctx context.Context, countryCode, phone string) (*ent.Contact, error) {
	v, err := authz.RequireViewer(ctx)
	if err != nil {
		return nil, err
	}
	key, err := s.phoneKey(ctx, v.Account, countryCode, phone)
	if err != nil {
		return nil, err
	}
	return s.only(ctx, byKey(entcontact.FieldPhoneKey), key, entcontact.PhoneKey)
}

// phoneKey returns the key of a phone number in the account. It reads the default country of the
// account only for a number that needs it.
func (s *Service) phoneKey(ctx context.Context, account int, code, phone string) (string, error) {
	if !normalize.NeedsCountry(code, phone) {
		return normalize.Phone("", code, phone), nil
	}
	row, err := s.db.Client().Account.Query().Where(entaccount.ID(account)).Only(ctx)
	if err != nil {
		return "", err
	}
	return normalize.Phone(row.Settings.DefaultCountry, code, phone), nil
}

// BySecret returns the contact with the secret, nil if there is none that the viewer can see.
func (s *Service) BySecret(ctx context.Context, secret string) (*ent.Contact, error) {
	return s.only(ctx, byPath(field.PathSecret), secret, entcontact.Secret)
}

// ByLogin returns the contact that signs in with the name, nil if there is none that the viewer can
// see.
func (s *Service) ByLogin(ctx context.Context, name string) (*ent.Contact, error) {
	v, err := authz.RequireViewer(ctx)
	if err != nil {
		return nil, err
	}
	return s.only(ctx, byPath(field.PathLogins), normalize.Email(name), func(key string) predicate.Contact { return field.HasLogin(v.Account, key) })
}

// ByExternalID returns the contact with the external id, nil if there is none that the viewer can
// see.
func (s *Service) ByExternalID(ctx context.Context, id field.ExternalID) (*ent.Contact, error) {
	v, err := authz.RequireViewer(ctx)
	if err != nil {
		return nil, err
	}
	return s.only(ctx, byPath(field.PathExternalIDs), id.Value, func(string) predicate.Contact { return field.HasExternalID(v.Account, id) })
}

// only returns the contact that has the unique key, nil if there is none, the key is blank, or the
// viewer does not have the right to look contacts up by it. where returns the predicate for a key.
func (s *Service) only(ctx context.Context, can right, key string, where func(string) predicate.Contact) (*ent.Contact, error) {
	v, err := authz.RequireViewer(ctx)
	if err != nil || key == "" || !can(v) {
		return nil, err
	}
	c, err := s.db.Client().Contact.Query().Where(where(key), entcontact.AccountID(v.Account)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	return field.Visible(v, c), err
}
