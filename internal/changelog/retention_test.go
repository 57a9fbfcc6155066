package changelog_test

import (
	"strings"
	"testing"
	"time"

	"contactgraph/internal/changelog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/merge"
	"contactgraph/internal/revision"
)

func TestPrune(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	c := a.NewContact(field.Patch{field.FirstName: "Anna"})
	keyed, _ := a.WithKey("key", "request")
	contacttest.Must(keyed.OverwriteFields(a.Agent, c.ID, field.Patch{field.FirstName: "Eva"}))
	for range 1200 {
		contacttest.Must(a.OverwriteFields(a.Agent, c.ID, nil))
	}
	f.Advance(48 * time.Hour)
	f.Other.NewContact(nil)
	late := contacttest.Must(a.OverwriteFields(a.Agent, c.ID, field.Patch{field.FirstName: "Ida"})).Change
	contacttest.Must(0, f.Prune(t.Context(), 0))
	if n := len(a.Log()); n != 1203 {
		t.Fatalf("without an end to the log, %d changes are left", n)
	}
	if n := f.DB.Client().IdempotencyKey.Query().CountX(a.Agent); n != 0 {
		t.Errorf("%d keys are left after two days", n)
	}
	contacttest.Must(0, f.Prune(t.Context(), 24*time.Hour))
	contacttest.Must(0, f.Prune(t.Context(), 24*time.Hour))
	page := contacttest.Must(a.Changes.Page(a.Agent, changelog.PageArgs{}, 10))
	if len(page.Changes) != 1 || page.Changes[0].Seq != late.Seq || page.Last != revision.Cursor(late.Seq) {
		t.Errorf("the feed from its beginning: %v", page)
	}
	for _, after := range []revision.Cursor{0, 1, revision.Cursor(late.Seq - 2), revision.Cursor(late.Seq + 1)} {
		if _, err := a.Changes.Page(a.Agent, changelog.PageArgs{After: &after}, 10); err == nil || !strings.Contains(err.Error(), changelog.ErrCursorExpired.Error()) {
			t.Errorf("behind %d: %v", after, err)
		}
	}
	for _, after := range []revision.Cursor{revision.Cursor(late.Seq - 1), revision.Cursor(late.Seq)} {
		if _, err := a.Changes.Page(a.Agent, changelog.PageArgs{After: &after}, 10); err != nil {
			t.Errorf("behind %d: %v", after, err)
		}
	}
	_, err := a.Update(a.Agent, contact.Update{ID: c.ID, Lock: contacttest.MergeFrom(1)})
	if d := contacttest.ConflictOf(t, err); d.Gap != merge.TooOld {
		t.Errorf("merging with what is cut off: %q", d.Gap)
	}
	if contacttest.Must(f.Other.Changes.Page(f.Other.Agent, changelog.PageArgs{}, 10)).Changes[0].Seq != 1 {
		t.Error("another account's log lost its beginning")
	}
	contacttest.Must(a.OverwriteFields(a.Agent, c.ID, nil))
}
