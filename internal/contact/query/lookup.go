package query

import (
	"context"

	"contactgraph/ent"
	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/login"
	"contactgraph/ent/predicate"
	"contactgraph/internal/authz"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/normalize"
	"contactgraph/internal/usererror"
)

// Get returns the contact. It fails with Forbidden for a customer who asks for another contact than
// its own, whether that exists or not, and with NotFound if the account has no such contact.
func (s *Service) Get(ctx context.Context, id int) (*ent.Contact, error) {
	v, err := authz.AuthorizeContact(ctx, s.db.Client(), id)
	if err != nil {
		return nil, err
	}
	c, err := s.db.ReadContact(ctx, v.Account, id)
	if err == nil && c == nil {
		err = usererror.NewNotFound("Contact", id)
	}
	return field.Visible(v, c), err
}

// ByEmail returns the contact with the email address, which is compared without regard to case. It
// returns nil if there is none that the viewer can see.
func (s *Service) ByEmail(ctx context.Context, email string) (*ent.Contact, error) {
	return s.only(ctx, byKey(entcontact.FieldEmailKey), normalize.Name(email), entcontact.EmailKey)
}

// ByPhone returns the contact with the phone number, in whatever form that is written. It returns
// nil if there is none that the viewer can see.
func (s *Service) ByPhone(ctx context.Context, countryCode, phone string) (*ent.Contact, error) {
	return s.only(ctx, byKey(entcontact.FieldPhoneKey), normalize.Phone(countryCode, phone), entcontact.PhoneKey)
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
	return s.only(ctx, byPath(field.PathLogins), normalize.Name(name), func(key string) predicate.Contact {
		return entcontact.HasLoginsWith(login.NameKey(key), login.AccountID(v.Account))
	})
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
