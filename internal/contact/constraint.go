package contact

import (
	"errors"
	"strings"

	"github.com/mattn/go-sqlite3"
)

// keyOfIndex says what each unique key of a contact protects. The rules look before they write; these errors are the
// backstop when another process was faster.
var keyOfIndex = []struct {
	column string // as SQLite names it
	code   Code
	path   string
	noun   string
}{
	{"contacts.email_key", EmailTaken, "email", "email address"},
	{"contacts.phone_key", PhoneTaken, "phone", "phone number"},
	{"logins.name_key", LoginTaken, pathLogins, "login"},
}

// translate turns the violation of a unique key into the conflict that it is; other errors stay what they are.
func (w *write) translate(err error) error {
	var sqlite sqlite3.Error
	if !errors.As(err, &sqlite) || sqlite.ExtendedCode != sqlite3.ErrConstraintUnique {
		return err
	}
	for _, k := range keyOfIndex {
		if strings.Contains(sqlite.Error(), k.column) { // SQLite tells columns, and only in the text
			var errs Errors
			errs.add(k.code, k.path, messageUnusable, k.noun)
			return errs
		}
	}
	return err
}
