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
// [Permit.Hold] bounds the memory of responses that clients read slowly in the same way.
//
// Start reading at Limiter.Acquire. Callers are described in caller.go. graph/gate and
// internal/rest compute the cost of their requests and call it. What connections and unfinished
// bodies may hold is limited by package netlimit, and the streams of a caller by
// graphqlhttp.Callers.
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
	// RetryAfter is the number of seconds after which the caller can send the same request again.
	RetryAfter int
}

// Error describes the error.
func (e *RateError) Error() string {
	return fmt.Sprintf("the caller has used up its cost for the next %d seconds", e.RetryAfter)
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
		Anonymous: {Cost: 6_000, Rate: 50_000, Burst: 500_000},
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

	// maxUnread is how many bytes of responses can wait until their clients read them. Responses of
	// up to smallResponse are not counted.
	maxUnread     = 128 << 20
	smallResponse = 16 << 10
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
	all     capacity
	class   [classes]capacity
	waiting atomic.Int64
	callers callers
	now     func() time.Time
}

// New returns a limiter. It takes the time from now.
func New(c Config, now func() time.Time) *Limiter {
	whole := func(share float64) capacity {
		return capacity{newQueue(share * float64(max(c.Cores, 1)*perCore)), newQueue(share * maxUnread)}
	}
	l := &Limiter{limits: c.Limits, all: whole(1), now: now}
	for class := range classes {
		l.class[class] = whole(share[class].class)
	}
	l.callers = newCallers(func(who Caller) *caller {
		limits, own := c.Limits[who.Class], share[who.Class].caller
		if !who.known() {
			limits, own = Limits{}, share[who.Class].class
		}
		return newCaller(limits, []capacity{whole(own), l.class[who.Class], l.all})
	})
	return l
}

// Limits returns the limits of a class.
func (l *Limiter) Limits(class Class) Limits { return l.limits[class] }

// Permit is the permission to run a request.
type Permit struct {
	// Remaining is the cost that the caller has left; -1 if it has no limit.
	Remaining int

	capacities []capacity // those of the caller
	running    []capacity // the ones of them that the request uses
	cost       int
}

// Hold reserves memory for a response that the client may read slowly. release is called when the
// response has been sent. Hold fails with ErrBusy if too much of the memory is reserved.
func (p *Permit) Hold(bytes int) (release func(), err error) {
	var held []*queue
	release = func() {
		for _, q := range held {
			q.leave(bytes)
		}
	}
	if bytes <= smallResponse {
		return release, nil
	}
	for _, c := range p.capacities {
		if !c.unread.tryEnter(bytes) {
			release()
			return func() {}, ErrBusy
		}
		held = append(held, c.unread)
	}
	return release, nil
}

// Release returns the capacity that the request has used. It may be called several times.
func (p *Permit) Release() {
	for _, c := range p.running {
		c.running.leave(p.cost)
	}
	p.running = nil
}

// Charge takes a cost from what the caller may spend, for a request that does not run. It fails
// with a *RateError if the caller has used up its cost.
func (l *Limiter) Charge(who Caller, cost int) error {
	_, err := l.callers.get(who).spend(l.now(), cost)
	return err
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
	p := &Permit{Remaining: remaining, capacities: caller.capacities, cost: cost}
	if err != nil {
		return p, err
	}
	for i, c := range p.capacities {
		if ctx.Err() != nil || !c.running.tryEnter(cost) {
			return p, l.wait(ctx, caller, p)
		}
		p.running = p.capacities[:i+1]
	}
	return p, nil
}

// wait enters the rest of the capacities that a request needs, as soon as it can. If it fails, the
// request uses none.
func (l *Limiter) wait(ctx context.Context, of *caller, p *Permit) error {
	inAll, ofCaller := l.waiting.Add(1), of.waiting.Add(1)
	defer func() { l.waiting.Add(-1); of.waiting.Add(-1) }()
	if inAll > maxWaiting || ofCaller > maxWaitingOfCaller {
		p.Release()
		return ErrBusy
	}
	limited, cancel := context.WithTimeoutCause(ctx, maxWait, ErrBusy)
	defer cancel()
	for _, c := range p.capacities[len(p.running):] {
		if c.running.enter(limited, p.cost) != nil {
			p.Release()
			return context.Cause(limited)
		}
		p.running = p.capacities[:len(p.running)+1]
	}
	return nil
}

// capacity is what a caller, a class or all callers can use at the same time.
type capacity struct {
	running *queue // the cost of requests that run
	unread  *queue // the bytes of responses that are being sent
}

// queue bounds a sum. Those that wait enter in the order in which they came.
type queue struct {
	sum  *semaphore.Weighted
	size int64
}

func newQueue(capacity float64) *queue {
	size := int64(math.Max(capacity, 1))
	return &queue{semaphore.NewWeighted(size), size}
}

// tryEnter reports whether n can be added to the sum now, and adds it.
func (q *queue) tryEnter(n int) bool { return q.sum.TryAcquire(q.clamp(n)) }

// leave takes n from the sum.
func (q *queue) leave(n int) { q.sum.Release(q.clamp(n)) }

// clamp bounds n: what is larger than the whole sum enters alone.
func (q *queue) clamp(n int) int64 { return min(int64(n), q.size) }

// enter waits until n can be added to the sum, and adds it. It fails if ctx ends.
func (q *queue) enter(ctx context.Context, n int) error { return q.sum.Acquire(ctx, q.clamp(n)) }
