package idempotency

import (
	"context"
	"encoding/json"
	"time"

	"contactgraph/ent/idempotencykey"
	"contactgraph/internal/database"
	"contactgraph/internal/viewer"
)

// pruneBatch is how many rows one statement reads or deletes.
const pruneBatch = 500

// Prune deletes a batch of the account's expired keys, and reports whether there may be more.
func Prune(ctx context.Context, tx *database.Tx, account int, now time.Time) (more bool, err error) {
	ids, err := tx.Ent.IdempotencyKey.Query().
		Where(idempotencykey.AccountID(account), idempotencykey.AtLT(now.Add(-Lifetime))).Limit(pruneBatch).IDs(ctx)
	if err != nil || len(ids) == 0 {
		return false, err
	}
	_, err = tx.Ent.IdempotencyKey.Delete().Where(idempotencykey.AccountID(account), idempotencykey.IDIn(ids...)).Exec(ctx)
	return len(ids) == pruneBatch, err
}

// Erase deletes all keys of a contact: those that it has sent itself, and those of any actor whose
// stored outcome concerns it. A guess of what a request contained could be confirmed by its stored
// hash.
func Erase(ctx context.Context, tx *database.Tx, account, contact int, concerns func(outcome json.RawMessage) bool) error {
	_, err := tx.Ent.IdempotencyKey.Delete().Where(idempotencykey.AccountID(account),
		idempotencykey.ActorKind(viewer.ActorContact), idempotencykey.ActorID(contact)).Exec(ctx)
	if err != nil {
		return err
	}
	for after := 0; ; {
		rows, err := tx.Ent.IdempotencyKey.Query().Where(idempotencykey.AccountID(account), idempotencykey.IDGT(after)).
			Order(idempotencykey.ByID()).Limit(pruneBatch).All(ctx)
		if err != nil || len(rows) == 0 {
			return err
		}
		var found []int
		for _, row := range rows {
			if concerns(row.Outcome) {
				found = append(found, row.ID)
			}
			after = row.ID
		}
		if len(found) == 0 {
			continue
		}
		_, err = tx.Ent.IdempotencyKey.Delete().Where(idempotencykey.AccountID(account), idempotencykey.IDIn(found...)).Exec(ctx)
		if err != nil {
			return err
		}
	}
}
