package job_test

import (
	"io"
	"strings"
	"testing"
	"time"

	"contactgraph/ent/job"
	"contactgraph/internal/contact/contacttest"
	jobs "contactgraph/internal/job"
	"contactgraph/internal/viewer"
)

// stored returns how many parts of files, and items, the account has.
func (f *fixture) stored() (chunks, items int) {
	ctx := viewer.NewSystemContext(f.T.Context(), f.Account)
	return f.DB.Client().JobChunk.Query().CountX(ctx), f.DB.Client().JobItem.Query().CountX(ctx)
}

// TestFilesAreDeleted: the file of an import, and what was not written of it, is deleted a week
// after the last step, and the file with a contact that is erased.
func TestFilesAreDeleted(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.serve(f.jobs)
	row := f.await(f.imported(f.Admin, jobs.NewImport{ApplyNow: true}, "Email\nnora@example.com\n"+strings.Repeat("x", 400)+"@example.com\n").ID, job.StateAPPLIED)
	planned := f.imported(f.Admin, jobs.NewImport{}, "Email\nmax@example.com\n")
	waiting := contacttest.Must(f.jobs.CreateImport(f.Admin, jobs.NewImport{}))
	contacttest.Must(f.jobs.Upload(f.Admin, waiting.ID, 0, strings.NewReader("Email\n")))
	if err := f.jobs.Prune(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	if chunks, items := f.stored(); chunks != 3 || items != 3 {
		t.Errorf("of today there are %d chunks and %d items", chunks, items)
	}
	items, _, _ := f.jobs.Items(f.Admin, row.ID, jobs.ItemFilter{}, 0, 1)
	contacttest.Must(f.Erase(f.Admin, *items[0].ContactID))
	f.WantErrors("the file of an erased contact", func() error { return f.jobs.WriteErrors(f.Admin, row.ID, io.Discard) }, "NOT_FOUND")
	later := f.process(f.DB, func() time.Time { return time.Now().Add(8 * 24 * time.Hour) })
	if err := later.Prune(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	if chunks, items := f.stored(); chunks != 0 || items != 1 {
		t.Errorf("after a week, there are %d chunks and %d items, want that of the contact that was written", chunks, items)
	}
	for _, id := range []int{planned.ID, waiting.ID} {
		if row := contacttest.Must(f.jobs.Get(f.Admin, id)); row.State != job.StateCANCELED {
			t.Errorf("an import that was not applied is %s", row.State)
		}
	}
}

// TestJobsAreDeleted: jobs are kept as long as the change log, and at least for a week.
func TestJobsAreDeleted(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.serve(f.jobs)
	f.await(f.imported(f.Admin, jobs.NewImport{ApplyNow: true}, "Email\nnora@example.com\n").ID, job.StateAPPLIED)
	for _, tt := range []struct{ days, retention, want int }{{6, 1, 1}, {400, 0, 1}, {29, 30, 1}, {31, 30, 0}} {
		s := f.process(f.DB, func() time.Time { return time.Now().Add(time.Duration(tt.days) * 24 * time.Hour) })
		if err := s.Prune(t.Context(), time.Duration(tt.retention)*24*time.Hour); err != nil {
			t.Fatal(err)
		}
		_, items := f.stored()
		if n := f.DB.Client().Job.Query().CountX(f.Admin); n != tt.want || items != tt.want {
			t.Errorf("after %d days, with a retention of %d: %d jobs and %d items, want %d", tt.days, tt.retention, n, items, tt.want)
		}
	}
	if n := f.DB.Client().Contact.Query().CountX(f.Admin); n != 1 {
		t.Errorf("%d contacts are left", n)
	}
}
