package rekey

import (
	"context"
	"slices"

	"contactgraph/ent"
	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/login"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/database"
	"contactgraph/internal/normalize"
)

// Stale is a derived value that is not what the fields of its contact lead to. A run with the scope
// Always computes it again, apart from values that were damaged. For search terms, Expected are
// those that are missing, and Stored those that are wrong.
type Stale struct {
	Contact  int
	Path     string // emailKey, phoneKey, nameKey, searchTerms or loginKeys
	Expected any    // nil for none
	Stored   any
}

// Compare returns what is stale of contacts of an account, whose state is st, as a client reads
// them. A key that another contact has is not missing. Contacts to which the current forms have not
// been applied yet are left out: see Comparable.
func Compare(ctx context.Context, c *ent.Client, account int, st *ent.Derivation, contacts []*ent.Contact) (all []Stale, err error) {
	contacts = slices.DeleteFunc(slices.Clone(contacts), func(o *ent.Contact) bool { return !Comparable(st, o.ID) })
	rows, err := withTables(ctx, c, account, contacts)
	if err != nil {
		return nil, err
	}
	forms := deriver{"", map[int]*derived{}}
	if st != nil {
		forms.country = st.Country
	}
	for _, o := range rows {
		d := forms.of(o.Contact)
		for _, k := range keyColumns {
			taken := func(key string) (bool, error) {
				return c.Contact.Query().Where(entcontact.AccountID(account), k.is(key), entcontact.IDNEQ(o.ID)).Exist(ctx)
			}
			stale, err := staleKey(k.stored(o.Contact), k.form(d), taken)
			if err != nil {
				return nil, err
			}
			if stale {
				all = append(all, Stale{o.ID, k.noun + "Key", k.form(d), k.stored(o.Contact)})
			}
		}
		if o.NameKey != d.name {
			all = append(all, Stale{o.ID, "nameKey", d.name, o.NameKey})
		}
		if gone, added := o.changedTerms(d); len(gone)+len(added) > 0 {
			all = append(all, Stale{o.ID, "searchTerms", words(added), words(gone)})
		}
		logins, err := staleLogins(ctx, c, account, o)
		if err != nil {
			return nil, err
		}
		all = append(all, logins...)
	}
	return all, nil
}

// Comparable reports whether the derived values of the contact are those of the forms of this
// program, by the state of its account.
func Comparable(st *ent.Derivation, contact int) bool {
	return st != nil && st.Forms == normalize.FormsVersion && (st.Done == nil || contact <= *st.Done)
}

// staleKey reports whether a stored key is not what the fields lead to. A contact has no key if
// another one has it.
func staleKey(stored, form *string, taken func(string) (bool, error)) (bool, error) {
	if same(stored, form) {
		return false, nil
	}
	if stored != nil {
		return true, nil
	}
	found, err := taken(*form)
	return !found, err
}

// staleLogins returns the logins of a contact with a wrong key. A hidden key is wrong if no other
// login has the key of the name.
func staleLogins(ctx context.Context, c *ent.Client, account int, o *row) (all []Stale, err error) {
	for _, l := range o.logins {
		key := loginKey(l)
		if l.NameKey == key {
			continue
		}
		if field.IsHidden(l.NameKey) {
			if field.IsHidden(key) {
				continue // the login has been inserted again since it got its key
			}
			taken, err := c.Login.Query().Where(login.AccountID(account), login.NameKey(key)).Exist(ctx)
			if err != nil {
				return nil, err
			}
			if taken {
				continue
			}
		}
		all = append(all, Stale{o.ID, "loginKeys", key, l.NameKey})
	}
	return all, nil
}

// words returns search terms as texts, in order.
func words(terms []database.Term) []string {
	all := make([]string, len(terms))
	for i, t := range terms {
		all[i] = t.Kind + " " + t.Word
	}
	slices.Sort(all)
	return all
}
