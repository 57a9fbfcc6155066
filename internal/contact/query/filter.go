package query

import (
	"strings"
	"time"

	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/searchterm"
	"contactgraph/internal/normalize"
	"contactgraph/internal/storable"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// Filter restricts a list of contacts. A nil field is no condition; a contact must meet all others.
type Filter struct {
	Name          *string    // each word is a prefix of a word of the name
	Email         *string    // the address, without regard to case
	Phone         *string    // the number, however it is written
	CountryCode   *string    // of Phone, where that does not start with +
	Store         *int       // the preferred store
	Company       *int       // the company
	Segment       *int       // a segment that the contact is in
	ModifiedSince *time.Time // last modified at this time or later
	Search        *string    // each word is a prefix of a word of the name or email or of the phone's digits
}

// Limits of a search: each word costs an index lookup.
const (
	maxSearch = 250 // UTF-16 units
	maxWords  = 16
)

// check fails with usererror.ErrArguments if the filter has a value that cannot be looked up.
func (f Filter) check() error {
	for name, text := range map[string]*string{"name": f.Name, "search": f.Search} {
		if text == nil {
			continue
		}
		if storable.Length(*text) > maxSearch || len(normalize.Query(*text)) > maxWords {
			return usererror.NewInvalidArguments("%s can have at most %d characters and %d words.", name, maxSearch, maxWords)
		}
	}
	if f.ModifiedSince != nil && !storable.Time(*f.ModifiedSince) {
		return usererror.NewInvalidArguments("modifiedSince must be an RFC 3339 time in the years 1 to 9999.")
	}
	return nil
}

// conditions returns the conditions of f, with one for a viewer that sees only some contacts.
func (f Filter) conditions(v viewer.Viewer) []condition {
	var cs []condition
	if v.Role == viewer.Customer {
		cs = append(cs, uniqueCondition(v.Account, entcontact.ID(v.Contact)))
	}
	if v.Segment != 0 {
		cs = append(cs, inSegment(v.Account, v.Segment))
	}
	if f.Email != nil {
		cs = append(cs, uniqueCondition(v.Account, entcontact.EmailKey(normalize.Name(*f.Email))))
	}
	if f.Phone != nil {
		cs = append(cs, uniqueCondition(v.Account, entcontact.PhoneKey(normalize.Phone(f.countryCode(), *f.Phone))))
	}
	if f.Store != nil {
		cs = append(cs, columnCondition(v.Account, entcontact.PreferredStoreID(*f.Store)))
	}
	if f.Company != nil {
		cs = append(cs, columnCondition(v.Account, entcontact.CompanyID(*f.Company)))
	}
	if f.ModifiedSince != nil {
		cs = append(cs, modifiedSince(v.Account, *f.ModifiedSince))
	}
	if f.Segment != nil {
		cs = append(cs, inSegment(v.Account, *f.Segment))
	}
	if f.Name != nil && !isBlank(*f.Name) {
		cs = append(cs, hasWords(v.Account, normalize.NameQuery(*f.Name), searchterm.KindName)...)
	}
	if f.Search != nil && !isBlank(*f.Search) {
		cs = append(cs, hasSearchWords(v, normalize.Query(*f.Search))...)
	}
	return cs
}

// countryCode returns the country code of Phone, "" if there is none.
func (f Filter) countryCode() string {
	if f.CountryCode == nil {
		return ""
	}
	return *f.CountryCode
}

// isBlank reports whether a search text is blank. An empty search box does not restrict a list.
func isBlank(text string) bool { return strings.TrimSpace(text) == "" }

// hasWords returns one condition for each word: that it is a prefix of a word of the contact.
// Without any word, the condition matches no contact.
func hasWords(account int, words []string, kinds ...searchterm.Kind) []condition {
	if len(words) == 0 {
		return []condition{uniqueCondition(account, entcontact.ID(0))}
	}
	cs := make([]condition, len(words))
	for i, w := range words {
		cs[i] = hasWord(account, w, kinds...)
	}
	return cs
}
