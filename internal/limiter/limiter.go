// Package limiter decides whether and when a request may run, so that no caller can take the
// whole server from the others.
//
// Every request has a cost, which its API computes. Three things depend on it:
//
//   - [Limits.Cost] is the highest cost of one request. APIs whose requests differ check it.
//   - A token bucket for each caller bounds the cost of its requests over time (bucket in caller.go).
//   - The requests that run at the same time have a limited cost in all, for each class of callers,
//     and for each caller. A request that exceeds it waits in a short queue. So the server runs many
//     small requests at once, but only a few large ones.
//
// Start reading at Limiter.Acquire. Callers are described in caller.go.
package limiter

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"
)

// ErrBusy is the error of a request that found no place in the queue, or waited too long in it.
// Nothing has changed; the same request may succeed later.
var ErrBusy = errors.New("the server is busy with other requests")

// RateError is the error of a caller that has used up its cost.
type RateError struct {
	// RetryAfter is when the caller can send the same request again.
	RetryAfter time.Duration
}

// Error describes the error.
func (e *RateError) Error() string {
	return fmt.Sprintf("the caller has used up its cost for the next %s", e.RetryAfter)
}

// Limits are the limits of a class of callers.
type Limits struct {
	Cost int // of one request
	// Rate is how much cost a caller gets per second, and Burst how much it can save up. A rate of
	// 0 is no limit.
	Rate, Burst int
}

// Config has the limits of a limiter.
type Config struct {
	Limits [classes]Limits // by class
	Cores  int             // processors of the server
}

// DefaultLimits are the limits of each class. A unit of cost takes about 5 µs of CPU time, so that
// the largest requests of staff take about 0.25 s.
func DefaultLimits() [classes]Limits {
	return [classes]Limits{
		Anonymous: {Cost: 5_000, Rate: 50_000, Burst: 500_000},
		Customer:  {Cost: 10_000, Rate: 20_000, Burst: 200_000},
		Staff:     {Cost: 50_000},
	}
}

// Default returns a limiter with the default limits.
func Default() *Limiter {
	return New(Config{Limits: DefaultLimits(), Cores: runtime.GOMAXPROCS(0)}, time.Now)
}

const (
	// perCore is the cost of the requests that run at the same time, for each core: about two of
	// the largest requests of staff.
	perCore = 100_000
	// maxWaiting is how many requests can wait, and maxWaitingOfCaller how many of one caller.
	maxWaiting         = 512
	maxWaitingOfCaller = 128
	// maxWait is how long a request can wait.
	maxWait = 5 * time.Second
)

// share is the part of the capacity that each class can use: in all, and each of its callers.
var share = [classes]struct{ class, caller float64 }{
	Anonymous: {class: 0.25, caller: 0.1},
	Customer:  {class: 0.5, caller: 0.1},
	Staff:     {class: 1, caller: 0.5},
}

// Limiter decides about the requests of all callers of one server. It is safe for concurrent
// use.
type Limiter struct {
	limits  [classes]Limits
	all     *queue
	class   [classes]*queue
	waiting atomic.Int64
	callers callers
	now     func() time.Time
}

// New returns a limiter. It takes the time from now.
func New(c Config, now func() time.Time) *Limiter {
	capacity := float64(max(c.Cores, 1) * perCore)
	l := &Limiter{limits: c.Limits, all: newQueue(capacity), now: now}
	for class := range classes {
		l.class[class] = newQueue(capacity * share[class].class)
	}
	l.callers = newCallers(func(class Class) *caller {
		return newCaller(c.Limits[class], capacity*share[class].caller)
	})
	return l
}

// Limits returns the limits of a class.
func (l *Limiter) Limits(class Class) Limits { return l.limits[class] }

// Permit is the permission to run a request.
type Permit struct {
	// Remaining is the cost that the caller has left; -1 if it has no limit.
	Remaining int

	release []func()
}

// Release returns the capacity that the request has used. It may be called several times.
func (p *Permit) Release() {
	for _, release := range p.release {
		release()
	}
	p.release = nil
}

// Acquire waits until a request of the caller with this cost can run. The permit, which is not nil
// even if Acquire fails, is released when the request has run. Acquire fails with
//
//   - a *RateError if the caller has used up its cost;
//   - ErrBusy if too many requests are waiting already, or the wait takes too long;
//   - the cause of ctx if it ends.
func (l *Limiter) Acquire(ctx context.Context, who Caller, cost int) (*Permit, error) {
	caller := l.callers.get(who)
	remaining, err := caller.spend(l.now(), cost)
	p := &Permit{Remaining: remaining}
	if err != nil {
		return p, err
	}
	for _, q := range []*queue{caller.queue, l.class[who.Class], l.all} {
		release, err := q.enter(ctx, cost, func() (func(), error) { return l.wait(caller) })
		if err != nil {
			p.Release()
			return p, err
		}
		p.release = append(p.release, release)
	}
	return p, nil
}

// wait counts a request of the caller that has to wait. The returned function ends the wait.
func (l *Limiter) wait(of *caller) (end func(), err error) {
	end = func() { l.waiting.Add(-1); of.waiting.Add(-1) }
	inAll, ofCaller := l.waiting.Add(1), of.waiting.Add(1)
	if inAll > maxWaiting || ofCaller > maxWaitingOfCaller {
		end()
		return nil, ErrBusy
	}
	return end, nil
}

// queue bounds the cost of the requests that run at the same time. Requests enter in the order in
// which they came.
type queue struct {
	running *semaphore.Weighted
	size    int64
}

func newQueue(capacity float64) *queue {
	size := int64(math.Max(capacity, 1))
	return &queue{semaphore.NewWeighted(size), size}
}

// enter waits until a request with this cost can run. wait is called if it has to wait. A request
// that costs more than the capacity runs alone.
func (q *queue) enter(ctx context.Context, cost int, wait func() (end func(), err error)) (release func(), err error) {
	n := min(int64(cost), q.size)
	release = func() { q.running.Release(n) }
	if ctx.Err() == nil && q.running.TryAcquire(n) {
		return release, nil
	}
	end, err := wait()
	if err != nil {
		return nil, err
	}
	defer end()
	limited, cancel := context.WithTimeoutCause(ctx, maxWait, ErrBusy)
	defer cancel()
	if q.running.Acquire(limited, n) != nil {
		return nil, context.Cause(limited)
	}
	return release, nil
}
