// Package normalize turns what people type into the normal forms that are unique, searched and ordered by. It imports
// nothing of this project, so that the rules for contacts and for sign-in agree on what is equal.
package normalize

import (
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Name is the form of an email address, a login or a name under which it is unique: without regard to case, to blanks
// around it, and to how an accent is encoded. Blank text has none and gives "".
func Name(text string) string {
	return norm.NFC.String(foldCase(norm.NFD.String(strings.TrimSpace(text))))
}

// foldCase takes the difference of case out of a text. Case folding is defined on decomposed text: U+0345 below a letter
// folds to a letter of its own. Lower case comes first, because x/text folds the two cases of Cherokee into each other.
func foldCase(decomposed string) string { return cases.Fold().String(strings.ToLower(decomposed)) }
