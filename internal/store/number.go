package store

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"contactgraph/ent"
	"contactgraph/ent/change"

	"entgo.io/ent/dialect/sql"
)

// logColumns are what a row of the log is stored as; logArgs must follow their order.
var logColumns = []string{
	change.FieldAccountID, change.FieldSeq, change.FieldContactID, change.FieldVersion, change.FieldKind, change.FieldSource,
	change.FieldAt, change.FieldActorKind, change.FieldActorID, change.FieldActorName, change.FieldFields,
	change.FieldIdempotencyKey, change.FieldRequestHash,
}

func logArgs(r *ent.Change) ([]any, error) {
	fields, err := json.Marshal(r.Fields)
	if err != nil {
		return nil, err
	}
	return []any{
		r.AccountID, r.Seq, r.ContactID, r.Version, r.Kind, r.Source, r.At, r.ActorKind, r.ActorID, r.ActorName, string(fields),
		r.IdempotencyKey, r.RequestHash,
	}, nil
}

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
	for group := range runs(rows, func(a, b *ent.Change) bool { return a.AccountID == b.AccountID }) {
		if err := w.numberAccount(ctx, tx, group); err != nil {
			return fmt.Errorf("logging writes of account %d: %w", group[0].AccountID, err)
		}
	}
	return nil
}

// numberAccount numbers and inserts rows of one account.
func (w *writer) numberAccount(ctx context.Context, tx *ent.Tx, rows []*ent.Change) error {
	last, err := w.count(ctx, tx, rows[0].AccountID, len(rows))
	if err != nil {
		return fmt.Errorf("taking numbers from the feed: %w", err)
	}
	for i, r := range rows {
		r.Seq = last - int64(len(rows)) + int64(i) + 1
	}
	for part := range parts(rows, 1) {
		args := make([]any, 0, len(part)*len(logColumns))
		for _, r := range part {
			row, err := logArgs(r)
			if err != nil {
				return err
			}
			args = append(args, row...)
		}
		statement := w.text(statementKey{"log", "", len(part)}, func(b *builder) {
			b.write(`INSERT INTO "changes" ("`, strings.Join(logColumns, `", "`), `") `)
			b.rows(len(part), logColumns)
		})
		if _, err := tx.ExecContext(ctx, statement, args...); err != nil {
			return err
		}
	}
	return nil
}

// count takes the account's next n numbers, and returns the last of them.
func (w *writer) count(ctx context.Context, tx *ent.Tx, account, n int) (last int64, err error) {
	statement := w.text(statementKey{"count", "", 1}, func(b *builder) {
		b.write(`UPDATE "feeds" SET "seq" = "seq" + `, b.parameter(), ` WHERE "account_id" = `, b.parameter(), ` RETURNING "seq"`)
	})
	rows, err := tx.QueryContext(ctx, statement, n, account)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, rows.Err(), rows.Close()) }()
	return sql.ScanInt64(rows)
}
