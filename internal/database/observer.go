package database

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"contactgraph/internal/database/dialect"
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
// for each account and counts nothing: changes have consecutive numbers, and retention deletes the
// oldest.
func (db *DB) LogSizes(ctx context.Context) (sizes []LogSize, err error) {
	ctx, end, err := db.beginRead(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	b := dialect.NewBuilder(db.conn.Dialect)
	b.Write(`SELECT "account_id", "seq" - COALESCE("cut", 0) AS "changes" FROM "feeds" ORDER BY "changes" DESC, "account_id"`)
	rows, err := db.client.QueryContext(ctx, b.String())
	if err != nil {
		return nil, err
	}
	defer func() { err = db.classify(errors.Join(err, rows.Err(), rows.Close())) }()
	for rows.Next() {
		var s LogSize
		if err := rows.Scan(&s.Account, &s.Changes); err != nil {
			return nil, err
		}
		sizes = append(sizes, s)
	}
	return sizes, nil
}
