package job_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/job"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
	jobs "contactgraph/internal/job"
	"contactgraph/internal/viewer"
)

// fixture has the service of jobs on the database of a contacttest.Fixture.
type fixture struct {
	*contacttest.Tenant

	jobs   *jobs.Service
	actors *actors
	log    output
}

// output collects what processes log.
type output struct {
	mu   sync.Mutex
	text strings.Builder
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// actors lets every viewer act as an admin of its account, or none.
type actors struct{ gone atomic.Bool }

// ActorViewer implements jobs.Actors.
func (a *actors) ActorViewer(_ context.Context, account int, actor viewer.Actor) (viewer.Viewer, bool, error) {
	return viewer.Viewer{Account: account, Role: viewer.Admin, Actor: actor}, !a.gone.Load(), nil
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{Tenant: contacttest.New(t).Demo, actors: &actors{}}
	f.jobs = f.process(f.DB, time.Now)
	return f
}

// process returns the service of another process on the same database.
func (f *fixture) process(db contact.DB, now func() time.Time) *jobs.Service {
	log := slog.New(slog.NewTextHandler(&f.log, nil))
	contacts := contact.New(db, f.Changes, contact.Passwords{Hasher: f.Passwords, Guesses: f.Passwords}, f.Now, log)
	return jobs.New(db, jobs.Services{Contacts: contacts, Queries: f.Queries, Catalog: f.Catalog, Actors: f.actors, Hashes: f.Passwords}, now, log)
}

// serve runs jobs until stop is called, or the test ends.
func (f *fixture) serve(s *jobs.Service) (stop func()) {
	ctx, cancel := context.WithCancel(f.T.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.Serve(ctx)
	}()
	stop = func() {
		cancel()
		<-done
	}
	f.T.Cleanup(stop)
	return stop
}

// await returns the job when it is in one of the states.
func (f *fixture) await(id int, states ...job.State) *ent.Job {
	f.T.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		row, err := f.jobs.Get(f.Admin, id)
		if err != nil {
			f.T.Fatal(err)
		}
		if slices.Contains(states, row.State) {
			return row
		}
		if time.Now().After(deadline) {
			f.T.Fatalf("job %d is %s (%v), want %v\n%s", id, row.State, row.Counts, states, f.log.String())
		}
	}
}

// newContacts creates contacts with a first name, and returns their ids.
func (f *fixture) newContacts(n int) (ids []int) {
	for i := range n {
		c := f.NewContact(field.Patch{field.FirstName: "Nora", field.Email: fmt.Sprintf("nora%d@example.com", i)})
		ids = append(ids, c.ID)
	}
	return ids
}

// items returns the items of a job as texts: action, outcome, codes of errors.
func (f *fixture) items(id int) (texts []string) {
	f.T.Helper()
	rows, _, err := f.jobs.Items(f.Admin, id, jobs.ItemFilter{}, 0, 100_000)
	if err != nil {
		f.T.Fatal(err)
	}
	for _, row := range rows {
		text := string(row.Action)
		if row.Outcome != nil {
			text += " " + string(*row.Outcome)
		}
		for _, e := range contacttest.Must(jobs.ErrorsOf(row)) {
			text += " " + strings.TrimSpace(string(e.Code)+" "+e.Path)
		}
		texts = append(texts, text)
	}
	return texts
}
