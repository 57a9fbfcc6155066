package contact

import (
	"context"

	"contactgraph/ent"
	entcontact "contactgraph/ent/contact"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/database"
	"contactgraph/internal/normalize"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// derive computes the keys of the contact from the fields that have changed.
func (w *unitOfWork) deriveKeys() {
	c := w.next
	if anyDiffers(w.old, c, field.Email) {
		c.EmailKey = nilIfEmpty(normalize.Name(deref(c.Email)))
	}
	if anyDiffers(w.old, c, field.PhoneCountryCode, field.Phone) {
		c.PhoneKey = nilIfEmpty(normalize.Phone(deref(c.PhoneCountryCode), deref(c.Phone)))
	}
	if anyDiffers(w.old, c, field.FirstName, field.LastName) {
		c.NameKey = normalize.Order(deref(c.LastName), deref(c.FirstName))
	}
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// filled is nil for "": blank text has no key, so that two blanks never collide.
func nilIfEmpty(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// changedKey lists the key that a write takes: none, or one.
func newKey(old, next *string) []string {
	if next == nil || old != nil && *old == *next {
		return nil
	}
	return []string{*next}
}

// owners tells which contact has a key.
type owners struct{ email, phone map[string]*ent.Contact }

// keyOwners looks up who has the keys. It asks about the whole account, whoever the viewer is.
func keyOwners(ctx context.Context, tx *database.Tx, account int, emails, phones []string) (owners, error) {
	o := owners{email: map[string]*ent.Contact{}, phone: map[string]*ent.Contact{}}
	if len(emails)+len(phones) == 0 {
		return o, nil
	}
	found, err := tx.Ent.Contact.Query().
		Where(entcontact.AccountID(account), entcontact.Or(entcontact.EmailKeyIn(emails...), entcontact.PhoneKeyIn(phones...))).
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

// checkKeys adds an error for each key that another contact has, stored or in the same call. A key that one of the writes gives
// up is free for the others.
func checkKeys(ctx context.Context, tx *database.Tx, account int, writes []*unitOfWork) error {
	var emails, phones []string
	for _, w := range writes {
		emails = append(emails, newKey(w.old.EmailKey, w.next.EmailKey)...)
		phones = append(phones, newKey(w.old.PhoneKey, w.next.PhoneKey)...)
	}
	o, err := keyOwners(ctx, tx, account, emails, phones)
	if err != nil {
		return err
	}
	for _, w := range writes {
		w.release(o.email, w.old.EmailKey, w.next.EmailKey, entcontact.FieldEmailKey)
		w.release(o.phone, w.old.PhoneKey, w.next.PhoneKey, entcontact.FieldPhoneKey)
	}
	for _, w := range writes {
		w.claim(o.email, w.old.EmailKey, w.next.EmailKey, usererror.EmailTaken, field.Email.Path, "email address")
		w.claim(o.phone, w.old.PhoneKey, w.next.PhoneKey, usererror.PhoneTaken, field.Phone.Path, "phone number")
	}
	return nil
}

// givesUp frees the key that the contact had, if others ask for it.
func (w *unitOfWork) release(owner map[string]*ent.Contact, old, next *string, column string) {
	if old == nil || next != nil && *next == *old {
		return
	}
	if other := owner[*old]; other != nil && other.ID == w.old.ID {
		delete(owner, *old)
		w.releases = append(w.releases, column)
	}
}

// takes makes the contact the owner of a key that it did not have, or adds an error if another one is.
func (w *unitOfWork) claim(owner map[string]*ent.Contact, old, next *string, code usererror.Code, path, noun string) {
	for _, key := range newKey(old, next) {
		if other := owner[key]; other != nil {
			w.addTaken(code, path, noun, other)
			continue
		}
		owner[key] = w.old
	}
}

// taken adds the conflict of a unique key. A customer is told that the key cannot be used, and not by whom.
func (w *unitOfWork) addTaken(code usererror.Code, path, noun string, owner *ent.Contact) {
	if w.viewer.Role == viewer.Customer {
		w.errs.Add(code, path, messageUnusable, noun)
		return
	}
	w.errs.Add(code, path, "Another contact has this %s.", noun)
	if owner.ID != 0 { // one without an id is being created in the same call
		w.errs.Last().Existing = owner
	}
}

const messageUnusable = "This %s cannot be used."
