package database

import (
	"context"

	"contactgraph/ent"
	"contactgraph/ent/change"
	entfeed "contactgraph/ent/feed"
	"contactgraph/internal/viewer"
)

// LogEnd returns the sequence number of the account's latest change, 0 if there is none, and that
// of the latest change that retention has deleted, 0 if the log is complete. It does not check what
// the viewer may see.
func (db *DB) LogEnd(ctx context.Context, account int) (last, cut int64, err error) {
	f, err := db.client.Feed.Query().Where(entfeed.AccountID(account)).Only(viewer.NewSystemContext(ctx, account))
	if err != nil {
		return 0, 0, err
	}
	return f.Seq, f.Cut, nil
}

// ReadLog returns at most limit changes of the account after a sequence number, in their order, and
// fewer if they are too large together. It does not check what the viewer may see.
func (db *DB) ReadLog(ctx context.Context, account int, after int64, limit int) (rows []*ent.Change, err error) {
	rows, _, err = ReadFitting(viewer.NewSystemContext(ctx, account),
		db.client.Change.Query().Where(change.AccountID(account), change.SeqGT(after)).Order(change.BySeq()), limit)
	return rows, err
}
