package contact_test

import (
	"strings"
	"testing"

	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/revision"

	"github.com/google/go-cmp/cmp"
)

// A contact that was merged into another one is not erased alone: the other one has its values.
// Erasing that one, deleted or not, erases both.
func TestEraseMergedContact(t *testing.T) {
	t.Parallel()
	for _, deleted := range []bool{false, true} {
		f := contacttest.New(t)
		a := f.Demo
		survivor, other := a.NewContact(nil), newCanaryContact(t, a)
		contacttest.Must(a.MergeContacts(a.Agent, mergeOf(a, survivor.ID, other)))
		if deleted {
			contacttest.Must(a.Delete(a.Agent, contact.Delete{ID: survivor.ID, Lock: contacttest.Overwrite}))
		}
		errs := f.WantErrors("erase", func() error { return contacttest.ErrOf(a.Erase(a.Admin, other)) }, "MERGED")
		if errs[0].MergedInto != survivor.ID {
			t.Errorf("the error names %d", errs[0].MergedInto)
		}
		contacttest.Must(a.Erase(a.Admin, survivor.ID))
		wantNoCanary(t, f)
		f.WantErrors("erase again", func() error { return contacttest.ErrOf(a.Erase(a.Admin, other)) }, "NOT_FOUND")
	}
}

// wantNoCanary fails the test if something of the canary contact is in the database, or the tables
// are not what the log says.
func wantNoCanary(t *testing.T, f *contacttest.Fixture) {
	t.Helper()
	dump := f.DB.Dump()
	for _, trace := range []string{canary, strings.ToLower(canary), "70174060"} {
		if strings.Contains(dump, trace) {
			t.Errorf("%q is in the database:\n%s", trace, dump)
		}
	}
	mustVerify(t, f)
}

// A contact that was merged and restored leaves nothing in the contact that had its values in
// between, nor in one that this was merged into. What these had of their own stays, and changes in
// between can be undone.
func TestEraseRestoredContact(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	survivor := a.NewContact(field.Patch{field.FirstName: "S", field.LastName: "Ek"}, contact.Details{
		ExternalIDs: &[]field.ExternalID{{System: "crm", Value: "s"}}, Membership: &[]int{a.SegmentIDs[0]},
	})
	other, third := newCanaryContact(t, a), a.NewContact(nil)
	m := mergeOf(a, survivor.ID, other)
	m.Choose = []contact.Choice{{Path: "lastName", Contact: other}}
	merged := contacttest.Must(a.MergeContacts(a.Agent, m))
	// Edits in between, one of which takes what the merge has brought, and a second merge.
	edit := contacttest.Must(a.OverwriteFields(a.Agent, survivor.ID, field.Patch{field.LastName: "Berg"}))
	d := contact.Details{}
	d.Add.ExternalIDs = []field.ExternalID{{System: "shop", Value: "s"}}
	contacttest.Must(a.OverwriteDetails(a.Agent, survivor.ID, d))
	second := contacttest.Must(a.MergeContacts(a.Agent, mergeOf(a, third.ID, survivor.ID)))
	for _, change := range []revision.ChangeID{changeID(second.Survivor.Change), changeID(merged.Survivor.Change)} {
		contacttest.Must(a.UnmergeContacts(a.Agent, change))
	}
	deleted := contacttest.Must(a.Delete(a.Agent, contact.Delete{ID: survivor.ID, Lock: contacttest.Overwrite}))
	contacttest.Must(a.Undo(a.Agent, changeID(deleted.Change)))

	before := contactState(readContact(a, survivor.ID))
	erased := contacttest.Must(a.Erase(a.Admin, other))
	wantNoCanary(t, f)
	if diff := cmp.Diff(before, contactState(readContact(a, survivor.ID))); diff != "" {
		t.Errorf("the erasure has changed the survivor\n%s", diff)
	}
	if diff := cmp.Diff([]int{survivor.ID, third.ID}, erased.Change.Merged.Redacted); diff != "" {
		t.Errorf("the erasure names other contacts\n%s", diff)
	}
	if c := contacttest.Must(f.AsOf(a.Agent, survivor.ID, merged.Survivor.Change.Version)); *c.FirstName != "S" || *c.LastName != "Ek" {
		t.Errorf("as of the merge, the survivor is %v", c)
	}
	contacttest.Must(a.Undo(a.Agent, changeID(edit.Change)))
	if c := readContact(a, survivor.ID); *c.LastName != "Ek" {
		t.Errorf("after undoing the edit, the last name is %q", *c.LastName)
	}
	mustVerify(t, f)
}
