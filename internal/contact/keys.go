package contact

import (
	"context"

	"contactgraph/ent"
	"contactgraph/ent/contact"
	"contactgraph/internal/keys"
	"contactgraph/internal/viewer"
)

// columns are all that a write may change: the fields, what is derived from them, and when it was.
var columns = append(append([]*Field{}, Fields...),
	text("", contact.FieldEmailKey, 0, func(c *ent.Contact) **string { return &c.EmailKey }),
	text("", contact.FieldPhoneKey, 0, func(c *ent.Contact) **string { return &c.PhoneKey }),
	&Field{column: contact.FieldNameKey, get: func(c *ent.Contact) any { return c.NameKey }},
	text("", contact.FieldPasswordHash, 0, func(c *ent.Contact) **string { return &c.PasswordHash }),
	&Field{column: contact.FieldLastModified, get: func(c *ent.Contact) any { return c.LastModified }},
)

// derive computes the keys of the contact from the fields that have changed.
func (w *write) derive() {
	c := w.next
	if differ(w.old, c, Email) {
		c.EmailKey = filled(keys.Name(str(c.Email)))
	}
	if differ(w.old, c, PhoneCountryCode, Phone) {
		c.PhoneKey = filled(keys.Phone(str(c.PhoneCountryCode), str(c.Phone)))
	}
	if differ(w.old, c, FirstName, LastName) {
		c.NameKey = keys.Order(str(c.LastName), str(c.FirstName))
	}
}

func str(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// filled is nil for "": blank text has no key, so that two blanks never collide.
func filled(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// changedKey lists the key that a write takes: none, or one.
func changedKey(old, next *string) []string {
	if next == nil || old != nil && *old == *next {
		return nil
	}
	return []string{*next}
}

// owners tells which contact has a key.
type owners struct{ email, phone map[string]*ent.Contact }

// keyOwners looks up who has the keys. It asks about the whole account, whoever the viewer is.
func keyOwners(ctx context.Context, tx *ent.Tx, account int, emails, phones []string) (owners, error) {
	o := owners{email: map[string]*ent.Contact{}, phone: map[string]*ent.Contact{}}
	if len(emails)+len(phones) == 0 {
		return o, nil
	}
	found, err := tx.Contact.Query().
		Where(contact.AccountID(account), contact.Or(contact.EmailKeyIn(emails...), contact.PhoneKeyIn(phones...))).
		All(viewer.AccountWide(ctx))
	for _, c := range found {
		o.put(c)
	}
	return o, err
}

// put makes c the owner of its keys.
func (o owners) put(c *ent.Contact) {
	if c.EmailKey != nil {
		o.email[*c.EmailKey] = c
	}
	if c.PhoneKey != nil {
		o.phone[*c.PhoneKey] = c
	}
}

// check adds an error for each key of w.next that another contact owns.
func (o owners) check(w *write) {
	o.checkKey(w, o.email, w.next.EmailKey, EmailTaken, Email.Path, "email address")
	o.checkKey(w, o.phone, w.next.PhoneKey, PhoneTaken, Phone.Path, "phone number")
}

func (o owners) checkKey(w *write, owner map[string]*ent.Contact, key *string, code Code, path, noun string) {
	if key == nil {
		return
	}
	if other := owner[*key]; other != nil && (other.ID != w.next.ID || other.ID == 0) {
		w.taken(code, path, noun, other)
	}
}

// taken adds the conflict of a unique key. A customer is told that the key cannot be used, and not by whom.
func (w *write) taken(code Code, path, noun string, owner *ent.Contact) {
	if w.viewer.Role == viewer.Customer {
		w.errs.add(code, path, messageUnusable, noun)
		return
	}
	w.errs.add(code, path, "Another contact has this %s.", noun)
	if owner.ID != 0 { // one without an id is being created in the same call
		w.errs.last().Existing = owner
	}
}

const messageUnusable = "This %s cannot be used."
