package contact

import (
	"context"
	"log/slog"
	"net/mail"
	"net/netip"

	"contactgraph/ent/login"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/database"
	"contactgraph/internal/storable"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// Registration is the command by which a person becomes a customer, without credentials. The
// contact has the email address, also as a login of the type Email. It prints without the password
// and the address.
type Registration struct {
	Email      string `json:"-"`
	Password   string `json:"-"`
	Source     string // the registration source
	Properties []PropertyPatch
	Address    netip.Addr // where the request comes from; the zero Addr if that is unknown
	// Then runs in the transaction, after the contact was stored. Its error undoes the transaction.
	Then func(ctx context.Context, tx *database.Tx, contact int, login string) error
}

// String hides the password and the address.
func (Registration) String() string { return hidden }

// LogValue hides the password and the address.
func (Registration) LogValue() slog.Value { return slog.StringValue(hidden) }

// Register creates the contact in an account, with the rights of a customer: those of its
// properties that are read-only cannot be set. The change log has it as made by the contact itself.
//
// It fails with Errors: everything that is wrong with the values, or that the address is taken. As
// with a customer's own writes, the second is checked only if all else is right, and not after too
// many such errors for the network address (RateLimited). It also fails with the error of Then.
func (s *Service) Register(ctx context.Context, account int, r Registration) (*Result, error) {
	v := viewer.Viewer{Account: account, Role: viewer.Customer, Actor: viewer.Actor{Kind: viewer.ActorContact}, Address: r.Address}
	ctx = viewer.NewSystemContext(ctx, account)
	d, err := s.draft(ctx, v, Create{
		RegistrationSource: r.Source, RegistrationIP: registrationIP(r.Address), Set: field.Patch{field.Email: r.Email},
		Details: Details{Properties: r.Properties, Logins: &[]field.Login{{Name: r.Email, Kind: login.KindEmail}}},
	}, 0)
	if err != nil {
		return nil, err
	}
	if parsed, err := mail.ParseAddress(r.Email); err != nil || parsed.Address != r.Email {
		d.errs.Add(usererror.Invalid, field.Email.Path, "The email address is not valid.")
	}
	if err := s.checkNewPassword(ctx, v, Update{Password: &PasswordChange{New: &r.Password}}, &d.errs, r.Email); err != nil {
		return nil, err
	}
	if len(d.errs) == 0 {
		hash, err := s.passwords.Hasher.Hash(ctx, r.Password)
		if err != nil {
			return nil, err
		}
		d.hash = &hash
	}
	return s.runPrepared(ctx, &prepared{viewer: v, begin: func(ctx context.Context, t *transaction) (*unitOfWork, error) {
		w, err := t.create(ctx, d)
		if err == nil {
			w.deferred = append(w.deferred, func(ctx context.Context) error {
				w.viewer.Contact, w.viewer.Actor.ID = w.next.ID, w.next.ID
				return r.Then(ctx, w.tx, w.next.ID, r.Email)
			})
		}
		return w, err
	}})
}

// registrationIP returns the address as a contact is registered with it: "" if it is too long.
func registrationIP(a netip.Addr) string {
	if text := a.Unmap().String(); a.IsValid() && storable.Length(text) <= MaxRegistrationIP {
		return text
	}
	return ""
}
