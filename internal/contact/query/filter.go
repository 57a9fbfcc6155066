package query

import (
	"fmt"
	"strings"
	"time"

	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/searchterm"
	"contactgraph/internal/normalize"
	"contactgraph/internal/storable"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// Filter narrows a list of contacts; what is nil does not. All conditions must hold.
type Filter struct {
	Name          *string    // each word is a prefix of a word of the name
	Email         *string    // the address, without regard to case
	Phone         *string    // the number, however it is written
	CountryCode   *string    // of Phone, where that does not start with +
	Store         *int       // the preferred store
	Company       *int       // the company
	Segment       *int       // a segment that it is in
	ModifiedSince *time.Time // last modified then or later
	Search        *string    // each word is a prefix of a word of the name or email or of the phone's digits
}

// Limits of a search: each word costs a look-up of its own.
const (
	maxSearch = 250 // UTF-16 units
	maxWords  = 16
)

// check fails with usererror.ErrArguments if the filter asks for what cannot be looked up.
func (f Filter) check() error {
	for name, text := range map[string]*string{"name": f.Name, "search": f.Search} {
		if text == nil {
			continue
		}
		if storable.Length(*text) > maxSearch || len(normalize.Query(*text)) > maxWords {
			return fmt.Errorf("%w: %s takes at most %d characters and %d words", usererror.ErrArguments, name, maxSearch, maxWords)
		}
	}
	if f.ModifiedSince != nil && !storable.Time(*f.ModifiedSince) {
		return fmt.Errorf("%w: modifiedSince must be a time as RFC 3339, in the years 1 to 9999", usererror.ErrArguments)
	}
	return nil
}

// conditions are those of f, within what the viewer can see.
func (f Filter) conditions(v viewer.Viewer) []condition {
	var cs []condition
	if v.Role == viewer.Customer {
		cs = append(cs, uniqueCondition(v.Account, entcontact.ID(v.Contact)))
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
		cs = append(cs, hasWords(v.Account, normalize.Query(*f.Search))...)
	}
	return cs
}

// countryCode is that of Phone, "" if there is none.
func (f Filter) countryCode() string {
	if f.CountryCode == nil {
		return ""
	}
	return *f.CountryCode
}

// blank reports whether a text says nothing: an empty search box does not narrow a list.
func isBlank(text string) bool { return strings.TrimSpace(text) == "" }

// ofWords are the conditions that each word is a prefix of one of the contact's. Text without a word finds nothing.
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
