package job_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"contactgraph/ent/job"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/query"
	"contactgraph/internal/database"
	"contactgraph/internal/database/databasetest"
	jobs "contactgraph/internal/job"
)

// mortal is the database of a process that dies: after some writes, it answers nothing any more.
// What the last write has done is stored, but the process does not learn of it.
type mortal struct {
	*databasetest.DB

	left atomic.Int64
	died chan struct{}
}

var errDied = errors.New("the process has died")

func (m *mortal) do(write func() error) error {
	switch left := m.left.Add(-1); {
	case left < 0:
		return errDied
	case left == 0:
		defer close(m.died)
		_ = write()
		return errDied
	}
	return write()
}

func (m *mortal) Write(ctx context.Context, contact int, fn func(context.Context, *database.Tx) error) error {
	return m.do(func() error { return m.DB.Write(ctx, contact, fn) })
}

func (m *mortal) WriteAll(ctx context.Context, contacts []int, fn func(context.Context, *database.Tx) error) error {
	return m.do(func() error { return m.DB.WriteAll(ctx, contacts, fn) })
}

// TestTakeover: processes die while they run a job. The next one continues, and each contact is
// written once; the same holds for the revert.
func TestTakeover(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ids := f.newContacts(300)
	created := contacttest.Must(f.jobs.Update(f.Agent, jobs.Bulk{
		Filter: &query.Filter{Name: new("nora")}, Set: field.Patch{field.LastName: "Vogel"},
	}))
	var skew time.Duration
	dieTwice := func(until job.State) {
		t.Helper()
		for _, writes := range []int64{3, 4} {
			m := &mortal{DB: f.DB, died: make(chan struct{})}
			m.left.Store(writes)
			skew += time.Minute // its lease is over
			stop := f.serve(f.process(m, func() time.Time { return time.Now().Add(skew) }))
			<-m.died
			stop()
		}
		skew += time.Minute
		stop := f.serve(f.process(f.DB, func() time.Time { return time.Now().Add(skew) }))
		f.await(created.ID, until)
		stop()
	}
	dieTwice(job.StateAPPLIED)
	wantCount(t, f, created.ID, "UPDATE", len(ids))
	wantCount(t, f, created.ID, "APPLIED", len(ids))
	for _, id := range ids {
		if n := len(f.MustHistory(f.Agent, id, 10)); n != 2 {
			t.Fatalf("contact %d has %d changes, want 2", id, n)
		}
	}
	contacttest.Must(f.jobs.Revert(f.Admin, created.ID))
	dieTwice(job.StateREVERTED)
	wantCount(t, f, created.ID, "REVERTED", len(ids))
	for _, id := range ids {
		if n := len(f.MustHistory(f.Agent, id, 10)); n != 3 || f.MustGet(id).LastName != nil {
			t.Fatalf("contact %d has %d changes, want 3", id, n)
		}
	}
}

func wantCount(t *testing.T, f *fixture, id int, name string, want int) {
	t.Helper()
	if row := contacttest.Must(f.jobs.Get(f.Admin, id)); row.Counts[name] != want {
		t.Errorf("counted %v, want %d %s", row.Counts, want, name)
	}
}

// TestPauseAndCancel: a job that is paused does nothing until it is resumed, and one that is
// canceled can be reverted.
func TestPauseAndCancel(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.newContacts(200)
	created := contacttest.Must(f.jobs.Update(f.Agent, jobs.Bulk{
		Filter: &query.Filter{Name: new("nora")}, Set: field.Patch{field.LastName: "Vogel"}, DryRun: true,
	}))
	contacttest.Must(f.jobs.Pause(f.Agent, created.ID))
	f.serve(f.jobs)
	time.Sleep(50 * time.Millisecond)
	if row := contacttest.Must(f.jobs.Get(f.Agent, created.ID)); row.State != job.StatePLANNING || row.Position != 0 {
		t.Errorf("a paused job is at %s %d", row.State, row.Position)
	}
	contacttest.Must(f.jobs.Resume(f.Agent, created.ID))
	f.await(created.ID, job.StatePLANNED)
	contacttest.Must(f.jobs.Apply(f.Agent, created.ID))
	canceled := contacttest.Must(f.jobs.Cancel(f.Agent, created.ID))
	contacttest.Must(f.jobs.Revert(f.Agent, created.ID))
	f.await(created.ID, job.StateREVERTED)
	vogel := contacttest.Must(f.Count(f.Agent, query.Filter{Name: new("vogel")}))
	if vogel != 0 {
		t.Errorf("%d contacts are still changed; canceled at %v", vogel, fmt.Sprint(canceled.Counts))
	}
}
