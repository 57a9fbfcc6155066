package auth_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"contactgraph/internal/auth"
	"contactgraph/internal/limiter"
	"contactgraph/internal/viewer"
)

// TestClocksThatDiffer: the clock of one server is behind that of another, or a sign-in has waited
// for the transaction of a later one.
func TestClocksThatDiffer(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	demo := f.account("Demo")
	f.user(demo, "ann", "right", viewer.Agent)
	f.user(demo, "bob", "right", viewer.Agent)
	for _, login := range []string{"ann", "bob", "ann", "ann"} {
		f.expectAttempts(demo, login, "right", from(1), "ok")
		f.advance(-time.Second)
		f.expectAttempts(demo, "ann", "wrong", from(1), "refused")
		f.advance(-time.Second)
	}
	f.expectAttempts(demo, "eve", "wrong", from(1), "refused", "wait 1")
}

func TestGuessesAtTheSameTime(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	demo := f.account("Demo")
	f.user(demo, "ann", "right", viewer.Agent)
	second := auth.New(f.db, f.passwords, f.now, f.log())
	var refused, waits atomic.Int64
	var all sync.WaitGroup
	for n := range 40 {
		server := []*auth.Service{f.Service, second}[n%2]
		all.Go(func() {
			_, err := server.SignIn(context.Background(), demo, "ann", "wrong", from(1))
			if _, ok := errors.AsType[*limiter.RateError](err); ok {
				waits.Add(1)
			} else if errors.Is(err, auth.ErrRefused) {
				refused.Add(1)
			} else {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if refused.Load() != 5 || waits.Load() != 35 {
		t.Errorf("%d were checked and %d had to wait, want 5 and 35", refused.Load(), waits.Load())
	}
}
