package database

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/change"
	"contactgraph/internal/database/dialect"
	"contactgraph/internal/revision"
	"contactgraph/internal/viewer"

	entsql "entgo.io/ent/dialect/sql"
)

// Observer learns how writes fare, to measure them. Its methods are called while writes run, by
// many goroutines at the same time, so they must be fast.
type Observer interface {
	// Wrote reports a write that has ended: how long it waited until it ran, and what Write
	// returned.
	Wrote(waited time.Duration, outcome error)
	// Committed reports a transaction with so many writes, some of which may have failed by
	// themselves: how long it took, and its commit alone.
	Committed(writes int, took, commit time.Duration)
	// Retried reports that so many writes are run again, because their transaction has failed.
	Retried(writes int, cause error)
}

// unobserved is the Observer of a database that is not measured.
type unobserved struct{}

var _ Observer = unobserved{}

func (unobserved) Wrote(time.Duration, error)          {}
func (unobserved) Committed(_ int, _, _ time.Duration) {}
func (unobserved) Retried(int, error)                  {}

// Stats is what the database is doing at a moment.
type Stats struct {
	Readers, Writer sql.DBStats // the pools of connections; the same one twice if reads and writes share it

	Reads           int // that run, or wait for their account's share of the readers
	Writers         int // batches that may run at the same time
	BusyWriters     int // batches that run
	WaitingWrites   int
	WritingAccounts int // whose writes wait or run
}

// Stats returns what the database is doing.
func (db *DB) Stats() Stats {
	s := Stats{Readers: db.conn.Readers.Stats(), Writer: db.conn.Writer.Stats(), Writers: db.conn.Writers, Reads: db.shares.users()}
	db.scheduler.addStats(&s)
	return s
}

// addStats adds what waits and runs.
func (s *scheduler) addStats(to *Stats) {
	s.mu.Lock()
	defer s.mu.Unlock()
	to.BusyWriters, to.WritingAccounts = to.Writers-len(s.free), len(s.accounts)
	for _, q := range s.accounts {
		for _, l := range q.lanes {
			to.WaitingWrites += len(l.waiting)
		}
	}
}

// users returns how many goroutines hold a reader, or wait for one.
func (s *shares) users() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, share := range s.accounts {
		n += share.users
	}
	return n
}

// LogSize is how many changes the change log of an account has.
type LogSize struct {
	Account int
	Changes int64
}

// LogSizes returns the size of the change log of each account, the largest first. It reads a row
// for each account and counts nothing: changes have consecutive numbers but for the leaps of
// restores, and retention deletes the oldest.
func (db *DB) LogSizes(ctx context.Context) (sizes []LogSize, err error) {
	ranges, err := db.logRanges(ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range ranges {
		changes, err := db.logSize(ctx, r)
		if err != nil {
			return nil, err
		}
		sizes = append(sizes, LogSize{r.account, changes})
	}
	slices.SortFunc(sizes, func(a, b LogSize) int {
		return cmp.Or(cmp.Compare(b.Changes, a.Changes), cmp.Compare(a.Account, b.Account))
	})
	return sizes, nil
}

// logSize returns the size of a log. One that has seen all restores leapt as far as the versions.
func (db *DB) logSize(ctx context.Context, r logRange) (int64, error) {
	size := r.last - r.start
	if !revision.Leaps(r.start, r.last) {
		return size, nil
	}
	size -= int64(db.clock.versionFloor())
	if size >= 0 && size <= revision.Leap/2 {
		return size, nil
	}
	return db.sizeBetweenLeaps(ctx, r)
}

// logRange is an account whose log has the numbers after start, up to last.
type logRange struct {
	account     int
	start, last int64
}

func (db *DB) logRanges(ctx context.Context) (ranges []logRange, err error) {
	ctx, end, err := db.beginRead(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	b := dialect.NewBuilder(db.conn.Dialect)
	b.Write(`SELECT "account_id", COALESCE("cut", "start", 0), "seq" FROM "feeds"`)
	rows, err := db.client.QueryContext(ctx, b.String())
	if err != nil {
		return nil, err
	}
	defer func() { err = db.classify(errors.Join(err, rows.Err(), rows.Close())) }()
	for rows.Next() {
		var r logRange
		if err := rows.Scan(&r.account, &r.start, &r.last); err != nil {
			return nil, err
		}
		ranges = append(ranges, r)
	}
	return ranges, nil
}

// sizeBetweenLeaps returns the size of a log by the first and the last number between leaps.
func (db *DB) sizeBetweenLeaps(ctx context.Context, r logRange) (size int64, err error) {
	ctx = viewer.NewSystemContext(ctx, r.account)
	number := func(order change.OrderOption, after, upTo int64) (int64, error) {
		row, err := db.client.Change.Query().Where(change.AccountID(r.account), change.SeqGT(after), change.SeqLTE(upTo)).
			Order(order).Select(change.FieldSeq).First(ctx)
		if err != nil {
			return after, ent.MaskNotFound(err)
		}
		return row.Seq, nil
	}
	for start := r.start; ; {
		last, err := number(change.BySeq(entsql.OrderDesc()), start, start+revision.Leap/2)
		if err != nil {
			return 0, err
		}
		size += last - start
		next, err := number(change.BySeq(), last, r.last)
		if err != nil || next == last {
			return size, err
		}
		start = next - 1
	}
}
