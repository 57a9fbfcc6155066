package contact

import (
	"runtime"
	"slices"
	"sync/atomic"

	"contactgraph/ent"
	"contactgraph/ent/searchterm"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/database"
	"contactgraph/internal/safego"
)

// termChanges are the search terms that a write removes and adds.
type termChanges struct{ removed, added []database.Term }

// fewWrites is the number of writes up to which it is not worthwhile to start goroutines.
const fewWrites = 8

// findTerms finds the search terms of each write that it removes and adds: of many writes on all
// processors, because parsing phone numbers is slow, and others wait for the transaction.
func findTerms(writes []*unitOfWork) {
	if len(writes) <= fewWrites {
		for _, w := range writes {
			w.terms = changedTerms(w.old, w.next)
		}
		return
	}
	var next atomic.Int64
	safego.Each(runtime.GOMAXPROCS(0), func(int) {
		for i := next.Add(1); i <= int64(len(writes)); i = next.Add(1) {
			w := writes[i-1]
			w.terms = changedTerms(w.old, w.next)
		}
	})
}

// changedTerms returns the search terms that differ between two states of a contact. Words are
// computed only if their fields change. A contact that is deleted has no next state: its terms are
// deleted with it.
func changedTerms(old, next *ent.Contact) (c termChanges) {
	if next == nil {
		return c
	}
	for _, s := range field.TermSources {
		if !field.AnyDiffers(old, next, s.From...) {
			continue
		}
		before, after := s.Terms(old), s.Terms(next)
		for i, terms := range after {
			c.removed = append(c.removed, termsNotIn(terms.Kind, before[i].Words, terms.Words)...)
			c.added = append(c.added, termsNotIn(terms.Kind, terms.Words, before[i].Words)...)
		}
	}
	return c
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
