package contact

import (
	"slices"

	"contactgraph/ent"
	"contactgraph/ent/searchterm"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/database"
)

// changedTerms returns the search terms that a write removes and adds. Parsing a phone number is
// slow, so words are computed only if their fields change.
func changedTerms(old, next *ent.Contact) (removed, added []database.Term) {
	for _, k := range field.TermKinds {
		if !field.AnyDiffers(old, next, k.From...) {
			continue
		}
		before, after := k.Words(old), k.Words(next)
		removed = append(removed, termsNotIn(k.Kind, before, after)...)
		added = append(added, termsNotIn(k.Kind, after, before)...)
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
