package changelog_test

import (
	"errors"
	"strings"
	"testing"

	entcontact "contactgraph/ent/contact"
	"contactgraph/internal/changelog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/revision"
)

func TestAsOf(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	c := a.NewContact(nil)
	contacttest.Must(a.OverwriteFields(a.Agent, c.ID, nil))
	deleted := contacttest.Must(a.Delete(a.Agent, contact.Delete{ID: c.ID, Lock: contacttest.Overwrite})).Change.Version
	for _, version := range []revision.Version{revision.Stale, -1, deleted, deleted + 1} {
		if got, err := a.AsOf(a.Agent, c.ID, version); !errors.Is(err, changelog.ErrNoVersion) {
			t.Errorf("version %d: %v, %v", version, got, err)
		}
	}
	for _, id := range []int{999, f.Other.NewContact(nil).ID} {
		if got, err := a.AsOf(a.Agent, id, 1); !errors.Is(err, changelog.ErrNoVersion) {
			t.Errorf("contact %d: %v, %v", id, got, err)
		}
	}
	if _, err := f.DB.Raw().ExecContext(t.Context(), "DELETE FROM changes WHERE version = 2"); err != nil {
		t.Fatal(err)
	}
	if got, err := a.AsOf(a.Agent, c.ID, 1); !errors.Is(err, changelog.ErrNoVersion) {
		t.Errorf("before a gap in the log: %v, %v", got, err)
	}
}

// TestRelationsAreReadByContact checks that what a contact has in other tables is found by the
// contact, and not among that of the whole account.
func TestRelationsAreReadByContact(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	c, d := a.NewContact(nil), a.NewContact(nil)
	statements := f.DB.Statements(func() {
		q := f.DB.Client().Contact.Query().Where(entcontact.AccountID(a.Account), entcontact.IDIn(c.ID, d.ID))
		contacttest.Must(changelog.AddRelations(q).All(a.Agent))
	})
	if len(statements) != 5 {
		t.Fatalf("got %q", statements)
	}
	for _, s := range statements[1:] {
		if plan := f.DB.Plan(s); !strings.Contains(plan, "contact_id=?") {
			t.Errorf("%s\n%s", s, plan)
		}
	}
}
