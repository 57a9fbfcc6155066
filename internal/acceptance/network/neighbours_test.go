package network

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"contactgraph/internal/acceptance/harness"
)

// Ids of the demo data.
const (
	firstContact      = 1
	firstOtherContact = 1_000_002
)

// TestNeighbours: many clients that write in one account do not make those of another account wait.
func TestNeighbours(t *testing.T) {
	clients, duration := size(t, 20, 200, 20*time.Second)
	s := launch(t, 500)
	alone := update(s, harness.APIKey("demo-other"), 2, firstOtherContact, duration/2)
	var during, neighbours latencies
	var both sync.WaitGroup
	both.Go(func() { neighbours = update(s, harness.APIKey("demo-agent"), clients, firstContact, duration) })
	both.Go(func() { during = update(s, harness.APIKey("demo-other"), 2, firstOtherContact, duration) })
	both.Wait()
	t.Logf("2 clients alone: p50 %s, p99 %s of %d updates; next to %d of another account: p50 %s, p99 %s of %d updates, the others %s, %s of %d",
		alone.at(50), alone.at(99), len(alone), clients, during.at(50), during.at(99), len(during), neighbours.at(50), neighbours.at(99), len(neighbours))
	if measuring && during.at(99) > 10*alone.at(99) {
		t.Errorf("p99 grew from %s to %s", alone.at(99), during.at(99))
	}
}

// update sends updates for a time, each client those of a contact of its own.
func update(s *harness.Server, caller harness.Caller, clients, first int, duration time.Duration) (all latencies) {
	var mu sync.Mutex
	var sent atomic.Int64
	end := time.Now().Add(duration)
	harness.Concurrently(clients, func(i int) {
		for time.Now().Before(end) {
			document := fmt.Sprintf(`{"query": "mutation { updateContact(input: {id: %d, onConflict: OVERWRITE, set: {firstName: \"n%d\"}}) { errors { code } } }"}`,
				first+i, sent.Add(1))
			begin := time.Now()
			r, err := s.TrySend(caller, "POST", "/graphql", "application/json", document)
			took := time.Since(begin)
			if err != nil || !strings.Contains(r.Body, `"errors":[]`) {
				s.T.Errorf("client %d: %v, %+v", i, err, r)
			}
			mu.Lock()
			all = append(all, took)
			mu.Unlock()
		}
	})
	slices.Sort(all)
	return all
}
