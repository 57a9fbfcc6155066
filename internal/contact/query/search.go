package query

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"contactgraph/ent"
	"contactgraph/ent/company"
	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/externalid"
	"contactgraph/ent/searchterm"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/normalize"
	"contactgraph/internal/viewer"

	"entgo.io/ent/dialect/sql"
)

// search turns the words of a search into conditions.
type search struct {
	viewer    viewer.Viewer
	kinds     []searchterm.Kind // of words by which contacts are found; nil for all
	companies []employer        // by whose names contacts are found
	numbers   bool              // whether contacts are found by their numbers
	external  []int             // the contacts that have the whole text as an external id
}

// employer is a company with the words of its name.
type employer struct {
	id    int
	words []string
}

// Limits of a search by the names of companies.
const (
	maxCompanies = 5_000 // that are read
	maxEmployers = 100   // that a word finds
)

// maxSystems is how many systems a search looks an external id up in.
const maxSystems = 50

// newSearch returns the search for the filter Search: in all kinds of words that the viewer may
// search, the numbers of contacts, and the names of their companies.
func (s *Service) newSearch(ctx context.Context, v viewer.Viewer) (_ search, err error) {
	r := search{viewer: v, kinds: searchable(v), numbers: true}
	if len(r.kinds) == len(searchKinds) {
		r.kinds = nil
	} else if r.kinds == nil {
		r.kinds = []searchterm.Kind{}
	}
	if v.Role != viewer.Customer && field.CanRead(v, field.Company.Path) {
		r.companies, err = s.employers(ctx, v.Account)
	}
	return r, err
}

// withExternalID returns the contacts that have the external id in any system, none if the viewer
// may not read external ids. The index has the system first, so the systems are read from it, one
// after the other: those of the whole account, because for an API key that is limited to a segment,
// the index would be read from one contact of the segment to the next.
func (s *Service) withExternalID(ctx context.Context, v viewer.Viewer, value string) (contacts []int, err error) {
	if !field.CanRead(v, field.PathExternalIDs) {
		return nil, nil
	}
	ids := s.db.Client().ExternalID.Query().Where(externalid.AccountID(v.Account))
	var systems []string
	for last := ""; len(systems) < maxSystems; {
		next, err := ids.Clone().Where(externalid.SystemGT(last)).Order(externalid.BySystem(), externalid.ByValue()).First(viewer.AccountWide(ctx))
		if ent.IsNotFound(err) {
			break
		}
		if err != nil {
			return nil, err
		}
		last = next.System
		systems = append(systems, last)
	}
	if len(systems) == 0 {
		return nil, nil
	}
	found, err := ids.Where(externalid.SystemIn(systems...), externalid.Value(value)).All(ctx)
	for _, e := range found {
		contacts = append(contacts, e.ContactID)
	}
	return contacts, err
}

// employers returns the companies of the account.
func (s *Service) employers(ctx context.Context, account int) ([]employer, error) {
	rows, err := s.db.Client().Company.Query().Where(company.AccountID(account)).Order(ent.Asc(company.FieldID)).Limit(maxCompanies).All(ctx)
	employers := make([]employer, len(rows))
	for i, c := range rows {
		words, ok := s.companyWords.Get(c.Name)
		if !ok {
			words = append(normalize.NameWords(c.Name), normalize.NameSpellings(c.Name)...)
			s.companyWords.Add(c.Name, words)
		}
		employers[i] = employer{c.ID, words}
	}
	return employers, err
}

// nameSearch returns the search for the filter Name.
func nameSearch(v viewer.Viewer) search {
	return search{viewer: v, kinds: []searchterm.Kind{searchterm.KindName, searchterm.KindNameSpelling}}
}

// conditions returns one condition for each word. A contact that is found by an external id meets
// all of them. Without any word, no other contact does.
func (s search) conditions(words []normalize.Word) []condition {
	if len(words) == 0 {
		return []condition{s.anyOf(nil)}
	}
	cs := make([]condition, len(words))
	for i, w := range words {
		cs[i] = s.condition(w)
	}
	return cs
}

// condition returns the condition that a contact has the word.
func (s search) condition(w normalize.Word) condition {
	var lists []entries
	if s.kinds == nil || len(s.kinds) > 0 {
		for _, p := range w.Prefixes {
			lists = append(lists, s.words(p, searchterm.TermGTE(p), searchterm.TermLT(afterPrefix(p))))
		}
	}
	if s.numbers && w.Number != 0 {
		lists = append(lists, contactEntries(s.viewer.Account, entcontact.ID(w.Number)))
	}
	if employers := s.employers(w); len(employers) > 0 {
		e := contactEntries(s.viewer.Account, entcontact.CompanyIDIn(employers...))
		e.order = ""
		lists = append(lists, e)
	}
	return s.anyOf(lists)
}

// anyOf returns the condition that the contact has an entry in one of the lists, or is found by an
// external id.
func (s search) anyOf(lists []entries) condition {
	if len(s.external) > 0 {
		lists = append(lists, contactEntries(s.viewer.Account, entcontact.IDIn(s.external...)))
	}
	if len(lists) == 0 {
		return uniqueCondition(s.viewer.Account, entcontact.ID(0))
	}
	return condition{lists, uncounted}
}

// exactly returns the condition that a contact has a word that is equal to the term.
func (s search) exactly(term string) condition {
	return condition{[]entries{s.words(term, searchterm.Term(term))}, uncounted}
}

// words returns the entries of words that begin with the prefix and meet the predicates.
func (s search) words(prefix string, where ...func(*sql.Selector)) entries {
	e := entries{
		account: s.viewer.Account, table: searchterm.Table, id: searchterm.FieldContactID, order: searchterm.FieldTerm,
		where: where, prefix: prefix,
	}
	if s.kinds != nil {
		e.where = append(e.where, searchterm.KindIn(s.kinds...))
	}
	return e
}

// employers returns the companies whose name has the word.
func (s search) employers(w normalize.Word) (ids []int) {
	for _, c := range s.companies {
		if len(ids) < maxEmployers && w.Finds(c.words) {
			ids = append(ids, c.id)
		}
	}
	return ids
}

// isBlank reports whether a search text is blank. An empty search box does not restrict a list.
func isBlank(text string) bool { return strings.TrimSpace(text) == "" }

// afterPrefix returns the least text that is greater than every text with this prefix, in the order
// of code points.
func afterPrefix(prefix string) string {
	runes := []rune(prefix)
	for i, last := range slices.Backward(runes) {
		if last < utf8.MaxRune {
			return string(runes[:i]) + string(after(last))
		}
	}
	return prefix + string(utf8.MaxRune) // no word consists of this character only
}

// isNoWordRune reports whether r separates words.
func isNoWordRune(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) }
