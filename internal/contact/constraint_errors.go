package contact

import (
	"contactgraph/internal/contact/field"
	"contactgraph/internal/dberr"
	"contactgraph/internal/usererror"
)

// uniqueKeys lists the unique keys of a contact, and the error that a violation of each means. The
// commands look keys up before they write; the constraints catch a process that wrote in between.
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

// translate turns the violation of a constraint into an error that makes the database run the write
// again: the checks of the second run see what the other process has written, and report it
// completely. If they do not, the error is the conflict of the unique key. Other errors are
// returned unchanged.
func translate(err error) error {
	for _, k := range uniqueKeys {
		if k.key.TakenBy(err) {
			var errs usererror.Errors
			errs.Add(k.code, k.path, messageUnusable, k.noun)
			return dberr.Raced(errs)
		}
	}
	if dberr.IsForeignKey(err) { // an object that the contact refers to has been deleted
		return dberr.Raced(err)
	}
	return err
}
