package contact

import (
	"context"
	"slices"

	"contactgraph/ent"
	entaccount "contactgraph/ent/account"
	entcontact "contactgraph/ent/contact"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/database"
	"contactgraph/internal/dberr"
	"contactgraph/internal/normalize"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// deriveKeys computes the keys whose fields have changed.
func (w *unitOfWork) deriveKeys(ctx context.Context) error {
	c := w.next
	if field.AnyDiffers(w.old, c, field.Email) {
		c.EmailKey = field.EmailKey(c)
		w.changeColumnKey(emailKeys, w.old.EmailKey, c.EmailKey)
	}
	if field.AnyDiffers(w.old, c, field.FirstName, field.LastName) {
		c.NameKey = field.NameKey(c)
	}
	if !field.AnyDiffers(w.old, c, field.PhoneCountryCode, field.Phone) {
		return nil
	}
	country, err := w.country.of(ctx, w.tx, w.viewer.Account, c)
	c.PhoneKey = field.PhoneKey(country, c)
	w.changeColumnKey(phoneKeys, w.old.PhoneKey, c.PhoneKey)
	return err
}

// defaultCountry is the default country of the account, for the writes of one transaction.
type defaultCountry struct {
	read bool
	code string
}

// of returns the country with which the phone number of c is read. It reads the account only for a
// number that needs it, and locks it: no key of the old country is committed after package rekey
// has begun to compute those of the new one.
func (d *defaultCountry) of(ctx context.Context, tx *database.Tx, account int, c *ent.Contact) (string, error) {
	if d.read || !normalize.NeedsCountry(deref(c.PhoneCountryCode), deref(c.Phone)) {
		return d.code, nil
	}
	row, err := tx.Ent.Account.Query().Where(entaccount.ID(account), tx.ForShare).Only(ctx)
	if err != nil {
		return "", err
	}
	d.read, d.code = true, row.Settings.DefaultCountry
	return d.code, nil
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// uniqueKey is a kind of unique keys of contacts.
type uniqueKey struct {
	constraint dberr.Key
	code       usererror.Code // of the error that another contact has the key
	path       string
	noun       string
	column     string // of the table contacts; "" for keys that have a table of their own
}

// The kinds of unique keys.
var (
	emailKeys = &uniqueKey{
		dberr.Key{Index: "contact_account_id_email_key", Column: "contacts.email_key"},
		usererror.EmailTaken, field.Email.Path, "email address", entcontact.FieldEmailKey,
	}
	phoneKeys = &uniqueKey{
		dberr.Key{Index: "contact_account_id_phone_key", Column: "contacts.phone_key"},
		usererror.PhoneTaken, field.Phone.Path, "phone number", entcontact.FieldPhoneKey,
	}
	loginKeys = &uniqueKey{
		dberr.Key{Index: "login_account_id_name_key", Column: "logins.name_key"},
		usererror.LoginTaken, field.PathLogins, "login", "",
	}
	externalIDKeys = &uniqueKey{
		dberr.Key{Index: "externalid_account_id_system_value", Column: "external_ids.value"},
		usererror.ExternalIDTaken, field.PathExternalIDs, "external id", "",
	}
)

// uniqueKeys lists the kinds, in the order in which conflicts are found.
var uniqueKeys = []*uniqueKey{emailKeys, phoneKeys, loginKeys, externalIDKeys}

// readableBy reports whether the viewer may look contacts up by keys of this kind.
func (k *uniqueKey) readableBy(v viewer.Viewer) bool {
	if k.column != "" {
		return field.CanReadKey(v, k.column)
	}
	return field.CanRead(v, k.path)
}

// keyChange is what a write does to the contact's keys of one kind.
type keyChange struct {
	released []string
	taken    []takenKey // that the contact does not have
}

// takenKey is a key with what the error is about if another contact has it.
type takenKey struct{ key, subject string }

// changeColumnKey records the change of a key that is in a column of the contact.
func (w *unitOfWork) changeColumnKey(k *uniqueKey, old, next *string) {
	var c keyChange
	if old != nil && (next == nil || *next != *old) {
		c.released = []string{*old}
	}
	if next != nil && (old == nil || *next != *old) {
		c.taken = []takenKey{{key: *next}}
	}
	w.changeKeys(k, c)
}

func (w *unitOfWork) changeKeys(k *uniqueKey, c keyChange) {
	if w.keyChanges == nil {
		w.keyChanges = map[*uniqueKey]keyChange{}
	}
	w.keyChanges[k] = c
}

// checkKeys adds an error for each key that another contact has, stored or in the same call. A key
// that one of the writes releases is free for the others.
//
// A customer could ask in this way whether another person is registered here, without writing
// anything, and an API key that is limited to a segment for a hundred people in one call. So their
// keys are checked only if all writes would otherwise be applied, they get one error at a time, and
// only some in a row: see keyThrottle.
func (t *transaction) checkKeys(ctx context.Context, writes []*unitOfWork) error {
	if t.keys == nil {
		return t.findTaken(ctx, writes)
	}
	takes := slices.IndexFunc(writes, (*unitOfWork).takesKeys)
	if takes < 0 || slices.ContainsFunc(writes, (*unitOfWork).failed) || t.keys.limited(&writes[takes].errs) {
		return nil
	}
	if err := t.findTaken(ctx, writes); err != nil {
		return err
	}
	if first := slices.IndexFunc(writes, (*unitOfWork).failed); first >= 0 {
		t.keys.count()
		writes[first].errs = writes[first].errs[:1]
		for _, w := range writes[first+1:] {
			w.errs = nil
		}
	}
	return nil
}

// failed reports whether the write has errors.
func (w *unitOfWork) failed() bool { return len(w.errs) > 0 }

// takesKeys reports whether the write takes a key that the contact does not have.
func (w *unitOfWork) takesKeys() bool {
	for _, c := range w.keyChanges {
		if len(c.taken) > 0 {
			return true
		}
	}
	return false
}

// findTaken adds an error for each key that another contact has.
func (t *transaction) findTaken(ctx context.Context, writes []*unitOfWork) error {
	taken := map[*uniqueKey][]string{}
	for _, w := range writes {
		for k, c := range w.keyChanges {
			for _, key := range c.taken {
				taken[k] = append(taken[k], key.key)
			}
		}
	}
	o, err := ownersOf(ctx, t.tx.Ent, t.viewer.Account, taken)
	if err != nil {
		return err
	}
	for _, w := range writes {
		w.release(o)
	}
	for _, w := range writes {
		w.claim(o)
	}
	return t.checkMatches(ctx, writes)
}

// release removes the contact as the owner of the keys that it gives up, if another write takes
// them.
func (w *unitOfWork) release(o owners) {
	for k, c := range w.keyChanges {
		for _, key := range c.released {
			if other := o[k][key]; other != nil && other.ID == w.old.ID {
				delete(o[k], key)
				w.releases = append(w.releases, k.column)
			}
		}
	}
}

// claim makes the contact the owner of its new keys, and adds an error for each that has another
// owner.
func (w *unitOfWork) claim(o owners) {
	for _, k := range uniqueKeys {
		for _, t := range w.keyChanges[k].taken {
			if other := o[k][t.key]; other != nil {
				w.addTaken(k, other)
				w.errs.Last().Subject = t.subject
				continue
			}
			o.put(k, t.key, w.old)
		}
	}
}

// addTaken adds the conflict of a unique key. A limited viewer does not learn who has the key.
func (w *unitOfWork) addTaken(k *uniqueKey, owner *ent.Contact) {
	if w.viewer.Limited() {
		w.errs.Add(k.code, k.path, messageUnusable, k.noun)
		return
	}
	w.errs.Add(k.code, k.path, "Another contact has this %s.", k.noun)
	if owner.ID != 0 { // without an id, it is being created in the same call
		w.errs.Last().Existing = owner
	}
}

const messageUnusable = "This %s cannot be used."
