package changelog

import (
	"context"
	"time"

	"contactgraph/ent/change"
	"contactgraph/ent/feed"
	"contactgraph/internal/database"
	"contactgraph/internal/idempotency"
	"contactgraph/internal/viewer"
)

// MinRetention is the least time that changes are kept: that long a repeat of a write finds its outcome in them.
const MinRetention = idempotency.Lifetime

// tidied is how many rows one transaction of tidying takes away: others wait for it.
const pruneBatch = 500

// Tidy takes away what has had its time in every account: changes older than retention, unless that is 0, and idempotency keys.
func (s *Service) Prune(ctx context.Context, retention time.Duration) error {
	accounts, err := s.db.Client().Account.Query().IDs(viewer.NewSystemContext(ctx, 0))
	if err != nil {
		return err
	}
	for _, account := range accounts {
		ctx := viewer.NewSystemContext(ctx, account)
		if err := s.inBatches(ctx, func(ctx context.Context, tx *database.Tx) (bool, error) {
			return idempotency.Prune(ctx, tx, account, s.now())
		}); err != nil {
			return err
		}
		if retention == 0 {
			continue
		}
		if err := s.inBatches(ctx, s.pruneChanges(account, s.now().Add(-retention))); err != nil {
			return err
		}
	}
	return nil
}

// inSteps runs step in transactions of its own until it has nothing more to do.
func (s *Service) inBatches(ctx context.Context, step func(context.Context, *database.Tx) (more bool, err error)) error {
	for more := true; more && ctx.Err() == nil; {
		err := s.db.Write(ctx, 0, func(ctx context.Context, tx *database.Tx) (err error) {
			more, err = step(ctx, tx)
			return err
		})
		if err != nil {
			return err
		}
	}
	return context.Cause(ctx)
}

// cutLog takes the oldest changes off the log, up to the first that is not older than then: what is left has no gap.
func (s *Service) pruneChanges(account int, then time.Time) func(context.Context, *database.Tx) (bool, error) {
	return func(ctx context.Context, tx *database.Tx) (bool, error) {
		oldest, err := tx.Ent.Change.Query().Where(change.AccountID(account)).Order(change.BySeq()).Limit(pruneBatch).All(ctx)
		if err != nil {
			return false, err
		}
		old := 0
		for old < len(oldest) && oldest[old].At.Before(then) {
			old++
		}
		if old == 0 {
			return false, nil
		}
		cut := oldest[old-1].Seq
		if _, err := tx.Ent.Change.Delete().Where(change.AccountID(account), change.SeqLTE(cut)).Exec(ctx); err != nil {
			return false, err
		}
		_, err = tx.Ent.Feed.Update().Where(feed.AccountID(account), feed.Or(feed.CutIsNil(), feed.CutLT(cut))).SetCut(cut).Save(ctx)
		return old == pruneBatch, err
	}
}
