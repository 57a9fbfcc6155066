package database

import (
	"context"
	"sync"

	"golang.org/x/sync/semaphore"
)

// shares bounds how many readers each account holds at the same time, so that those whose queries
// are slow leave some to the others.
type shares struct {
	most int64

	mu       sync.Mutex
	accounts map[int]*share // those that hold readers, or wait for one
}

type share struct {
	held  *semaphore.Weighted
	users int // goroutines that hold a reader, or wait for one
}

func newShares(most int) *shares { return &shares{most: int64(most), accounts: map[int]*share{}} }

// acquire waits until the account holds fewer readers than it may, or ctx ends.
func (s *shares) acquire(ctx context.Context, account int) (release func(), err error) {
	s.mu.Lock()
	own := s.accounts[account]
	if own == nil {
		own = &share{held: semaphore.NewWeighted(s.most)}
		s.accounts[account] = own
	}
	own.users++
	s.mu.Unlock()
	if err := own.held.Acquire(ctx, 1); err != nil {
		s.leave(account, own)
		return nil, err
	}
	return func() {
		own.held.Release(1)
		s.leave(account, own)
	}, nil
}

func (s *shares) leave(account int, own *share) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if own.users--; own.users == 0 {
		delete(s.accounts, account)
	}
}
