package limiter_test

import (
	"context"
	"errors"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"contactgraph/internal/limiter"
	"contactgraph/internal/viewer"
)

func customer(id int) limiter.Caller {
	return limiter.CallerOf(viewer.Viewer{Account: 1, Role: viewer.Customer, Actor: viewer.Actor{Kind: viewer.ActorContact, ID: id}}, netip.Addr{})
}

func agent(id int) limiter.Caller {
	return limiter.CallerOf(viewer.Viewer{Account: 1, Role: viewer.Agent, Actor: viewer.Actor{Kind: viewer.ActorKey, ID: id}}, netip.Addr{})
}

func anonymous(address string) limiter.Caller {
	return limiter.CallerOf(viewer.Viewer{}, netip.MustParseAddr(address))
}

func oneCore() *limiter.Limiter {
	return limiter.New(limiter.Config{Limits: limiter.DefaultLimits(), Cores: 1}, time.Now)
}

func TestCallers(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a, b limiter.Caller
		same bool
	}{
		{customer(1), customer(1), true},
		{customer(1), customer(2), false},
		{customer(1), agent(1), false},
		{anonymous("192.0.2.1"), anonymous("192.0.2.1"), true},
		{anonymous("192.0.2.1"), anonymous("::ffff:192.0.2.1"), true},
		{anonymous("192.0.2.1"), anonymous("192.0.2.2"), false},
		{anonymous("2001:db8::1"), anonymous("2001:db8::2"), true},
		{anonymous("2001:db8::1"), anonymous("2001:db8:0:1::1"), false},
	} {
		if (tt.a == tt.b) != tt.same {
			t.Errorf("%v and %v: same %t, want %t", tt.a, tt.b, tt.a == tt.b, tt.same)
		}
	}
}

// TestCostOverTime: a caller has a full bucket at first, which fills again at its rate.
func TestCostOverTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := oneCore()
		spend := func(cost int) (int, error) {
			p, err := l.Acquire(t.Context(), customer(1), cost)
			p.Release()
			return p.Remaining, err
		}
		for i := range 20 {
			if left, err := spend(10_000); err != nil || left != 200_000-10_000*(i+1) {
				t.Fatalf("request %d: %d left, %v", i, left, err)
			}
		}
		left, err := spend(10_000)
		limited, ok := errors.AsType[*limiter.RateError](err)
		if !ok || limited.RetryAfter != 1 || left != 0 {
			t.Fatalf("an empty bucket: %d left, %v", left, err)
		}
		if _, err := l.Acquire(t.Context(), customer(2), 10_000); err != nil {
			t.Errorf("another customer: %v", err)
		}
		time.Sleep(time.Second)
		if left, err := spend(10_000); err != nil || left != 10_000 {
			t.Errorf("after Retry-After: %d left, %v", left, err)
		}
		if p, err := l.Acquire(t.Context(), agent(1), 50_000); err != nil || p.Remaining != -1 {
			t.Errorf("staff: %d left, %v", p.Remaining, err)
		}
	})
}

// TestOneCallerCannotTakeAll: while a caller uses its whole share, its next request waits, and
// those of others run.
func TestOneCallerCannotTakeAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := oneCore()
		running, err := l.Acquire(t.Context(), agent(1), 50_000)
		if err != nil {
			t.Fatal(err)
		}
		var second atomic.Bool
		go func() {
			p, err := l.Acquire(t.Context(), agent(1), 50_000)
			if err != nil {
				t.Error(err)
			}
			second.Store(true)
			p.Release()
		}()
		synctest.Wait()
		if second.Load() {
			t.Error("the second request of the caller runs")
		}
		for _, other := range []limiter.Caller{agent(2), customer(1), anonymous("192.0.2.1")} {
			p, err := l.Acquire(t.Context(), other, 1000)
			if err != nil {
				t.Errorf("%v: %v", other, err)
			}
			p.Release()
		}
		running.Release()
		running.Release() // does nothing
		synctest.Wait()
		if !second.Load() {
			t.Error("the second request still waits")
		}
	})
}

// TestAnonymousCallersCannotTakeAll, however many addresses they have.
func TestAnonymousCallersCannotTakeAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := oneCore()
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		var running atomic.Int64
		for i := range 100 {
			go func() {
				from := netip.AddrFrom4([4]byte{192, 0, 2, byte(i)})
				if _, err := l.Acquire(ctx, limiter.CallerOf(viewer.Viewer{}, from), 5000); err == nil {
					running.Add(1)
				}
			}()
		}
		synctest.Wait()
		if got := running.Load(); got != 5 {
			t.Errorf("%d requests run, want 5", got)
		}
		if _, err := l.Acquire(ctx, agent(1), 50_000); err != nil {
			t.Errorf("staff: %v", err)
		}
	})
}

// TestQueueIsShort: too many requests, and those that wait for too long, fail with ErrBusy.
func TestQueueIsShort(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := oneCore()
		p, err := l.Acquire(t.Context(), agent(1), 50_000)
		if err != nil {
			t.Fatal(err)
		}
		var busy atomic.Int64
		var all sync.WaitGroup
		for range 200 {
			all.Go(func() {
				p, err := l.Acquire(t.Context(), agent(1), 1000)
				if errors.Is(err, limiter.ErrBusy) {
					busy.Add(1)
				}
				p.Release()
			})
		}
		synctest.Wait()
		if got := busy.Load(); got != 72 {
			t.Errorf("%d of 200 requests are rejected at once, want 72", got)
		}
		time.Sleep(4 * time.Second)
		synctest.Wait()
		if got := busy.Load(); got != 72 {
			t.Errorf("%d requests are rejected after 4 s", got)
		}
		all.Wait()
		if got := busy.Load(); got != 200 {
			t.Errorf("%d requests are rejected after 5 s, want all", got)
		}
		p.Release()
		if p, err := l.Acquire(t.Context(), agent(1), 50_000); err != nil {
			t.Errorf("afterwards: %v", err)
		} else {
			p.Release()
		}
	})
}

func TestWaitEndsWithTheContext(t *testing.T) {
	t.Parallel()
	l := oneCore()
	p, err := l.Acquire(t.Context(), agent(1), 100_000)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Release()
	gone := errors.New("the client has gone away")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(gone)
	if _, err := l.Acquire(ctx, agent(1), 1); !errors.Is(err, gone) {
		t.Errorf("got %v", err)
	}
}
