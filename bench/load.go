package main

import (
	"context"
	"sync"
	"time"
)

// worker sends one request of a case, checks the response, and returns how long it took.
type worker func(ctx context.Context) (took time.Duration, err error)

// newWorker returns a worker, after the preparations for its first request, which are not measured.
type newWorker func(ctx context.Context, c *conn, among contacts) (worker, error)

// contacts are the contacts that a worker uses.
type contacts struct {
	size int   // of the database: the ids are 1 to size
	own  []int // written by no other worker
}

// maxOwn is how many contacts of its own a worker has at most.
const maxOwn = 20

// assignContacts returns the contacts of one client, spread over the whole database.
func assignContacts(client, clients, size int) contacts {
	c := contacts{size: size}
	each := min(maxOwn, size/clients)
	stride := size / (clients * each)
	for i := range each {
		c.own = append(c.own, 1+(i*clients+client)*stride)
	}
	return c
}

// instance is a running program that is measured.
type instance struct {
	*process

	size int
	time func() (time.Duration, error) // the CPU time of the process and its database
}

// load is a number of clients. Each sends its next request when the last has been answered, until
// the length of the round is over.
type load struct {
	clients int
	length  time.Duration
}

// measure runs a round. It fails if a single request fails or has a wrong response.
func (l load) measure(ctx context.Context, t instance, prepare newWorker) (f figures, err error) {
	workers := make([]worker, l.clients)
	conns := make([]*conn, l.clients)
	for i := range conns {
		conns[i] = newConn(t.url, i)
		defer conns[i].close()
	}
	err = concurrently(ctx, l.clients, func(ctx context.Context, i int) (err error) {
		workers[i], err = prepare(ctx, conns[i], assignContacts(i, l.clients, t.size))
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
	all, inTime, err := l.runWorkers(ctx, workers)
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

// runWorkers runs the workers until the end of the round. It returns the latencies, sorted, and how
// many requests were answered before the end. It waits for requests that were sent before the end:
// otherwise the slowest ones would be missing.
func (l load) runWorkers(ctx context.Context, workers []worker) (all []time.Duration, inTime int, err error) {
	took := make([][]time.Duration, len(workers))
	late := make([]int, len(workers))
	end := time.Now().Add(l.length)
	err = concurrently(ctx, len(workers), func(ctx context.Context, i int) error {
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

// concurrently runs fn(0) to fn(n-1) at the same time. It cancels the others at the first error and
// returns it.
func concurrently(ctx context.Context, n int, fn func(ctx context.Context, i int) error) error {
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
