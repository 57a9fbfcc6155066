package rekey

import (
	"cmp"
	"context"

	"contactgraph/ent"
	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/login"
	"contactgraph/internal/contact/field"
)

// loginKey returns the key of a login. One without any visible character has a hidden key.
func loginKey(l *ent.Login) string {
	return cmp.Or(field.Login{Name: l.Name}.Key(), field.HiddenKey(l.ID))
}

// writeLogins computes the keys of the contacts' logins, and returns which contacts have changed.
//
// As claims.go has it, a key goes to the login that claims it, unless another one has it, in a run
// through all contacts that of an older contact. The other one gets a hidden key: it keeps its
// text, and no one can sign in with it.
func (b *batch) writeLogins(ctx context.Context, rows []*row) (changed map[int]bool, err error) {
	a := &loginKeys{full: b.full, contacts: map[int]*ent.Contact{}, owners: map[string]*ent.Login{}, keys: map[int]string{}}
	var claimed []*ent.Login
	var wanted []string
	for _, o := range rows {
		a.contacts[o.ID] = o.Contact
		for _, l := range o.logins {
			if key := loginKey(l); key != l.NameKey {
				claimed, wanted = append(claimed, l), append(wanted, key)
			}
		}
	}
	if len(claimed) == 0 {
		return map[int]bool{}, nil
	}
	found, err := b.tx.Ent.Login.Query().Where(login.AccountID(b.account), login.NameKeyIn(wanted...), b.tx.ForUpdate).
		Order(login.ByID()).All(ctx)
	if err != nil {
		return nil, err
	}
	var unknown []int
	for _, l := range found {
		a.owners[l.NameKey] = l
		if a.contacts[l.ContactID] == nil {
			unknown = append(unknown, l.ContactID)
		}
	}
	owners, err := b.tx.Ent.Contact.Query().Where(entcontact.AccountID(b.account), entcontact.IDIn(unknown...)).All(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range owners {
		a.contacts[c.ID] = c
	}
	for _, l := range claimed {
		a.claim(l)
	}
	return b.storeLogins(ctx, a)
}

// loginKeys decides which login gets which key.
type loginKeys struct {
	full     bool                  // see run
	contacts map[int]*ent.Contact  // of the logins
	owners   map[string]*ent.Login // by their keys
	keys     map[int]string        // that change, by the id of the login
	order    []*ent.Login          // those of keys
}

func (a *loginKeys) claim(l *ent.Login) {
	key := loginKey(l)
	if owner := a.owners[l.NameKey]; owner != nil && owner.ID == l.ID {
		delete(a.owners, l.NameKey)
	}
	owner := a.owners[key]
	if owner != nil && loginKey(owner) == key && (!a.full || a.isOlder(owner, l)) {
		key = field.HiddenKey(l.ID)
		if field.IsHidden(l.NameKey) {
			return // as before
		}
	} else if owner != nil {
		a.set(owner, field.HiddenKey(owner.ID))
	}
	a.owners[key] = l
	a.set(l, key)
}

func (a *loginKeys) set(l *ent.Login, key string) {
	if _, ok := a.keys[l.ID]; !ok {
		a.order = append(a.order, l)
	}
	a.keys[l.ID] = key
}

func (a *loginKeys) isOlder(l, m *ent.Login) bool {
	return cmp.Or(compareAge(a.contacts[l.ContactID], a.contacts[m.ContactID]), cmp.Compare(l.ID, m.ID)) < 0
}

// storeLogins stores the keys: hidden ones first, also of logins whose stored key another one gets,
// because the database checks uniqueness row by row.
func (b *batch) storeLogins(ctx context.Context, a *loginKeys) (changed map[int]bool, err error) {
	changed = map[int]bool{}
	store := func(l *ent.Login, key string) error {
		changed[l.ContactID] = true
		return b.tx.Ent.Login.Update().Where(login.AccountID(b.account), login.ID(l.ID)).SetNameKey(key).Exec(ctx)
	}
	for _, l := range a.order {
		if owner := a.owners[l.NameKey]; field.IsHidden(a.keys[l.ID]) || owner != nil && owner.ID != l.ID {
			if err := store(l, field.HiddenKey(l.ID)); err != nil {
				return nil, err
			}
		}
	}
	for _, l := range a.order {
		if key := a.keys[l.ID]; !field.IsHidden(key) {
			if err := store(l, key); err != nil {
				return nil, err
			}
		}
	}
	return changed, nil
}
