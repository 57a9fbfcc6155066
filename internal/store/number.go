package store

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"contactgraph/ent"
	"contactgraph/ent/change"
	"contactgraph/ent/feed"

	"entgo.io/ent/dialect/sql"
)

// logColumns are what a row of the log is stored as; values must follow their order.
var logColumns = []string{
	change.FieldAccountID, change.FieldSeq, change.FieldContactID, change.FieldVersion, change.FieldKind, change.FieldSource,
	change.FieldAt, change.FieldActorKind, change.FieldActorID, change.FieldActorName, change.FieldFields,
	change.FieldIdempotencyKey, change.FieldRequestHash,
}

// maxRows bounds the rows of one INSERT: SQLite takes 32,766 parameters, PostgreSQL 65,535.
const maxRows = 2000

// number gives the log rows of the batch the next numbers of their accounts, and inserts them. It comes last, so that the
// counter's row is locked only from here to the commit, and numbers become visible in their order. Every batch of every
// process takes the accounts in the same order.
func (w *writer) number(ctx context.Context, tx *ent.Tx, batch []*job) error {
	var rows []*ent.Change
	for _, j := range batch {
		if j.err == nil {
			rows = append(rows, j.log...)
		}
	}
	slices.SortStableFunc(rows, func(a, b *ent.Change) int { return cmp.Compare(a.AccountID, b.AccountID) })
	for len(rows) > 0 {
		account := rows[0].AccountID
		n := slices.IndexFunc(rows, func(r *ent.Change) bool { return r.AccountID != account })
		if n < 0 {
			n = len(rows)
		}
		if err := w.numberAccount(ctx, tx, account, rows[:n]); err != nil {
			return fmt.Errorf("logging writes of account %d: %w", account, err)
		}
		rows = rows[n:]
	}
	return nil
}

// numberAccount numbers and inserts the rows of one account.
func (w *writer) numberAccount(ctx context.Context, tx *ent.Tx, account int, rows []*ent.Change) error {
	last, err := w.count(ctx, tx, account, len(rows))
	if err != nil {
		return fmt.Errorf("taking numbers from the feed: %w", err)
	}
	for i, r := range rows {
		r.Seq = last - int64(len(rows)) + int64(i) + 1
	}
	for part := range slices.Chunk(rows, maxRows) {
		insert := sql.Dialect(w.begin.Dialect()).Insert(change.Table).Columns(logColumns...)
		for _, r := range part {
			fields, err := json.Marshal(r.Fields)
			if err != nil {
				return err
			}
			insert.Values(r.AccountID, r.Seq, r.ContactID, r.Version, r.Kind, r.Source, r.At, r.ActorKind, r.ActorID, r.ActorName,
				fields, r.IdempotencyKey, r.RequestHash)
		}
		query, args := insert.Query()
		if _, err := tx.ExecContext(ctx, query, args...); err != nil {
			return err
		}
	}
	return nil
}

// count takes the account's next n numbers, and returns the last of them.
func (w *writer) count(ctx context.Context, tx *ent.Tx, account, n int) (last int64, err error) {
	query, args := sql.Dialect(w.begin.Dialect()).Update(feed.Table).Add(feed.FieldSeq, n).
		Where(sql.EQ(feed.FieldAccountID, account)).Returning(feed.FieldSeq).Query()
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, rows.Err(), rows.Close()) }()
	return sql.ScanInt64(rows)
}
