package contact

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"contactgraph/ent/contact"
	"contactgraph/ent/membership"
	"contactgraph/ent/predicate"
	"contactgraph/ent/searchterm"
	"contactgraph/internal/keys"
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

// check fails with ErrPage if the filter asks for what cannot be looked up.
func (f Filter) check() error {
	for name, text := range map[string]*string{"name": f.Name, "search": f.Search} {
		if text == nil {
			continue
		}
		if Length(*text) > maxSearch || len(keys.Query(*text)) > maxWords {
			return fmt.Errorf("%w: %s takes at most %d characters and %d words", ErrPage, name, maxSearch, maxWords)
		}
	}
	if f.ModifiedSince != nil && !inYears(*f.ModifiedSince) {
		return fmt.Errorf("%w: modifiedSince must be a time as RFC 3339, in the years 1 to 9999", ErrPage)
	}
	return nil
}

// predicates are the conditions of f within the viewer's account.
func (f Filter) predicates(v viewer.Viewer) []predicate.Contact {
	ps := []predicate.Contact{contact.AccountID(v.Account)}
	if f.Name != nil && !blank(*f.Name) {
		ps = append(ps, words(v, keys.NameQuery(*f.Name), searchterm.KindEQ(searchterm.KindName))...)
	}
	if f.Email != nil {
		ps = append(ps, contact.EmailKey(keys.Name(*f.Email)))
	}
	if f.Phone != nil {
		ps = append(ps, contact.PhoneKey(keys.Phone(str(f.CountryCode), *f.Phone)))
	}
	if f.Store != nil {
		ps = append(ps, contact.PreferredStoreID(*f.Store))
	}
	if f.Company != nil {
		ps = append(ps, contact.CompanyID(*f.Company))
	}
	if f.Segment != nil {
		ps = append(ps, contact.HasMembershipsWith(membership.SegmentID(*f.Segment), membership.AccountID(v.Account)))
	}
	if f.ModifiedSince != nil {
		ps = append(ps, since(f.ModifiedSince.UTC()))
	}
	if f.Search != nil && !blank(*f.Search) {
		ps = append(ps, words(v, keys.Query(*f.Search))...)
	}
	return ps
}

// since is the condition to have been modified at t or later. Times are kept to the microsecond; what t has beyond that,
// PostgreSQL would cut off.
func since(t time.Time) predicate.Contact {
	kept := t.Truncate(time.Microsecond)
	if kept.Before(t) {
		return contact.LastModifiedGT(kept)
	}
	return contact.LastModifiedGTE(kept)
}

// blank reports whether a text says nothing: an empty search box does not narrow a list.
func blank(text string) bool { return strings.TrimSpace(text) == "" }

// words are the conditions that each word is a prefix of one of the contact's terms. Text without a word finds nothing.
func words(v viewer.Viewer, words []string, kinds ...predicate.SearchTerm) []predicate.Contact {
	if len(words) == 0 {
		return []predicate.Contact{contact.IDLT(0)}
	}
	var ps []predicate.Contact
	for _, w := range words {
		ps = append(ps, contact.HasTermsWith(append(slices.Clone(kinds),
			searchterm.AccountID(v.Account), searchterm.TermGTE(w), searchterm.TermLT(after(w)))...))
	}
	return ps
}

// after is the least text that is greater than every text with this prefix.
func after(prefix string) string { return prefix + "\U0010FFFF" }
