package changelog_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"contactgraph/ent"
	"contactgraph/internal/changelog"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
)

// recorder is an Observer that remembers what it is called with.
type recorder struct {
	mu      sync.Mutex
	written time.Time // of the latest call of Read
	reasons []error
}

func (r *recorder) latest() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.written
}

func (r *recorder) Read(written time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.written = written
}

func (r *recorder) Left(reason error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.reasons = append(r.reasons, reason)
}

// TestObserver: a follower that does not take its changes is behind until it does, and the time at
// which a change was written is known.
func TestObserver(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	r := &recorder{}
	f.Hub.Observer = r
	c := f.Demo.NewContact(field.Patch{field.FirstName: "Anna"})
	taken, ended := make(chan struct{}), make(chan error)
	received := make(chan int64, 1000)
	go func() {
		ended <- follow(f.Demo.Agent, f.Changes, changelog.PageArgs{}, func(row *ent.Change) error {
			received <- row.Seq
			<-taken
			return nil
		})
	}()
	<-received
	taken <- struct{}{}
	change := func(name string) *ent.Change {
		return contacttest.Must(f.OverwriteFields(f.Demo.Agent, c.ID, field.Patch{field.FirstName: name})).Change
	}
	await := func(what string, reached func(changelog.Stats) bool) {
		t.Helper()
		for end := time.Now().Add(20 * time.Second); !reached(f.Hub.Stats()); time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("%s: %+v", what, f.Hub.Stats())
			}
		}
	}
	await("a follower that has everything", func(s changelog.Stats) bool { return s == changelog.Stats{Followers: 1} })
	change("Bea")
	<-received
	change("Cleo")
	change("Dora")
	await("one that has not taken three changes", func(s changelog.Stats) bool { return s.Lag == 3 })
	close(taken)
	await("one that has taken them", func(s changelog.Stats) bool { return s.Lag == 0 })
	// The follower may have read all of them itself, before the hub began to.
	for end := time.Now().Add(20 * time.Second); ; {
		last := change("Eva")
		time.Sleep(100 * time.Millisecond)
		if r.latest().Equal(last.At) {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("the latest change is read as of %s, and was written at %s", r.latest(), last.At)
		}
	}
	f.Hub.Close()
	if err := <-ended; !errors.Is(err, changelog.ErrClosed) {
		t.Fatal(err)
	}
	await("none", func(s changelog.Stats) bool { return s == changelog.Stats{} })
	if len(r.reasons) != 1 || !errors.Is(r.reasons[0], changelog.ErrClosed) {
		t.Errorf("reasons %v", r.reasons)
	}
}
