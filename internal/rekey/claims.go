package rekey

import (
	"cmp"
	"context"

	"contactgraph/ent"
	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/predicate"
)

// keyColumn is a column with a unique key of contacts.
type keyColumn struct {
	noun    string // in reports
	column  string
	keyless predicate.Contact // that of the index of contacts with a text and without a key
	is      func(key string) predicate.Contact
	in      func(keys ...string) predicate.Contact
	stored  func(*ent.Contact) *string
	form    func(*derived) *string // what the fields lead to
}

var keyColumns = []keyColumn{{
	noun: "email", column: entcontact.FieldEmailKey, keyless: entcontact.And(entcontact.EmailNotNil(), entcontact.EmailKeyIsNil()),
	is: entcontact.EmailKey, in: entcontact.EmailKeyIn,
	stored: func(c *ent.Contact) *string { return c.EmailKey }, form: func(d *derived) *string { return d.email },
}, {
	noun: "phone", column: entcontact.FieldPhoneKey, keyless: entcontact.And(entcontact.PhoneNotNil(), entcontact.PhoneKeyIsNil()),
	is: entcontact.PhoneKey, in: entcontact.PhoneKeyIn,
	stored: func(c *ent.Contact) *string { return c.PhoneKey }, form: func(d *derived) *string { return d.phone },
}}

// claim returns the new key of each of the contacts whose stored key is not what its fields lead
// to, and clears the key of those that have to give it up, because the database checks uniqueness
// row by row.
//
// A key goes to the contact that claims it, unless another one has it whose fields lead to it, too.
// In a run through all contacts, the younger one has to give it up. So it does not matter in which
// order contacts claim keys: in the end each key belongs to the oldest contact that has claimed it.
// In any other run, no contact loses a key that it has got by the current forms. A contact that has
// to give up a key of older forms may stay without one for a while: it claims its own when it is
// computed, at the latest in the pass through those without a key.
func (b *batch) claim(ctx context.Context, k keyColumn, contacts []*ent.Contact) (keys map[int]*string, err error) {
	var wanted []string
	for _, c := range contacts {
		if key := k.form(b.forms.of(c)); key != nil && !same(key, k.stored(c)) {
			wanted = append(wanted, *key)
		}
	}
	owners := map[string]*ent.Contact{}
	if len(wanted) > 0 {
		found, err := b.tx.Ent.Contact.Query().Where(entcontact.AccountID(b.account), k.in(wanted...), b.tx.ForUpdate).
			Order(entcontact.ByID()).All(ctx)
		if err != nil {
			return nil, err
		}
		for _, c := range found {
			owners[*k.stored(c)] = c
		}
	}
	keys, releases := b.assign(k, contacts, owners)
	if len(releases) == 0 {
		return keys, nil
	}
	update := b.tx.Ent.Contact.Update().Where(entcontact.AccountID(b.account), entcontact.IDIn(releases...))
	if err := update.Mutation().ClearField(k.column); err != nil {
		return nil, err
	}
	return keys, update.Exec(ctx)
}

// assign returns the new keys of the contacts that do not have the right one, nil for none, and the
// contacts whose stored key another one gets. owners are the contacts that have the keys.
func (b *batch) assign(k keyColumn, contacts []*ent.Contact, owners map[string]*ent.Contact) (keys map[int]*string, releases []int) {
	keys = map[int]*string{}
	for _, c := range contacts {
		key := k.form(b.forms.of(c))
		if same(k.stored(c), key) {
			continue
		}
		keys[c.ID] = nil
		if old := k.stored(c); old != nil && owners[*old] != nil && owners[*old].ID == c.ID {
			delete(owners, *old)
			releases = append(releases, c.ID)
		}
		if key == nil {
			continue
		}
		owner := owners[*key]
		if owner != nil && same(k.form(b.forms.of(owner)), key) && (!b.full || compareAge(owner, c) < 0) {
			continue
		}
		if owner != nil {
			keys[owner.ID] = nil
			if same(k.stored(owner), key) {
				releases = append(releases, owner.ID)
			}
		}
		owners[*key], keys[c.ID] = c, key
	}
	return keys, releases
}

// compareAge returns a negative number if a is older than b.
func compareAge(a, b *ent.Contact) int {
	return cmp.Or(a.RegisteredAt.Compare(b.RegisteredAt), cmp.Compare(a.ID, b.ID))
}
