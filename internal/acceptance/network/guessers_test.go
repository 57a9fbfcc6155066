package network

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"contactgraph/internal/acceptance/harness"
)

// TestGuessers: clients that guess passwords, each attempt from another address, do not make others
// wait.
func TestGuessers(t *testing.T) {
	clients, duration := size(t, 10, 100, 30*time.Second)
	s := launch(t, 100)
	before := measure(s, duration/3)
	ctx, stop := context.WithCancel(t.Context())
	var guessers sync.WaitGroup
	var refused, busy atomic.Int64
	for range clients {
		guessers.Go(func() {
			for ctx.Err() == nil {
				address := fmt.Sprintf("%d.%d.%d.%d", 1+rand.IntN(99), rand.IntN(256), rand.IntN(256), rand.IntN(256))
				body := fmt.Sprintf(`{"query": "mutation { signIn(input: {account: \"Demo\", login: \"agent%d\", password: \"x\"}) { errors { code } } }"}`, rand.IntN(1000))
				r, err := s.TrySendContext(ctx, harness.Anonymous.With("X-Forwarded-For", address), "POST", "/graphql", "application/json", body)
				switch {
				case err != nil: // the end of the test
				case r.Status == 503:
					busy.Add(1)
				default:
					refused.Add(1)
				}
			}
		})
	}
	during := measure(s, duration)
	stop()
	guessers.Wait()
	t.Logf("p50 %s and p99 %s of %d requests without guessers; p50 %s and p99 %s of %d requests with %d of them, who had %d answers and %d times 503",
		before.at(50), before.at(99), len(before), during.at(50), during.at(99), len(during), clients, refused.Load(), busy.Load())
	if measuring && during.at(99) > 3*before.at(99)+10*time.Millisecond {
		t.Errorf("p99 grew from %s to %s", before.at(99), during.at(99))
	}
	if refused.Load() == 0 {
		t.Error("no guess was answered")
	}
}
