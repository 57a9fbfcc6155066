package contact

import (
	"context"
	"slices"

	"contactgraph/ent"
	entcontact "contactgraph/ent/contact"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/database"
	"contactgraph/internal/normalize"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// deriveKeys computes the keys whose fields have changed.
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

// nilIfEmpty returns nil for "": a blank text has no key, so blanks never collide.
func nilIfEmpty(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// newKey returns the key that a write takes, as a list of none or one.
func newKey(old, next *string) []string {
	if next == nil || old != nil && *old == *next {
		return nil
	}
	return []string{*next}
}

// owners maps keys to the contacts that have them.
type owners struct{ email, phone map[string]*ent.Contact }

// keyOwners looks the owners of the keys up in the whole account, whatever the viewer may see.
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

// put registers c as the owner of its keys.
func (o owners) put(c *ent.Contact) {
	if c.EmailKey != nil {
		o.email[*c.EmailKey] = c
	}
	if c.PhoneKey != nil {
		o.phone[*c.PhoneKey] = c
	}
}

// checkKeys adds an error for each key that another contact has, stored or in the same call. A key
// that one of the writes releases is free for the others.
//
// A customer could ask in this way whether another person is registered here, without writing
// anything. So its keys are checked only if the write would otherwise be applied, it gets one error
// at a time, and only some in a row: see keyThrottle.
func checkKeys(ctx context.Context, tx *database.Tx, account int, writes []*unitOfWork) error {
	for _, w := range writes {
		if w.keys == nil {
			continue
		}
		if slices.ContainsFunc(writes, (*unitOfWork).failed) || !w.takesKeys() || w.keys.limited(&w.errs) {
			return nil
		}
	}
	if err := findTaken(ctx, tx, account, writes); err != nil {
		return err
	}
	for _, w := range writes {
		if w.keys != nil && w.failed() {
			w.keys.count()
			w.errs = w.errs[:1]
		}
	}
	return nil
}

// failed reports whether the write has errors.
func (w *unitOfWork) failed() bool { return len(w.errs) > 0 }

// takesKeys reports whether the write takes a key that the contact does not have.
func (w *unitOfWork) takesKeys() bool {
	return len(newKey(w.old.EmailKey, w.next.EmailKey))+len(newKey(w.old.PhoneKey, w.next.PhoneKey))+len(w.newLogins) > 0
}

// findTaken adds an error for each key that another contact has.
func findTaken(ctx context.Context, tx *database.Tx, account int, writes []*unitOfWork) error {
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
		if err := w.claimLogins(ctx); err != nil {
			return err
		}
	}
	return nil
}

// release removes the contact as the owner of a key that it gives up, if another write takes it.
func (w *unitOfWork) release(owner map[string]*ent.Contact, old, next *string, column string) {
	if old == nil || next != nil && *next == *old {
		return
	}
	if other := owner[*old]; other != nil && other.ID == w.old.ID {
		delete(owner, *old)
		w.releases = append(w.releases, column)
	}
}

// claim makes the contact the owner of its new key, or adds an error if the key has another owner.
func (w *unitOfWork) claim(owner map[string]*ent.Contact, old, next *string, code usererror.Code, path, noun string) {
	for _, key := range newKey(old, next) {
		if other := owner[key]; other != nil {
			w.addTaken(code, path, noun, other)
			continue
		}
		owner[key] = w.old
	}
}

// addTaken adds the conflict of a unique key. A limited viewer does not learn who has the key.
func (w *unitOfWork) addTaken(code usererror.Code, path, noun string, owner *ent.Contact) {
	if w.viewer.Limited() {
		w.errs.Add(code, path, messageUnusable, noun)
		return
	}
	w.errs.Add(code, path, "Another contact has this %s.", noun)
	if owner.ID != 0 { // without an id, it is being created in the same call
		w.errs.Last().Existing = owner
	}
}

const messageUnusable = "This %s cannot be used."
