// Package password decides which passwords may be set. How they are hashed and verified is in
// package auth.
//
// The rules follow NIST SP 800-63B, section 3.1.1.2: a minimum length, no list of required
// characters, and a blocklist of the passwords that are guessed first. The list, common.txt.gz, has
// the passwords of @zxcvbn-ts/language-common 4.1.3 with at least six characters, sorted; its
// licence is in common.LICENSE.
package password

import (
	"bytes"
	"compress/gzip"
	_ "embed" // common.txt.gz
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"contactgraph/internal/settings"

	"golang.org/x/text/unicode/norm"
)

// MaxLength is the largest length of a password, in UTF-16 units of its normal form: the time to
// hash one grows with it.
const MaxLength = 1000

// Normalize returns the form of a password that is hashed, and that the rules are about: NFC, so
// that it does not depend on the keyboard how an accented letter is encoded. Different letters that
// only look alike, such as a ligature, remain different.
func Normalize(password string) string { return norm.NFC.String(password) }

// Rules are the rules that apply to one password.
type Rules struct {
	Shortest int  // in characters
	Common   bool // allows the most common passwords
	// Own are the logins and addresses of the owner, which must not be the password.
	Own []string
}

// Staff returns the rules for the password of a user.
func Staff(s settings.Account, login string) Rules {
	s = s.WithDefaults()
	return Rules{Shortest: s.StaffPassword, Common: s.CommonPasswords, Own: []string{login}}
}

// Customer returns the rules for the password of a contact.
func Customer(s settings.Account, own ...string) Rules {
	s = s.WithDefaults()
	return Rules{Shortest: s.CustomerPassword, Common: s.CommonPasswords, Own: own}
}

// Check returns the rule that a password breaks, as a sentence for people; "" if it breaks none. It
// does not check MaxLength.
func (r Rules) Check(password string) string {
	password = Normalize(password)
	switch {
	case utf8.RuneCountInString(password) < r.Shortest:
		return fmt.Sprintf("The password must have at least %d characters.", r.Shortest)
	case slices.ContainsFunc(r.Own, func(own string) bool { return own != "" && fold(own) == fold(password) }):
		return "The password must not be the login or the email address."
	case !r.Common && tooSimple(password):
		return "The password must have at least four different characters."
	case !r.Common && isCommon(password):
		return "The password is one of the most common ones, or one of them with digits or punctuation added: it would be guessed."
	}
	return ""
}

func fold(text string) string { return strings.ToLower(strings.TrimSpace(Normalize(text))) }

// tooSimple reports whether the password has fewer than four different characters.
func tooSimple(password string) bool {
	different := map[rune]bool{}
	for _, r := range password {
		different[unicode.ToLower(r)] = true
	}
	return len(different) < 4
}

// isCommon reports whether the password is in the list, as it is or without the digits and
// punctuation around it, which people add to satisfy rules.
func isCommon(password string) bool {
	text := strings.ToLower(password)
	for _, around := range []func(rune) bool{
		func(rune) bool { return false },
		func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) },
		func(r rune) bool { return !unicode.IsLetter(r) },
	} {
		if listed(strings.TrimFunc(text, around)) {
			return true
		}
	}
	return false
}

func listed(text string) bool {
	_, found := slices.BinarySearch(common(), text)
	return found
}

//go:embed common.txt.gz
var compressed []byte

// common returns the sorted list.
var common = sync.OnceValue(func() []string {
	r, err := gzip.NewReader(bytes.NewReader(compressed))
	if err != nil {
		panic(err) // the file is part of the program
	}
	text, err := io.ReadAll(r)
	if err != nil {
		panic(err)
	}
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
})
