package job_test

import (
	"errors"
	"strings"
	"testing"

	"contactgraph/ent"
	"contactgraph/ent/job"
	"contactgraph/ent/propertyvalue"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/query"
	jobs "contactgraph/internal/job"
	"contactgraph/internal/usererror"

	"github.com/google/go-cmp/cmp"
)

// TestUpdate: a job updates the contacts that a filter finds, except those that have it already,
// and reverts all of it but what was changed since.
func TestUpdate(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ids := f.newContacts(5)
	f.NewContact(field.Patch{field.FirstName: "Erik"})
	contacttest.Must(f.OverwriteDetails(f.Agent, ids[0], contact.Details{Membership: &[]int{f.SegmentIDs[0]}}))
	created := contacttest.Must(f.jobs.Update(f.Agent, jobs.Bulk{
		Filter: &query.Filter{Name: new("nora")}, AddSegments: f.SegmentIDs[:1], DryRun: true,
	}))
	f.serve(f.jobs)
	planned := f.await(created.ID, job.StatePLANNED)
	if diff := cmp.Diff(map[string]int{"ITEMS": 5, "UPDATE": 4, "SAME": 1}, planned.Counts); diff != "" {
		t.Errorf("the plan (-want +got)\n%s", diff)
	}
	rows, _, _ := f.jobs.Items(f.Agent, created.ID, jobs.ItemFilter{}, 1, 1)
	if len(rows) != 1 || rows[0].Changes[0].Path != field.PathMembership {
		t.Errorf("the plan does not show what changes: %v", rows)
	}

	contacttest.Must(f.OverwriteFields(f.Agent, ids[1], field.Patch{field.LastName: "Vogel"}))
	contacttest.Must(f.Delete(f.Agent, contact.Delete{ID: ids[2], Lock: contacttest.Overwrite}))
	contacttest.Must(f.jobs.Apply(f.Agent, created.ID))
	applied := f.await(created.ID, job.StateAPPLIED)
	want := []string{"SAME", "UPDATE CONFLICT VERSION_CONFLICT", "UPDATE CONFLICT NOT_FOUND", "UPDATE APPLIED", "UPDATE APPLIED"}
	if diff := cmp.Diff(want, f.items(created.ID)); diff != "" {
		t.Errorf("applied (-want +got)\n%s", diff)
	}
	if applied.Counts["APPLIED"] != 2 || applied.Counts["CONFLICT"] != 2 {
		t.Errorf("counted %v", applied.Counts)
	}
	if last := f.MustHistory(f.Agent, ids[3], 1)[0]; last.JobID == nil || *last.JobID != created.ID || last.ActorName != "demo-AGENT" {
		t.Errorf("the change log has %v", last)
	}

	contacttest.Must(f.OverwriteDetails(f.Agent, ids[3], contact.Details{Membership: &[]int{f.SegmentIDs[1]}}))
	contacttest.Must(f.OverwriteFields(f.Agent, ids[4], field.Patch{field.LastName: "Vogel"}))
	contacttest.Must(f.jobs.Revert(f.Agent, created.ID))
	reverted := f.await(created.ID, job.StateREVERTED)
	want[3], want[4] = "UPDATE REVERTED", "UPDATE REVERTED" // the first has left the segment already
	if diff := cmp.Diff(want, f.items(created.ID)); diff != "" {
		t.Errorf("reverted (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff(map[string]int{"ITEMS": 5, "UPDATE": 4, "SAME": 1, "CONFLICT": 2, "APPLIED": 0, "REVERTED": 2}, reverted.Counts); diff != "" {
		t.Errorf("the counts (-want +got)\n%s", diff)
	}
	if got := f.MustGet(ids[4]); got.LastName == nil || *got.LastName != "Vogel" {
		t.Error("the revert has undone what another has written")
	}
}

// TestUpdateMerges: a contact that has changed since the plan is merged, if the job wants that.
func TestUpdateMerges(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ids := f.newContacts(2)
	created := contacttest.Must(f.jobs.Update(f.Agent, jobs.Bulk{
		IDs: append(ids, 99_999), Set: field.Patch{field.LastName: "Vogel"}, OnConflict: contact.Merge, DryRun: true,
	}))
	f.serve(f.jobs)
	f.await(created.ID, job.StatePLANNED)
	contacttest.Must(f.OverwriteFields(f.Agent, ids[0], field.Patch{field.FirstName: "Eleonora"}))
	contacttest.Must(f.OverwriteFields(f.Agent, ids[1], field.Patch{field.LastName: "Berg"}))
	contacttest.Must(f.jobs.Apply(f.Agent, created.ID))
	f.await(created.ID, job.StateAPPLIED)
	want := []string{"UPDATE APPLIED", "UPDATE CONFLICT VERSION_CONFLICT lastName", "INVALID NOT_FOUND"}
	if diff := cmp.Diff(want, f.items(created.ID)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	contacttest.Must(f.OverwriteFields(f.Agent, ids[0], field.Patch{field.LastName: "Berg"}))
	contacttest.Must(f.jobs.Revert(f.Agent, created.ID))
	f.await(created.ID, job.StateREVERTED)
	if want[0] = "UPDATE KEPT VERSION_CONFLICT lastName"; f.items(created.ID)[0] != want[0] {
		t.Errorf("reverted %q, want %q", f.items(created.ID), want)
	}
	contacttest.Must(f.OverwriteFields(f.Agent, ids[0], field.Patch{field.LastName: "Vogel"}))
	contacttest.Must(f.jobs.Revert(f.Agent, created.ID))
	if row := f.await(created.ID, job.StateREVERTED); row.Counts["REVERTED"] != 1 || row.Counts["KEPT"] != 0 {
		t.Errorf("reverted again: %v", row.Counts)
	}
}

// TestClearProperties: a job clears a property, and its revert brings the values back. One that is
// required stays.
func TestClearProperties(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ids := f.newContacts(2)
	plain := f.NewProperty(catalog.NewProperty{Name: "Shoe size"})
	required := f.NewProperty(catalog.NewProperty{Name: "Language", Required: true})
	contacttest.Must(f.OverwriteDetails(f.Agent, ids[0], contact.Details{
		Properties: []contact.PropertyPatch{contacttest.SetProperty(plain, "41"), contacttest.SetProperty(required, "sv")},
	}))
	f.serve(f.jobs)
	clearing := func(id int) *ent.Job {
		return contacttest.Must(f.jobs.Update(f.Agent, jobs.Bulk{Filter: &query.Filter{}, ClearProperties: []int{id}}))
	}
	created := clearing(plain)
	f.await(created.ID, job.StateAPPLIED)
	if diff := cmp.Diff([]string{"UPDATE APPLIED", "SAME"}, f.items(created.ID)); diff != "" {
		t.Errorf("cleared (-want +got)\n%s", diff)
	}
	if n := contacttest.Must(f.DB.Client().PropertyValue.Query().Where(propertyvalue.PropertyID(plain)).Count(f.Agent)); n != 0 {
		t.Errorf("%d values are left", n)
	}
	contacttest.Must(f.jobs.Revert(f.Agent, created.ID))
	f.await(created.ID, job.StateREVERTED)
	if n := contacttest.Must(f.DB.Client().PropertyValue.Query().Where(propertyvalue.PropertyID(plain)).Count(f.Agent)); n != 1 {
		t.Errorf("%d values are back, want 1", n)
	}
	created = clearing(required)
	f.await(created.ID, job.StateAPPLIED)
	if got := f.items(created.ID); !strings.HasPrefix(got[0], "INVALID ") {
		t.Errorf("a required property: %q", got)
	}
}

// TestDelete: a job deletes contacts, and its revert restores them with all they had.
func TestDelete(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ids := f.newContacts(40)
	before := f.MustGet(ids[7])
	created := contacttest.Must(f.jobs.Delete(f.Agent, jobs.Bulk{Filter: &query.Filter{Name: new("nora")}}))
	f.serve(f.jobs)
	f.await(created.ID, job.StateAPPLIED)
	if n := contacttest.Must(f.Count(f.Agent, query.Filter{})); n != 0 {
		t.Errorf("%d contacts are left", n)
	}
	contacttest.Must(f.jobs.Revert(f.Agent, created.ID))
	f.await(created.ID, job.StateREVERTED)
	if n := contacttest.Must(f.Count(f.Agent, query.Filter{})); n != len(ids) {
		t.Errorf("%d contacts are back, want %d", n, len(ids))
	}
	if after := f.MustGet(ids[7]); *after.Email != *before.Email || after.Secret != before.Secret {
		t.Errorf("restored %v, want %v", after, before)
	}
}

// TestCreateFails lists what is rejected when a job is created or controlled.
func TestCreateFails(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	id := f.newContacts(1)
	segment := jobs.Bulk{IDs: id, AddSegments: f.SegmentIDs[:1]}
	planned := contacttest.Must(f.jobs.Update(f.Admin, segment))
	for name, tt := range map[string]struct {
		do   func() error
		want string
	}{
		"without contacts": {func() error { return contacttest.ErrOf(f.jobs.Update(f.Agent, jobs.Bulk{AddSegments: []int{1}})) }, "INVALID"},
		"without content":  {func() error { return contacttest.ErrOf(f.jobs.Update(f.Agent, jobs.Bulk{IDs: id})) }, "REQUIRED"},
		"too many contacts": {func() error {
			return contacttest.ErrOf(f.jobs.Delete(f.Agent, jobs.Bulk{IDs: make([]int, jobs.MaxIDs+1)}))
		}, "TOO_MANY ids"},
		"a customer":         {func() error { return contacttest.ErrOf(f.jobs.Update(f.AsCustomerID(id[0]), segment)) }, "FORBIDDEN"},
		"a key of a segment": {func() error { return contacttest.ErrOf(f.jobs.Update(f.AsSegmentKey(9), segment)) }, "FORBIDDEN"},
		"an unknown job":     {func() error { return contacttest.ErrOf(f.jobs.Apply(f.Agent, 99)) }, "NOT_FOUND"},
		"of another account": {func() error { return contacttest.ErrOf(f.jobs.Apply(f.Other.Admin, planned.ID)) }, "NOT_FOUND"},
		"of another":         {func() error { return contacttest.ErrOf(f.jobs.Cancel(f.Agent, planned.ID)) }, "FORBIDDEN"},
		"not planned":        {func() error { return contacttest.ErrOf(f.jobs.Apply(f.Admin, planned.ID)) }, "INVALID id"},
		"not applied":        {func() error { return contacttest.ErrOf(f.jobs.Revert(f.Admin, planned.ID)) }, "INVALID id"},
	} {
		f.WantErrors(name, tt.do, tt.want)
	}
}

// TestCreatorIsDisabled: a job whose creator may do nothing any more fails, and writes nothing.
func TestCreatorIsDisabled(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ids := f.newContacts(1)
	f.actors.gone.Store(true)
	created := contacttest.Must(f.jobs.Delete(f.Agent, jobs.Bulk{IDs: ids}))
	f.serve(f.jobs)
	if row := f.await(created.ID, job.StateFAILED); row.Failure == nil {
		t.Error("the job has no reason")
	}
	if err := contacttest.ErrOf(f.Get(f.Agent, ids[0])); errors.As(err, new(usererror.Errors)) {
		t.Error("the contact was deleted")
	}
}
