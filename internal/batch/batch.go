// Package batch says what a write leaves to be done at the end of the transaction that it shares with others: the rules note
// it, the store does it for all writes in a few statements.
package batch

import "contactgraph/internal/revision"

// Update is the compare-and-set of one contact, which raises its version by one, with the change of its search terms.
type Update struct {
	Account, Contact int
	Version          revision.Version // at which the contact was read; 0 for one that is new, which has but terms
	Columns          []string         // that change, always in the same order
	Values           []any            // of the columns
	Gone, New        []Term
}

// Term is a word that a contact is found by.
type Term struct{ Kind, Word string }
