package query

import (
	"context"
	"strings"
	"time"

	entcontact "contactgraph/ent/contact"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/normalize"
	"contactgraph/internal/storable"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// Filter restricts a list of contacts. A nil field is no condition; a contact must meet all others.
type Filter struct {
	Name          *string // each word is a prefix of a word of the name
	Email         *string // the address, without regard to case
	Phone         *string // the number, however it is written
	CountryCode   *string // of Phone, where that does not start with +
	Store         *int    // the preferred store
	Company       *int    // the company
	Segment       *int    // a segment that the contact is in
	ExternalID    *field.ExternalID
	Job           *int       // the job that the contact was written by, unless that was reverted
	ModifiedSince *time.Time // last modified at this time or later
	Search        *string    // what people type or paste to find a contact: see package normalize

	phoneKey string // of Phone, see withPhoneKey
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
func (s *Service) conditions(ctx context.Context, v viewer.Viewer, f Filter) ([]condition, error) {
	cs := f.withoutWords(v)
	if f.Name != nil && !isBlank(*f.Name) {
		cs = append(cs, nameSearch(v).conditions(normalize.NameQuery(*f.Name))...)
	}
	if f.Search == nil || isBlank(*f.Search) {
		return cs, nil
	}
	search, err := s.newSearch(ctx, v)
	if err != nil {
		return nil, err
	}
	search.external, err = s.withExternalID(ctx, v, strings.TrimSpace(*f.Search))
	return append(cs, search.conditions(normalize.Query(*f.Search))...), err
}

// withoutWords returns the conditions of f that do not come from words.
func (f Filter) withoutWords(v viewer.Viewer) (cs []condition) {
	if v.Role == viewer.Customer {
		cs = append(cs, uniqueCondition(v.Account, entcontact.ID(v.Contact)))
	}
	if v.Segment != 0 {
		cs = append(cs, inSegment(v.Account, v.Segment))
	}
	if f.Email != nil {
		cs = append(cs, uniqueCondition(v.Account, entcontact.EmailKey(normalize.Email(*f.Email))))
	}
	if f.Phone != nil {
		cs = append(cs, uniqueCondition(v.Account, entcontact.PhoneKey(f.phoneKey)))
	}
	if f.ExternalID != nil {
		cs = append(cs, hasExternalID(v.Account, *f.ExternalID))
	}
	if f.Store != nil {
		cs = append(cs, columnCondition(v.Account, entcontact.PreferredStoreID(*f.Store)))
	}
	if f.Company != nil {
		cs = append(cs, columnCondition(v.Account, entcontact.CompanyID(*f.Company)))
	}
	if f.Job != nil {
		cs = append(cs, writtenBy(v.Account, *f.Job))
	}
	if f.ModifiedSince != nil {
		cs = append(cs, modifiedSince(v.Account, *f.ModifiedSince))
	}
	if f.Segment != nil {
		cs = append(cs, inSegment(v.Account, *f.Segment))
	}
	return cs
}

// withPhoneKey returns the filter with the key of Phone, if it has that.
func (s *Service) withPhoneKey(ctx context.Context, account int, f Filter) (_ Filter, err error) {
	if f.Phone != nil {
		f.phoneKey, err = s.phoneKey(ctx, account, f.countryCode(), *f.Phone)
	}
	return f, err
}

// countryCode returns the country code of Phone, "" if there is none.
func (f Filter) countryCode() string {
	if f.CountryCode == nil {
		return ""
	}
	return *f.CountryCode
}
