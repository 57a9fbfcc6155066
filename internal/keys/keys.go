// Package keys turns what people type into the normalised forms that are unique, searched and ordered by. It imports
// nothing of ours, so that rules and sign-in agree on what is the same.
package keys

import (
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Name is the form of an email address, a login or a name under which it is unique: without regard to case, to blanks
// around it, and to how an accent is encoded. Blank text has none and gives "".
func Name(text string) string {
	// Folding can take apart what was composed, so compose again.
	return norm.NFC.String(cases.Fold().String(norm.NFC.String(strings.TrimSpace(text))))
}
