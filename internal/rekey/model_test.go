package rekey_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"contactgraph/ent"
	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/login"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/rekey"

	"pgregory.net/rapid"
)

// TestOldestContactOwnsTheKey compares the keys after a run with a model: each key belongs to the
// oldest contact or login that has its text. The keys before the run are arbitrary.
func TestOldestContactOwnsTheKey(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	rapid.Check(t, func(rt *rapid.T) {
		for _, table := range []string{"search_terms", "logins", "contacts"} { // this connection does not follow foreign keys
			f.exec("DELETE FROM " + table)
		}
		n := rapid.IntRange(1, 8).Draw(rt, "contacts")
		for range n {
			f.NewContact(nil)
		}
		all := f.contacts()
		for i, c := range all {
			f.exec("UPDATE contacts SET email = $1, email_key = $2, phone = $3, phone_key = $4, registered_at = $5 WHERE id = $6",
				optional(rt, emails), someKey(rt, emailKeys, i), optional(rt, phones), someKey(rt, phoneKeys, i),
				time.Date(2026, 1, 1+rapid.IntRange(0, 3).Draw(rt, "day"), 0, 0, 0, 0, time.UTC), c.ID)
			for j := range rapid.IntRange(0, 2).Draw(rt, "logins") {
				f.exec("INSERT INTO logins (account_id, contact_id, name, name_key, type) VALUES ($1, $2, $3, $4, 'BLANK')",
					f.Account, c.ID, rapid.SampledFrom(emails).Draw(rt, "login"), fmt.Sprintf("%s %d %d", rapid.SampledFrom(emailKeys).Draw(rt, "key"), i, j))
			}
			if rapid.Bool().Draw(rt, "hasLogin") { // whose key is one that another one may have to get
				key := rapid.SampledFrom(emailKeys).Draw(rt, "key")
				f.exec("INSERT INTO logins (account_id, contact_id, name, name_key, type) VALUES ($1, $2, $3, $4, 'BLANK') ON CONFLICT DO NOTHING",
					f.Account, c.ID, rapid.SampledFrom(emails).Draw(rt, "login"), key)
			}
		}
		f.forget()
		if _, err := f.keys.Run(t.Context(), rekey.Modified); err != nil {
			rt.Fatal(err)
		}
		f.compare(rt)
		before := f.dump()
		f.forget()
		if n, err := f.keys.Run(t.Context(), rekey.Modified); err != nil || n != 0 || f.dump() != before {
			rt.Fatalf("the second run changed %d contacts, %v:\n%s%s", n, err, before, f.dump())
		}
	})
}

// Texts of few keys, and keys that are theirs or those of older forms.
var (
	emails    = []string{"a@b.se", "A@b.se", "a@B.SE.", "a\u200b@b.se", "c@d.se", "C@d.se", "å@ö.se", "å@xn--nda.se", " "}
	emailKeys = []string{"a@b.se", "c@d.se", "å@ö.se", "old"}
	phones    = []string{"+46701749941", "0046 70 174 99 41", "tel:+46-70-1749941", "+46701749942", "+46 70 174 99 42", "n/a"}
	phoneKeys = []string{"+46701749941", "+46701749942", "old"}
)

func optional(rt *rapid.T, texts []string) any {
	if rapid.IntRange(0, 5).Draw(rt, "null") == 0 {
		return nil
	}
	return rapid.SampledFrom(texts).Draw(rt, "text")
}

// someKey returns no key, one that only this contact has, or one of the list, which each contact
// has at another place.
func someKey(rt *rapid.T, keys []string, i int) any {
	switch rapid.IntRange(0, 2).Draw(rt, "kind") {
	case 0:
		return nil
	case 1:
		return fmt.Sprint("older ", i)
	}
	if i < len(keys) {
		return keys[i]
	}
	return nil
}

func (f *fixture) contacts() []*ent.Contact {
	return f.DB.Client().Contact.Query().Where(entcontact.AccountID(f.Account)).Order(entcontact.ByID()).AllX(f.Agent)
}

// compare compares the keys with those of the model.
func (f *fixture) compare(rt *rapid.T) {
	all := f.contacts()
	slices.SortFunc(all, func(a, b *ent.Contact) int {
		return cmp.Or(a.RegisteredAt.Compare(b.RegisteredAt), cmp.Compare(a.ID, b.ID))
	})
	emails, phones, logins := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, c := range all {
		for _, k := range []struct {
			stored, form *string
			taken        map[string]bool
		}{{c.EmailKey, field.EmailKey(c), emails}, {c.PhoneKey, field.PhoneKey("", c), phones}} {
			want := ""
			if k.form != nil && !k.taken[*k.form] {
				want = *k.form
				k.taken[want] = true
			}
			if got := text(k.stored); got != want {
				rt.Fatalf("contact %d with %v and %v has the key %q, want %q", c.ID, c.Email, c.Phone, got, want)
			}
		}
		rows := f.DB.Client().Login.Query().Where(login.AccountID(f.Account), login.ContactID(c.ID)).Order(login.ByID()).AllX(f.Agent)
		for _, l := range rows {
			key := field.Login{Name: l.Name}.Key()
			first := key != "" && !logins[key]
			logins[key] = true
			if first && l.NameKey != key || !first && !strings.HasPrefix(l.NameKey, field.HiddenKeys) {
				rt.Fatalf("the login %q of contact %d has the key %q", l.Name, c.ID, l.NameKey)
			}
		}
	}
}
