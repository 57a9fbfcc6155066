package store

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"contactgraph/ent"
	"contactgraph/ent/feed"

	"entgo.io/ent/dialect/sql"
)

// ErrUnknown is the error of a commit that failed: the write may be durable or not. A retry is safe with the version that
// the first attempt expected.
var ErrUnknown = errors.New("the commit failed: whether the write took effect is unknown")

// ErrClosed is the error of a write to a store that has been closed.
var ErrClosed = errors.New("the store is closed")

// Write runs fn in a transaction and returns when its work is durable, or why it is not. contact is the one that fn is
// about, 0 if none: writes about the same contact run one after the other.
//
// A caller that goes away does not undo a write that has begun: the context is asked before fn starts, and fn's own is
// never cancelled, because the driver would answer a cancellation by rolling back. An error or panic of fn undoes all of it.
func (s *Store) Write(ctx context.Context, contact int, fn func(context.Context, *ent.Tx) error) error {
	if err := s.takeTurn(ctx); err != nil {
		return err
	}
	defer func() { <-s.turn }()
	log := &changeLog{}
	ctx = context.WithValue(context.WithoutCancel(ctx), logKey{}, log)
	tx, err := s.writing.Tx(ctx)
	if err != nil {
		return fmt.Errorf("beginning a write: %w", err)
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to roll back, and before it err says why
	if err := call(ctx, tx, fn); err != nil {
		return err
	}
	if err := s.number(ctx, tx, log.rows); err != nil {
		return fmt.Errorf("logging a write about contact %d: %w", contact, err)
	}
	if err := tx.Commit(); err != nil {
		return errors.Join(ErrUnknown, err)
	}
	return nil
}

// takeTurn waits until no other write runs. It fails when the caller goes away first, or the store is closed.
func (s *Store) takeTurn(ctx context.Context) error {
	select {
	case s.turn <- struct{}{}:
	case <-s.closing:
		return ErrClosed
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if ctx.Err() != nil { // both were ready
		<-s.turn
		return context.Cause(ctx)
	}
	return nil
}

// call runs fn and turns its panic into an error, so that the transaction is always ended.
func call(ctx context.Context, tx *ent.Tx, fn func(context.Context, *ent.Tx) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in a write: %v\n%s", p, debug.Stack())
		}
	}()
	return fn(ctx, tx)
}

// changeLog collects the log rows of one write.
type changeLog struct{ rows []*ent.Change }

type logKey struct{}

// Log adds a row to the change log of the write that ctx belongs to. The row is numbered and stored when the write's
// function has returned without an error; then row.Seq holds its number.
func (s *Store) Log(ctx context.Context, row *ent.Change) {
	log := ctx.Value(logKey{}).(*changeLog) //nolint:forcetypeassert // outside a write it is a fault of ours, and must show
	log.rows = append(log.rows, row)
}

// number gives the rows the next numbers of their account and inserts them. It comes last, so that the counter's row is
// locked only from here to the commit, and numbers become visible in their order.
func (s *Store) number(ctx context.Context, tx *ent.Tx, rows []*ent.Change) error {
	if len(rows) == 0 {
		return nil
	}
	last, err := s.count(ctx, tx, rows[0].AccountID, len(rows))
	if err != nil {
		return fmt.Errorf("taking numbers from the feed of account %d: %w", rows[0].AccountID, err)
	}
	bulk := make([]*ent.ChangeCreate, len(rows))
	for i, r := range rows {
		r.Seq = last - int64(len(rows)) + int64(i) + 1
		bulk[i] = tx.Change.Create().
			SetSeq(r.Seq).SetContactID(r.ContactID).SetVersion(r.Version).SetKind(r.Kind).SetSource(r.Source).SetAt(r.At).
			SetActorKind(r.ActorKind).SetActorID(r.ActorID).SetActorName(r.ActorName).SetFields(r.Fields).
			SetNillableIdempotencyKey(r.IdempotencyKey)
		if r.RequestHash != nil {
			bulk[i].SetRequestHash(r.RequestHash)
		}
	}
	return tx.Change.CreateBulk(bulk...).Exec(ctx)
}

// count takes the account's next n numbers, and returns the last of them.
func (s *Store) count(ctx context.Context, tx *ent.Tx, account, n int) (last int64, err error) {
	query, args := sql.Dialect(s.dialect).Update(feed.Table).Add(feed.FieldSeq, n).
		Where(sql.EQ(feed.FieldAccountID, account)).Returning(feed.FieldSeq).Query()
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, rows.Err(), rows.Close()) }()
	return sql.ScanInt64(rows)
}
