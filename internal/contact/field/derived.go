package field

import (
	"slices"
	"strconv"
	"strings"

	"contactgraph/ent"
	"contactgraph/ent/searchterm"
	"contactgraph/internal/normalize"
)

// This file has what is computed from the fields of a contact, for writes and for package rekey,
// which computes it again.

// EmailKey returns the unique key of the contact's email address, nil if it has none: blank texts
// never collide.
func EmailKey(c *ent.Contact) *string { return nilIfEmpty(normalize.Email(deref(c.Email))) }

// PhoneKey returns the unique key of the contact's phone number in an account with this default
// country, nil if it has none.
func PhoneKey(country string, c *ent.Contact) *string {
	return nilIfEmpty(normalize.Phone(country, deref(c.PhoneCountryCode), deref(c.Phone)))
}

// NameKey returns the text by which lists are ordered.
func NameKey(c *ent.Contact) string { return normalize.Order(deref(c.LastName), deref(c.FirstName)) }

// Terms are the words of one kind by which a contact is found.
type Terms struct {
	Kind  searchterm.Kind
	Words []string
}

// TermSources lists the fields by whose words contacts are found, and what computes these: always
// of the same kinds, in the same order.
var TermSources = []struct {
	From  []*Field
	Terms func(c *ent.Contact) []Terms
}{
	{[]*Field{FirstName, LastName}, func(c *ent.Contact) []Terms {
		first, last := deref(c.FirstName), deref(c.LastName)
		return []Terms{{searchterm.KindName, normalize.NameWords(first, last)}, {searchterm.KindNameSpelling, normalize.NameSpellings(first, last)}}
	}},
	{[]*Field{Email}, func(c *ent.Contact) []Terms {
		email := deref(c.Email)
		return []Terms{{searchterm.KindEmail, normalize.EmailWords(email)}, {searchterm.KindEmailSpelling, normalize.EmailSpellings(email)}}
	}},
	{[]*Field{PhoneCountryCode, Phone}, func(c *ent.Contact) []Terms {
		words, spellings := normalize.PhoneTerms(deref(c.PhoneCountryCode), deref(c.Phone))
		return []Terms{{searchterm.KindPhone, words}, {searchterm.KindPhoneSpelling, spellings}}
	}},
}

// AnyDiffers reports whether two states of a contact differ in one of the fields.
func AnyDiffers(a, b *ent.Contact, fields ...*Field) bool {
	return slices.ContainsFunc(fields, func(f *Field) bool { return !Same(f.Get(a), f.Get(b)) })
}

// HiddenKeys begins the keys of logins whose normal form belongs to an older login. It is a
// character that no normal form contains, so that no text that is typed has such a key.
const HiddenKeys = "\u2060" // word joiner

// HiddenKey returns such a key for the login with the id.
func HiddenKey(id int) string { return HiddenKeys + strconv.Itoa(id) }

// IsHidden reports whether a key is that of a login that cannot be used, because an older login has
// the same normal form.
func IsHidden(key string) bool { return strings.HasPrefix(key, HiddenKeys) }

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func nilIfEmpty(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
