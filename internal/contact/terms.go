package contact

import (
	"context"
	"slices"

	"contactgraph/ent"
	"contactgraph/ent/searchterm"
	"contactgraph/internal/keys"
)

// term is a word that a contact is found by.
type term struct {
	kind searchterm.Kind
	word string
}

// termsOf lists the words that c is found by.
func termsOf(c *ent.Contact) []term {
	var terms []term
	for _, t := range []struct {
		kind  searchterm.Kind
		words []string
	}{
		{searchterm.KindName, keys.NameWords(str(c.FirstName), str(c.LastName))},
		{searchterm.KindEmail, keys.EmailWords(str(c.Email))},
		{searchterm.KindPhone, keys.PhoneWords(str(c.PhoneCountryCode), str(c.Phone))},
	} {
		for _, w := range t.words {
			terms = append(terms, term{t.kind, w})
		}
	}
	return terms
}

// saveTerms brings the words of the contact up to date.
func (w *write) saveTerms(ctx context.Context) error {
	if str(w.old.Email) == str(w.next.Email) && str(w.old.Phone) == str(w.next.Phone) && str(w.old.FirstName) == str(w.next.FirstName) &&
		str(w.old.LastName) == str(w.next.LastName) && str(w.old.PhoneCountryCode) == str(w.next.PhoneCountryCode) {
		return nil // the common case
	}
	before, after := termsOf(w.old), termsOf(w.next)
	for _, t := range before {
		if slices.Contains(after, t) {
			continue
		}
		_, err := w.tx.SearchTerm.Delete().Where(searchterm.AccountID(w.viewer.Account), searchterm.ContactID(w.next.ID),
			searchterm.KindEQ(t.kind), searchterm.Term(t.word)).Exec(ctx)
		if err != nil {
			return err
		}
	}
	var added []*ent.SearchTermCreate
	for _, t := range after {
		if !slices.Contains(before, t) {
			added = append(added, newTerm(w.tx, w.next.ID, t))
		}
	}
	return w.tx.SearchTerm.CreateBulk(added...).Exec(ctx)
}

func newTerm(tx *ent.Tx, contact int, t term) *ent.SearchTermCreate {
	return tx.SearchTerm.Create().SetContactID(contact).SetKind(t.kind).SetTerm(t.word)
}
