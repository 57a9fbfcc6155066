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
	for _, s := range field.TermSources {
		if !field.AnyDiffers(old, next, s.From...) {
			continue
		}
		before, after := s.Terms(old), s.Terms(next)
		for i, terms := range after {
			removed = append(removed, termsNotIn(terms.Kind, before[i].Words, terms.Words)...)
			added = append(added, termsNotIn(terms.Kind, terms.Words, before[i].Words)...)
		}
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
