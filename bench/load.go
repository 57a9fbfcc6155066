package main

import (
	"context"
	"sync"
	"time"
)

// worker is one connection's part in a case: it sends a request, checks the answer, and says how long it took.
type worker func(ctx context.Context) (took time.Duration, err error)

// newWorker makes a worker, and does what has to be done before its first request: that is not measured.
type newWorker func(ctx context.Context, c *conn, among contacts) (worker, error)

// contacts are those that a worker works with.
type contacts struct {
	size int   // there are 1 to size
	own  []int // those that no other worker writes to
}

// ownMost is how many contacts a worker has of its own, if there are that many.
const ownMost = 20

// contactsOf deals out the contacts to the clients, spread over all there are.
func contactsOf(client, clients, size int) contacts {
	c := contacts{size: size}
	each := min(ownMost, size/clients)
	stride := size / (clients * each)
	for i := range each {
		c.own = append(c.own, 1+(i*clients+client)*stride)
	}
	return c
}

// target is what a load is put on.
type target struct {
	*process

	size int
	time func() (time.Duration, error) // the CPU time of the process and its database
}

// load is so many clients that each send the next request when the last was answered, for so long.
type load struct {
	clients int
	length  time.Duration
}

// put runs a round. A single request that fails, or whose answer is wrong, voids it.
func (l load) put(ctx context.Context, t target, prepare newWorker) (f figures, err error) {
	workers := make([]worker, l.clients)
	conns := make([]*conn, l.clients)
	for i := range conns {
		conns[i] = newConn(t.url, i)
		defer conns[i].close()
	}
	err = each(ctx, l.clients, func(ctx context.Context, i int) (err error) {
		workers[i], err = prepare(ctx, conns[i], contactsOf(i, l.clients, t.size))
		return err
	})
	if err != nil {
		return f, err
	}
	served, err := t.time()
	if err != nil {
		return f, err
	}
	sent, err := ownTime()
	if err != nil {
		return f, err
	}
	all, inTime, err := l.run(ctx, workers)
	if err != nil {
		return f, err
	}
	servedNow, err := t.time()
	if err != nil {
		return f, err
	}
	sentNow, err := ownTime()
	if err != nil {
		return f, err
	}
	count := time.Duration(len(all))
	return figures{
		Rate: float64(inTime) / l.length.Seconds(), P50: percentile(all, 50), P99: percentile(all, 99), Max: all[len(all)-1],
		CPU: (servedNow - served) / count, Client: (sentNow - sent) / count,
	}, t.clearLog()
}

// run lets the workers work, and returns how long the answers took, sorted, and how many came in time. A request that was sent
// in time is waited for: else the slowest would go unseen.
func (l load) run(ctx context.Context, workers []worker) (all []time.Duration, inTime int, err error) {
	took := make([][]time.Duration, len(workers))
	late := make([]int, len(workers))
	end := time.Now().Add(l.length)
	err = each(ctx, len(workers), func(ctx context.Context, i int) error {
		for {
			d, err := workers[i](ctx)
			if err != nil {
				return err
			}
			took[i] = append(took[i], d)
			if !time.Now().Before(end) {
				late[i]++
				return nil
			}
		}
	})
	if err != nil {
		return nil, 0, err
	}
	for i := range took {
		all = append(all, took[i]...)
		inTime += len(took[i]) - late[i]
	}
	return sorted(all), inTime, nil
}

// each runs fn(0) … fn(n-1) at the same time. The first error ends the others, and is returned.
func each(ctx context.Context, n int, fn func(ctx context.Context, i int) error) error {
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() {
			if err := fn(ctx, i); err != nil {
				end(err)
			}
		})
	}
	group.Wait()
	return context.Cause(ctx)
}
