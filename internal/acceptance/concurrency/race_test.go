package concurrency

import (
	"fmt"
	"sync"
	"testing"

	"contactgraph/internal/acceptance/harness"
)

// ledger records the first name of each version.
type ledger struct {
	mu    sync.Mutex
	names map[string]string
}

func (l *ledger) put(version, name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.names[version] = name
}

// TestRacingUpdatesOfOneContact runs many clients that update one contact under its version. Each
// success raises the version by one, and each conflict returns a state that was really written.
func TestRacingUpdatesOfOneContact(t *testing.T) {
	t.Parallel()
	harness.OnSelected(t, updateOneContact)
}

func updateOneContact(t *testing.T, e harness.Engine) {
	f := harness.NewFleet(t, e, 5)
	s, agent := f[0], harness.APIKey("demo-agent")
	type contact struct{ Version, FirstName string }
	first := harness.Query[contact](s, agent, `{ contact(id: "1") { version firstName } }`, nil)
	written := &ledger{names: map[string]string{first.Version: first.FirstName}}
	var seen []contact
	var mu sync.Mutex
	successes := 5
	if e == harness.PgBouncer {
		successes = 2 // it has few connections, so each write takes longer
	}
	harness.Concurrently(harness.Clients, func(i int) {
		version := first.Version
		for n := 0; n < successes; {
			name := fmt.Sprintf("%d-%d", i, n)
			o := harness.Query[harness.WriteResult](f.For(i), agent, harness.UpdateFirstName, harness.Variables{"id": "1", "v": version, "name": name})
			switch {
			case len(o.Errors) == 0:
				n, version = n+1, o.Contact.Version
				written.put(version, name)
			case o.Errors[0].Code == "VERSION_CONFLICT":
				version = o.Errors[0].Latest.Version
				mu.Lock()
				seen = append(seen, contact(*o.Errors[0].Latest))
				mu.Unlock()
			default:
				t.Errorf("neither success nor conflict: %+v", o)
				return
			}
		}
	})
	for _, c := range seen {
		if written.names[c.Version] != c.FirstName {
			t.Errorf("a conflict returned %+v, which was never written", c)
		}
	}
	changes := harness.Query[harness.WriteResult](s, agent, harness.UpdateFirstName, harness.Variables{"id": "1", "v": "AAAAAAAAAAA=", "name": "x"})
	rise := harness.VersionNumber(t, changes.Errors[0].Latest.Version) - harness.VersionNumber(t, first.Version)
	if want := harness.Clients * successes; rise != want {
		t.Errorf("the version rose by %d after %d successes", rise, want)
	}
	t.Logf("%d successes, %d conflicts", harness.Clients*successes, len(seen))
}
