// Package normalize computes the normal forms of what people type: those by which values are
// unique, and those by which they are searched and sorted. It imports nothing of this project, so
// that the rules for contacts and for sign-in agree on what is equal.
//
// Start with Name, Email and Phone, the unique keys: name.go has the form of names, email.go that
// of email addresses and logins, phone.go that of phone numbers, which phone_text.go reads from
// what people type around them. A search starts at Query in query.go; words.go has the words by
// which a contact is found. text.go reads the text of both, and fold.go has the form of words and
// the order of lists. None of them depends on invisible characters: see visible.go. A word and an
// order key have at most 1,000 bytes.
package normalize

import (
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Name returns the form under which a name is unique: without regard to case, surrounding blanks,
// invisible characters and the encoding of accents. It returns "" for a blank text.
func Name(text string) string {
	return norm.NFC.String(foldCase(norm.NFD.String(strings.TrimSpace(Visible(text)))))
}

// foldCase removes differences of case. Case folding is defined on decomposed text: U+0345 below a
// letter folds to a letter of its own. Lower case comes first, because x/text folds the two cases
// of Cherokee into each other.
func foldCase(decomposed string) string { return cases.Fold().String(strings.ToLower(decomposed)) }
