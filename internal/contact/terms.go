package contact

import (
	"slices"

	"contactgraph/ent"
	"contactgraph/ent/searchterm"
	"contactgraph/internal/database"
	"contactgraph/internal/normalize"
)

// termKinds are the kinds of words that a contact is found by: what they come from, and what they are. Taking a phone number
// apart takes long, so it is done only where the number changes.
var termKinds = []struct {
	kind  searchterm.Kind
	from  []*Field
	words func(c *ent.Contact) []string
}{
	{searchterm.KindName, []*Field{FirstName, LastName}, func(c *ent.Contact) []string {
		return normalize.NameWords(str(c.FirstName), str(c.LastName))
	}},
	{searchterm.KindEmail, []*Field{Email}, func(c *ent.Contact) []string { return normalize.EmailWords(str(c.Email)) }},
	{searchterm.KindPhone, []*Field{PhoneCountryCode, Phone}, func(c *ent.Contact) []string {
		return normalize.PhoneWords(str(c.PhoneCountryCode), str(c.Phone))
	}},
}

// changedTerms lists the words that the second state is no longer found by, and those that it is found by anew.
func changedTerms(old, next *ent.Contact) (gone, added []database.Term) {
	for _, k := range termKinds {
		if !differ(old, next, k.from...) {
			continue
		}
		before, after := k.words(old), k.words(next)
		gone = append(gone, missing(k.kind, before, after)...)
		added = append(added, missing(k.kind, after, before)...)
	}
	return gone, added
}

// missing are the words that others lack.
func missing(kind searchterm.Kind, words, others []string) (terms []database.Term) {
	for _, w := range words {
		if !slices.Contains(others, w) {
			terms = append(terms, database.Term{Kind: string(kind), Word: w})
		}
	}
	return terms
}

// differ reports whether two states differ in one of the fields.
func differ(a, b *ent.Contact, fields ...*Field) bool {
	return slices.ContainsFunc(fields, func(f *Field) bool { return !same(f.get(a), f.get(b)) })
}
