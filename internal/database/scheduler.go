package database

import (
	"fmt"
	"sync"
)

const (
	// maxBatch is how many writes share a transaction: PostgreSQL keeps 64 subtransactions of a
	// session in memory, and every session gets slower when one has more.
	maxBatch = 64
	// sharedBatch is the same while several accounts write: each of them waits for the batches of
	// the others.
	sharedBatch = 16
	// aloneAfter is after how many batches in a row an account counts as the only one that writes.
	aloneAfter = 8
	// maxQueue is how many writes can wait in one lane. Those behind them would wait longer than
	// their callers do.
	maxQueue = 1024
)

// scheduler decides which of the waiting writes run next. They wait in the lanes of their accounts,
// and the accounts are served round robin, a batch of one lane each: an account with many writes
// hardly delays the others, and one whose server does not answer keeps only its own lanes busy.
//
// It has no goroutine of its own. The caller of the first write of a batch becomes its leader and
// runs it, so a write that is alone costs no switch between goroutines.
type scheduler struct {
	lanes int // of an account, each of which runs one batch at a time

	mu       sync.Mutex
	free     []*writer
	accounts map[int]*accountQueue // those whose writes wait or run
	ready    []*accountQueue       // those that have a lane to run, in the order in which they are served
	latest   int                   // the account of the latest batch
	inARow   int                   // how many batches it has had since another one had one
	closed   bool
	running  sync.WaitGroup
}

func newScheduler(writers []*writer, lanes int) *scheduler {
	return &scheduler{lanes: lanes, free: writers, accounts: map[int]*accountQueue{}}
}

// accountQueue is the queue of one account.
type accountQueue struct {
	account int
	lanes   []lane
	latest  int  // the lane of the latest batch
	isReady bool // whether it is in ready
}

// lane is a queue of writes. A contact always has the same one, so that its writes wait in a queue
// and not for a lock of the database.
type lane struct {
	waiting []*request
	busy    bool // whether a batch of it runs
}

// batch is what a leader runs.
type batch struct {
	queue    *accountQueue
	lane     int
	writer   *writer
	requests []*request
}

// add puts a request into the queue of its account. If it is the first of a batch, it receives the
// batch at once or later.
func (s *scheduler) add(r *request) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ErrClosed
	}
	q := s.accounts[r.account]
	if q == nil {
		q = &accountQueue{account: r.account, lanes: make([]lane, s.lanes)}
		s.accounts[r.account] = q
	}
	l := &q.lanes[uint(r.contact)%uint(s.lanes)]
	if len(l.waiting) >= maxQueue {
		return fmt.Errorf("%w: %d writes are already waiting", errOverloaded, maxQueue)
	}
	l.waiting = append(l.waiting, r)
	s.schedule(q)
	s.dispatch()
	return nil
}

// finish frees the writer and the lane of a batch that has run.
func (s *scheduler) finish(b *batch) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b.queue.lanes[b.lane].busy = false
	s.free = append(s.free, b.writer)
	s.schedule(b.queue)
	s.dispatch()
	s.running.Done()
}

// schedule gives an account its place behind the others, if it has a lane to run and no place yet,
// and forgets it if nothing of it waits or runs.
func (s *scheduler) schedule(q *accountQueue) {
	_, ok := q.next()
	switch {
	case ok && !q.isReady:
		q.isReady = true
		s.ready = append(s.ready, q)
	case q.isIdle():
		delete(s.accounts, q.account)
	}
}

// dispatch hands batches to their leaders as long as writers are free.
func (s *scheduler) dispatch() {
	for len(s.free) > 0 && len(s.ready) > 0 && !s.closed {
		q := s.ready[0]
		s.ready = s.ready[1:]
		q.isReady = false
		i, _ := q.next()
		if requests := q.lanes[i].take(s.limit(q.account)); len(requests) > 0 {
			last := len(s.free) - 1
			b := &batch{q, i, s.free[last], requests}
			s.free = s.free[:last]
			q.lanes[i].busy, q.latest = true, i
			s.running.Add(1)
			requests[0].lead <- b
		}
		s.schedule(q)
	}
}

// limit counts a batch of the account, and returns how many writes it can have.
func (s *scheduler) limit(account int) int {
	if account != s.latest {
		s.latest, s.inARow = account, 0
	}
	if s.inARow++; s.inARow > aloneAfter {
		return maxBatch
	}
	return sharedBatch
}

// next returns the lane to run next, and false if there is none. The lanes alternate.
func (q *accountQueue) next() (i int, ok bool) {
	for n := range q.lanes {
		i = (q.latest + 1 + n) % len(q.lanes)
		if l := q.lanes[i]; !l.busy && len(l.waiting) > 0 {
			return i, true
		}
	}
	return 0, false
}

// isIdle reports whether nothing waits or runs.
func (q *accountQueue) isIdle() bool {
	for _, l := range q.lanes {
		if l.busy || len(l.waiting) > 0 {
			return false
		}
	}
	return true
}

// take takes the requests of the next batch, at most limit, except those whose callers have given
// up.
func (l *lane) take(limit int) (requests []*request) {
	for len(l.waiting) > 0 && len(requests) < limit {
		r := l.waiting[0]
		l.waiting[0] = nil // the array may stay in memory
		l.waiting = l.waiting[1:]
		if r.claim() {
			requests = append(requests, r)
		}
	}
	return requests
}

// close waits for the batches that run, and refuses all others.
func (s *scheduler) close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.running.Wait()
}
