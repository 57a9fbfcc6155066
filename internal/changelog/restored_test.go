package changelog_test

import (
	"errors"
	"testing"

	"contactgraph/internal/changelog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/merge"
	"contactgraph/internal/revision"
)

// TestRestored declares a database as restored: what clients know of lost writes is rejected,
// however much is written later, and what they know of the others stays valid.
func TestRestored(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	c := a.NewContact(field.Patch{field.FirstName: "Anna", field.LastName: "Ek"})
	contacttest.Must(a.OverwriteFields(a.Agent, c.ID, field.Patch{field.FirstName: "Eva"}))
	end := contacttest.Must(a.Changes.Page(a.Agent, changelog.PageArgs{}, 10)).End
	for round := range 2 {
		if n := contacttest.Must(f.DB.Restored(t.Context())); n != 2 {
			t.Fatalf("%d accounts", n)
		}
		afterEnd := contacttest.Must(a.Changes.Page(a.Agent, changelog.PageArgs{}, 10)).End
		// The version that was known before is current, also for a merge.
		r := contacttest.Must(a.Update(a.Agent, contact.Update{ID: c.ID, Lock: contacttest.MergeFrom(1), Set: field.Patch{field.LastName: "Ås"}}))
		if r.Contact.Version <= 1<<40 {
			t.Errorf("the contact has the version %d", r.Contact.Version)
		}
		for lost := revision.Version(3); lost < 6; lost++ {
			_, err := a.Update(a.Agent, contact.Update{ID: c.ID, Lock: contacttest.MergeFrom(lost), Set: field.Patch{field.Phone: "1"}})
			if d := contacttest.ConflictOf(t, err); d == nil || d.Gap != merge.Unknown {
				t.Errorf("merging with version %d: %+v", lost, d)
			}
		}
		for range 4 {
			contacttest.Must(a.OverwriteFields(a.Agent, c.ID, nil))
		}
		for after, want := range map[revision.Cursor]error{
			0: nil, end - 1: nil, end: nil, afterEnd: nil, afterEnd + 1: nil,
			end + 1: changelog.ErrCursorExpired, end + 3: changelog.ErrCursorExpired, afterEnd - 1: changelog.ErrCursorExpired, 1 << 39: changelog.ErrCursorExpired,
		} {
			if _, err := a.Changes.Page(a.Agent, changelog.PageArgs{After: &after}, 100); !errors.Is(err, want) {
				t.Errorf("round %d, after %d: %v, want %v", round, after, err, want)
			}
		}
		if next := a.NewContact(nil); next.ID <= c.ID+100_000 || next.Version <= 1<<40 {
			t.Errorf("the next contact has the id %d and the version %d", next.ID, next.Version)
		}
		end = contacttest.Must(a.Changes.Page(a.Agent, changelog.PageArgs{}, 100)).End
	}
}

// TestUndoAcrossARestore undoes a change before the restore, and the deletion of a contact.
func TestUndoAcrossARestore(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	c := a.NewContact(field.Patch{field.FirstName: "Anna"})
	contacttest.Must(a.OverwriteFields(a.Agent, c.ID, field.Patch{field.FirstName: "Eva"}))
	contacttest.Must(f.DB.Restored(t.Context()))
	contacttest.Must(a.OverwriteFields(a.Agent, c.ID, field.Patch{field.LastName: "Ek"}))
	r := contacttest.Must(a.Undo(a.Agent, revision.ChangeID{Contact: c.ID, Version: 2}))
	if *r.Contact.FirstName != "Anna" || *r.Contact.LastName != "Ek" {
		t.Errorf("%s %s", *r.Contact.FirstName, *r.Contact.LastName)
	}
	deleted := contacttest.Must(a.Delete(a.Agent, contact.Delete{ID: c.ID, Lock: contact.Lock{OnConflict: contact.Overwrite}}))
	r = contacttest.Must(a.Undo(a.Agent, revision.ChangeID{Contact: c.ID, Version: deleted.Change.Version}))
	if r.Contact.Version != deleted.Change.Version+1 {
		t.Errorf("the restored contact has the version %d after %d", r.Contact.Version, deleted.Change.Version)
	}
}

// TestRestoredSkipsIDsOfEmptyTables: all rows of a table can have been lost.
func TestRestoredSkipsIDsOfEmptyTables(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	contacttest.Must(f.DB.Restored(t.Context()))
	if c := f.Demo.NewContact(nil); c.ID <= 100_000 {
		t.Errorf("the first contact has the id %d", c.ID)
	}
}

// TestEverythingGetsAVersionAboveTheLost: a deletion and an erasure are writes, too.
func TestEverythingGetsAVersionAboveTheLost(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	deleted, erased := a.NewContact(nil).ID, a.NewContact(nil).ID
	contacttest.Must(f.DB.Restored(t.Context()))
	for name, r := range map[string]*contact.Result{
		"deletion": contacttest.Must(a.Delete(a.Agent, contact.Delete{ID: deleted, Lock: contacttest.Overwrite})),
		"erasure":  contacttest.Must(a.Erase(a.Admin, erased)),
	} {
		if r.Change.Version <= revision.Leap {
			t.Errorf("the %s has the version %d", name, r.Change.Version)
		}
	}
}
