package duplicate

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"contactgraph/ent"
	entaccount "contactgraph/ent/account"
	"contactgraph/ent/duplicatestate"
	"contactgraph/internal/database"
	"contactgraph/internal/viewer"
)

// DB is the part of database.DB that this package needs.
type DB interface {
	// Client reads what the viewer of the context may see.
	Client() *ent.Client
	// Write runs fn, possibly several times, in a transaction about the contact, 0 for none, and
	// returns when it is durable.
	Write(ctx context.Context, contact int, fn func(context.Context, *database.Tx) error) error
	// LogEnd returns the sequence number of the account's latest change, 0 if there is none, and
	// that of the latest change that has been deleted from the log, 0 if the log is complete.
	LogEnd(ctx context.Context, account int) (last, cut int64, err error)
}

// Service finds duplicates. It is safe for concurrent use, also by several processes on one
// database: one of them works on an account at a time.
type Service struct {
	db     DB
	now    func() time.Time
	log    *slog.Logger
	holder string // identifies the process in leases
}

// New returns a service on the database that takes the time from now, and reports to log.
func New(db DB, now func() time.Time, log *slog.Logger) *Service {
	return &Service{db: db, now: now, log: log, holder: rand.Text()}
}

const (
	// interval is how often Serve looks for changes; less often if looking at all accounts, of
	// which none has any, takes more than a twentieth of it.
	interval = 500 * time.Millisecond
	// leaseTime is how long other processes wait for one that does not write anymore.
	leaseTime = time.Minute
)

// Serve keeps the duplicates up to date until ctx ends.
func (s *Service) Serve(ctx context.Context) {
	failed := false
	for pause := interval; ; {
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			s.release(context.WithoutCancel(ctx))
			return
		}
		began := time.Now()
		worked, err := s.run(ctx)
		pause = pauseAfter(worked, time.Since(began))
		if err == nil && failed {
			s.log.InfoContext(ctx, "finding duplicates has succeeded again")
		}
		if err != nil && !failed && ctx.Err() == nil { // once, until it succeeds
			s.log.ErrorContext(ctx, "finding duplicates failed and will be retried", slog.Any("error", err))
		}
		failed = err != nil && ctx.Err() == nil
	}
}

// pauseAfter returns how long Serve waits after it has looked at all accounts, which took so long.
func pauseAfter(worked bool, took time.Duration) time.Duration {
	if worked { // there may be more already, and how long the work took says nothing about the next
		return interval
	}
	return max(interval, 20*took)
}

// release lets other processes continue at once.
func (s *Service) release(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	accounts, err := s.accounts(ctx)
	for _, id := range accounts {
		ctx := viewer.NewSystemContext(ctx, id)
		mine := duplicatestate.And(duplicatestate.AccountID(id), duplicatestate.Holder(s.holder))
		held, e := s.db.Client().DuplicateState.Query().Where(mine).Exist(ctx)
		if e == nil && held {
			e = s.db.Write(ctx, 0, func(ctx context.Context, tx *database.Tx) error {
				return tx.Ent.DuplicateState.Update().Where(mine).SetLease(time.Unix(0, 0).UTC()).Exec(ctx)
			})
		}
		err = errors.Join(err, e)
	}
	if err != nil {
		s.log.WarnContext(ctx, "other servers wait a minute before they look for duplicates", slog.Any("error", err))
	}
}

func (s *Service) accounts(ctx context.Context) ([]int, error) {
	return s.db.Client().Account.Query().Order(entaccount.ByID()).IDs(viewer.NewSystemContext(ctx, 0))
}

// Run looks at everything that has changed, in the accounts that no other process works on.
func (s *Service) Run(ctx context.Context) error {
	_, err := s.run(ctx)
	return err
}

// run is Run, and reports whether anything had changed.
func (s *Service) run(ctx context.Context) (worked bool, err error) {
	accounts, err := s.accounts(ctx)
	if err != nil {
		return false, fmt.Errorf("listing the accounts: %w", err)
	}
	for _, id := range accounts {
		w := &worker{Service: s, account: id}
		err := w.run(viewer.NewSystemContext(ctx, id))
		worked = worked || w.worked
		if err != nil && !errors.Is(err, errNotHeld) {
			return worked, fmt.Errorf("finding duplicates in account %d: %w", id, err)
		}
	}
	return worked, nil
}
