package contact_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"contactgraph/ent"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/query"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"
)

const concurrency = 64

// runConcurrently runs do in many goroutines that start at once.
func runConcurrently(do func(i int)) {
	var group sync.WaitGroup
	begin := make(chan struct{})
	for i := range concurrency {
		group.Go(func() {
			<-begin
			do(i)
		})
	}
	close(begin)
	group.Wait()
}

// Each goroutine writes until it succeeds, and retries with the version that the conflict reports.
func TestConcurrentUpdatesLoseNoWrite(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	c := a.NewContact(field.Patch{field.FirstName: "initial"})
	states := &stateLog{seen: map[revision.Version]string{c.Version: "initial"}}
	var successes, conflicts atomic.Int64
	runConcurrently(func(i int) {
		version := c.Version
		for {
			name := fmt.Sprint("racer ", i)
			r, err := f.Update(a.Agent, contact.Update{ID: c.ID, Lock: contacttest.ExpectVersion(version), Set: field.Patch{field.FirstName: name}})
			var errs usererror.Errors
			switch {
			case err == nil:
				successes.Add(1)
				states.add(t, r.Contact)
				return
			case errors.As(err, &errs) && len(errs) == 1 && errs[0].Code == usererror.VersionConflict:
				conflicts.Add(1)
				version = errs[0].Latest.Version
				states.reported(errs[0].Latest)
			default:
				t.Error(err)
				return
			}
		}
	})
	last := a.MustGet(c.ID)
	if rise := int64(last.Version - c.Version); successes.Load() != concurrency || rise != successes.Load() {
		t.Errorf("%d successes raised the version by %d", successes.Load(), rise)
	}
	states.add(t, last)
	states.check(t)
	t.Logf("%d successes, %d conflicts", successes.Load(), conflicts.Load())
}

// stateLog has the states of a contact by version, and those that conflicts reported.
type stateLog struct {
	mu        sync.Mutex
	seen      map[revision.Version]string
	conflicts []*ent.Contact
}

func (s *stateLog) add(t *testing.T, c *ent.Contact) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if name, ok := s.seen[c.Version]; ok && name != *c.FirstName {
		t.Errorf("version %d is both %q and %q", c.Version, name, *c.FirstName)
	}
	s.seen[c.Version] = *c.FirstName
}

func (s *stateLog) reported(c *ent.Contact) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conflicts = append(s.conflicts, c)
}

func (s *stateLog) check(t *testing.T) {
	t.Helper()
	for _, c := range s.conflicts {
		if name, ok := s.seen[c.Version]; !ok || name != *c.FirstName {
			t.Errorf("a conflict reported version %d with %q, which never existed", c.Version, *c.FirstName)
		}
	}
}

func TestOneConcurrentUpdatePerAccountTakesAnAddress(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	tenants := []*contacttest.Tenant{f.Demo, f.Other}
	var ids [concurrency]int
	for i := range concurrency {
		ids[i] = tenants[i%2].NewContact(nil).ID
	}
	var winners [2]atomic.Int64
	runConcurrently(func(i int) {
		address := []byte("anna.ek@example.com")
		address[i%7] = strings.ToUpper(string(address[i%7]))[0]
		_, err := f.OverwriteFields(tenants[i%2].Agent, ids[i], field.Patch{field.Email: string(address)})
		var errs usererror.Errors
		switch {
		case err == nil:
			winners[i%2].Add(1)
		case errors.As(err, &errs) && len(errs) == 1 && errs[0].Code == usererror.EmailTaken:
		default:
			t.Error(err)
		}
	})
	for i, a := range tenants {
		found, err := a.ByEmail(a.Agent, "ANNA.EK@EXAMPLE.COM")
		if winners[i].Load() != 1 || found == nil || err != nil {
			t.Errorf("account %d: %d winners; found %v, %v", a.Account, winners[i].Load(), found, err)
		}
	}
}

func TestOneConcurrentCreateTakesANumber(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	var winners atomic.Int64
	runConcurrently(func(int) {
		_, err := f.Create(f.Demo.Agent, contact.Create{Set: field.Patch{field.Phone: "+46701740605"}})
		var errs usererror.Errors
		switch {
		case err == nil:
			winners.Add(1)
		case errors.As(err, &errs) && len(errs) == 1 && errs[0].Code == usererror.PhoneTaken:
		default:
			t.Error(err)
		}
	})
	if n, err := f.Count(f.Demo.Agent, query.Filter{}); winners.Load() != 1 || n != 1 || err != nil {
		t.Errorf("%d winners, %d contacts, %v", winners.Load(), n, err)
	}
}
