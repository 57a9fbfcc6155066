package contact

import (
	"slices"

	"contactgraph/ent"
	"contactgraph/ent/searchterm"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/database"
	"contactgraph/internal/normalize"
)

// termKinds lists the kinds of words by which contacts are found, with the fields that they come
// from. Parsing a phone number is slow, so words are computed only if their fields change.
var termKinds = []struct {
	kind  searchterm.Kind
	from  []*field.Field
	words func(c *ent.Contact) []string
}{
	{searchterm.KindName, []*field.Field{field.FirstName, field.LastName}, func(c *ent.Contact) []string {
		return normalize.NameWords(deref(c.FirstName), deref(c.LastName))
	}},
	{searchterm.KindEmail, []*field.Field{field.Email}, func(c *ent.Contact) []string { return normalize.EmailWords(deref(c.Email)) }},
	{searchterm.KindPhone, []*field.Field{field.PhoneCountryCode, field.Phone}, func(c *ent.Contact) []string {
		return normalize.PhoneWords(deref(c.PhoneCountryCode), deref(c.Phone))
	}},
}

// changedTerms returns the search terms that a write removes and adds.
func changedTerms(old, next *ent.Contact) (removed, added []database.Term) {
	for _, k := range termKinds {
		if !anyDiffers(old, next, k.from...) {
			continue
		}
		before, after := k.words(old), k.words(next)
		removed = append(removed, termsNotIn(k.kind, before, after)...)
		added = append(added, termsNotIn(k.kind, after, before)...)
	}
	return removed, added
}

// termsNotIn returns the words that are not among the others, as search terms.
func termsNotIn(kind searchterm.Kind, words, others []string) (terms []database.Term) {
	for _, w := range words {
		if !slices.Contains(others, w) {
			terms = append(terms, database.Term{Kind: string(kind), Word: w})
		}
	}
	return terms
}

// anyDiffers reports whether two states differ in one of the fields.
func anyDiffers(a, b *ent.Contact, fields ...*field.Field) bool {
	return slices.ContainsFunc(fields, func(f *field.Field) bool { return !field.Same(f.Get(a), f.Get(b)) })
}
