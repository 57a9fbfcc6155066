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

// MinRetention is the shortest time that changes can be kept: a repeat of a write reads its outcome
// from them.
const MinRetention = idempotency.Lifetime

// pruneBatch is how many rows one transaction deletes: other writes wait for it.
const pruneBatch = 500

// Prune deletes what has expired in every account: idempotency keys and, unless retention is 0,
// changes that are older than it.
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

// inBatches runs step in transactions of its own until there is nothing more to do.
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

// pruneChanges deletes the oldest changes up to the first that is not before the cutoff, so that
// the rest of the log has no gap.
func (s *Service) pruneChanges(account int, cutoff time.Time) func(context.Context, *database.Tx) (bool, error) {
	return func(ctx context.Context, tx *database.Tx) (bool, error) {
		oldest, err := tx.Ent.Change.Query().Where(change.AccountID(account)).Order(change.BySeq()).Limit(pruneBatch).All(ctx)
		if err != nil {
			return false, err
		}
		expired := 0
		for expired < len(oldest) && oldest[expired].At.Before(cutoff) {
			expired++
		}
		if expired == 0 {
			return false, nil
		}
		cut := oldest[expired-1].Seq
		if _, err := tx.Ent.Change.Delete().Where(change.AccountID(account), change.SeqLTE(cut)).Exec(ctx); err != nil {
			return false, err
		}
		_, err = tx.Ent.Feed.Update().Where(feed.AccountID(account), feed.Or(feed.CutIsNil(), feed.CutLT(cut))).SetCut(cut).Save(ctx)
		return expired == pruneBatch, err
	}
}
