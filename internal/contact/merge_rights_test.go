package contact_test

import (
	"context"
	"fmt"
	"testing"

	"contactgraph/ent"
	entaccount "contactgraph/ent/account"
	"contactgraph/ent/session"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/database"
	"contactgraph/internal/settings"
	"contactgraph/internal/viewer"
)

// A survivor without a password gets that of the first of the others, and gives it back.
func TestMergedPasswords(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	s, x, y := a.NewContact(nil), a.NewContact(nil), a.NewContact(nil)
	for _, c := range []*ent.Contact{x, y} {
		contacttest.Must(a.Update(a.Agent, contact.Update{ID: c.ID, Lock: contacttest.Overwrite, Password: &contact.PasswordChange{New: new(fmt.Sprint("correct horse ", c.ID))}}))
	}
	hash := readContact(a, x.ID).PasswordHash
	r := contacttest.Must(a.MergeContacts(a.Agent, mergeOf(a, s.ID, x.ID, y.ID)))
	if got := readContact(a, s.ID).PasswordHash; got == nil || *got != *hash {
		t.Errorf("the survivor has the password %v", got)
	}
	signIn(a, s.ID)
	contacttest.Must(a.UnmergeContacts(a.Agent, changeID(r.Survivor.Change)))
	if got := readContact(a, x.ID).PasswordHash; got == nil || *got != *hash || readContact(a, s.ID).PasswordHash != nil || readContact(a, y.ID).PasswordHash != nil {
		t.Errorf("after the undo, the password is %v", got)
	}
	if n := f.DB.Client().Session.Query().Where(session.ContactID(s.ID)).CountX(a.Admin); n != 0 {
		t.Errorf("the survivor has %d sessions", n)
	}
	mustVerify(t, f)
}

// With the setting onlyAdminsMerge, agents may neither merge nor undo that.
func TestOnlyAdminsMerge(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	s, x := a.NewContact(nil), a.NewContact(field.Patch{field.FirstName: "X"})
	err := f.DB.Write(viewer.NewSystemContext(t.Context(), a.Account), 0, func(ctx context.Context, tx *database.Tx) error {
		return tx.Ent.Account.Update().Where(entaccount.ID(a.Account)).SetSettings(settings.Account{OnlyAdminsMerge: true}).Exec(ctx)
	})
	if err != nil {
		t.Fatal(err)
	}
	f.WantErrors("an agent", func() error { return contacttest.ErrOf(a.MergeContacts(a.Agent, mergeOf(a, s.ID, x.ID))) }, "FORBIDDEN")
	merged := contacttest.Must(a.MergeContacts(a.Admin, mergeOf(a, s.ID, x.ID))).Survivor.Change
	f.WantErrors("an agent, the undo", func() error { return contacttest.ErrOf(a.UnmergeContacts(a.Agent, changeID(merged))) }, "FORBIDDEN")
	contacttest.Must(a.UnmergeContacts(a.Admin, changeID(merged)))
}
