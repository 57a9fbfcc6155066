package contact

import (
	"contactgraph/internal/contact/field"
	"contactgraph/internal/dberr"
	"contactgraph/internal/usererror"
)

// uniqueKeys are those of a contact, and what each protects. The rules look before they write; the keys are the backstop
// when another process was faster.
var uniqueKeys = []struct {
	key  dberr.Key
	code usererror.Code
	path string
	noun string
}{
	{dberr.Key{Index: "contact_account_id_email_key", Column: "contacts.email_key"}, usererror.EmailTaken, "email", "email address"},
	{dberr.Key{Index: "contact_account_id_phone_key", Column: "contacts.phone_key"}, usererror.PhoneTaken, "phone", "phone number"},
	{dberr.Key{Index: "login_account_id_name_key", Column: "logins.name_key"}, usererror.LoginTaken, field.PathLogins, "login"},
}

// translate turns the violation of a key into an error that makes the store run the write again: the rules then see what the
// other process has done, and say all of it. Should they not, it is the conflict of the unique key. Other errors stay what
// they are.
func translate(err error) error {
	for _, k := range uniqueKeys {
		if k.key.TakenBy(err) {
			var errs usererror.Errors
			errs.Add(k.code, k.path, messageUnusable, k.noun)
			return dberr.Raced(errs)
		}
	}
	if dberr.IsForeignKey(err) { // what the contact refers to has been deleted
		return dberr.Raced(err)
	}
	return err
}
