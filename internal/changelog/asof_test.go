package changelog_test

import (
	"errors"
	"testing"

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
	gone := contacttest.Must(a.Delete(a.Agent, contact.Delete{ID: c.ID, Lock: contacttest.Overwrite})).Change.Version
	for _, version := range []revision.Version{revision.Stale, -1, gone, gone + 1} {
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
		t.Errorf("behind what the log has lost: %v, %v", got, err)
	}
}
