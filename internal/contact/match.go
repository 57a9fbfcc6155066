package contact

import (
	"context"

	"contactgraph/ent"
	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/predicate"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/normalize"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// Match is the unique key by which an Upsert finds its contact: exactly one of Email, Phone and
// ExternalID is set. A new contact gets the key, unless the Upsert sets another email address or
// phone number, and a contact that exists keeps it: so a repeat never creates another contact.
type Match struct {
	Email            *string
	Phone            *string
	PhoneCountryCode *string // of Phone
	ExternalID       *field.ExternalID
}

// matchKind is a kind of unique key by which an Upsert can find its contact.
type matchKind struct {
	*uniqueKey

	// sent reports whether the match has a key of the kind.
	sent func(Match) bool
	// key returns the key of the match in an account with this default country, "" if it is blank.
	key func(m Match, country string) string
	// has returns the predicate that a contact of the account has the key.
	has func(account int, key string) predicate.Contact
	// kept reports whether a contact that had a key of the kind still has one.
	kept func(*ent.Contact) bool
}

var matchKinds = []*matchKind{
	{
		uniqueKey: emailKeys,
		sent:      func(m Match) bool { return m.Email != nil },
		key:       func(m Match, _ string) string { return normalize.Email(*m.Email) },
		has:       func(_ int, key string) predicate.Contact { return entcontact.EmailKey(key) },
		kept:      func(c *ent.Contact) bool { return c.EmailKey != nil },
	},
	{
		uniqueKey: phoneKeys,
		sent:      func(m Match) bool { return m.Phone != nil || m.PhoneCountryCode != nil },
		key:       func(m Match, country string) string { return deref(field.PhoneKey(country, m.contact())) },
		has:       func(_ int, key string) predicate.Contact { return entcontact.PhoneKey(key) },
		kept:      func(c *ent.Contact) bool { return c.PhoneKey != nil },
	},
	{
		uniqueKey: externalIDKeys,
		sent:      func(m Match) bool { return m.ExternalID != nil },
		key:       func(m Match, _ string) string { return m.ExternalID.Key() },
		has: func(account int, key string) predicate.Contact {
			return field.HasExternalID(account, field.ExternalIDOf(key))
		},
		kept: func(*ent.Contact) bool { return true }, // see keep
	},
}

// kind returns the kind of key that the match has, nil unless it has exactly one.
func (m Match) kind() (kind *matchKind) {
	for _, k := range matchKinds {
		switch {
		case !k.sent(m):
		case kind != nil:
			return nil
		default:
			kind = k
		}
	}
	return kind
}

// in returns the key of a valid match in an account with this default country.
func (m Match) in(country string) match {
	k := m.kind()
	return match{k, k.key(m, country)}
}

// contact returns a contact that has the phone number.
func (m Match) contact() *ent.Contact {
	return &ent.Contact{Phone: m.Phone, PhoneCountryCode: m.PhoneCountryCode}
}

// needsCountry reports whether the key depends on the default country of the account.
func (m Match) needsCountry() bool {
	return normalize.NeedsCountry(deref(m.PhoneCountryCode), deref(m.Phone))
}

// patch returns the fields that have the key.
func (m Match) patch() field.Patch {
	p := field.Patch{}
	for f, v := range map[*field.Field]*string{field.Email: m.Email, field.Phone: m.Phone, field.PhoneCountryCode: m.PhoneCountryCode} {
		if v != nil {
			p[f] = *v
		}
	}
	return p
}

// checkMatch returns errors for what is wrong with the match.
func (s *Service) checkMatch(v viewer.Viewer, m Match) (errs usererror.Errors) {
	switch k := m.kind(); {
	case k == nil:
		errs.Add(usererror.Invalid, field.PathMatch, "The match must have exactly one of email, phone and externalId.")
		return errs
	case !k.readableBy(v):
		return usererror.Errors{usererror.NewForbidden(field.PathMatch, nounOf(v)+" may not find contacts by their "+k.noun+".")}
	case m.ExternalID != nil:
		checkExternalID(&errs, field.PathMatch, *m.ExternalID)
	default:
		s.checkPatch(&errs, m.patch())
	}
	return errs
}

// match is a key by which an Upsert looks for its contact.
type match struct {
	*matchKind

	key string
}

// find returns the id of the contact that has the key, 0 if there is none that the viewer can see.
func (m match) find(ctx context.Context, client *ent.Client, account int) (int, error) {
	id, err := client.Contact.Query().Where(entcontact.AccountID(account), m.has(account, m.key)).OnlyID(ctx)
	if ent.IsNotFound(err) {
		return 0, nil
	}
	return id, err
}
