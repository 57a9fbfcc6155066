package contact

import (
	"slices"

	"contactgraph/ent"
	"contactgraph/ent/searchterm"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/database"
	"contactgraph/internal/normalize"
)

// termKinds are the kinds of words that a contact is found by: what they come from, and what they are. Taking a phone number
// apart takes long, so it is done only where the number changes.
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

// changedTerms lists the words that the second state is no longer found by, and those that it is found by anew.
func changedTerms(old, next *ent.Contact) (gone, added []database.Term) {
	for _, k := range termKinds {
		if !anyDiffers(old, next, k.from...) {
			continue
		}
		before, after := k.words(old), k.words(next)
		gone = append(gone, termsNotIn(k.kind, before, after)...)
		added = append(added, termsNotIn(k.kind, after, before)...)
	}
	return gone, added
}

// missing are the words that others lack.
func termsNotIn(kind searchterm.Kind, words, others []string) (terms []database.Term) {
	for _, w := range words {
		if !slices.Contains(others, w) {
			terms = append(terms, database.Term{Kind: string(kind), Word: w})
		}
	}
	return terms
}

// differ reports whether two states differ in one of the fields.
func anyDiffers(a, b *ent.Contact, fields ...*field.Field) bool {
	return slices.ContainsFunc(fields, func(f *field.Field) bool { return !field.Same(f.Get(a), f.Get(b)) })
}
