package contact

import "contactgraph/internal/dberr"

// uniqueKeys are those of a contact, and what each protects. The rules look before they write; the keys are the backstop
// when another process was faster.
var uniqueKeys = []struct {
	key  dberr.Key
	code Code
	path string
	noun string
}{
	{dberr.Key{Index: "contact_account_id_email_key", Column: "contacts.email_key"}, EmailTaken, "email", "email address"},
	{dberr.Key{Index: "contact_account_id_phone_key", Column: "contacts.phone_key"}, PhoneTaken, "phone", "phone number"},
	{dberr.Key{Index: "login_account_id_name_key", Column: "logins.name_key"}, LoginTaken, pathLogins, "login"},
}

// translate turns the violation of a key into an error that makes the store run the write again: the rules then see what the
// other process has done, and say all of it. Should they not, it is the conflict of the unique key. Other errors stay what
// they are.
func translate(err error) error {
	for _, k := range uniqueKeys {
		if k.key.TakenBy(err) {
			var errs Errors
			errs.add(k.code, k.path, messageUnusable, k.noun)
			return dberr.Raced(errs)
		}
	}
	if dberr.IsForeignKey(err) { // what the contact refers to has been deleted
		return dberr.Raced(err)
	}
	return err
}
