package database

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/change"
	entclock "contactgraph/ent/clock"
	"contactgraph/internal/dberr"
	"contactgraph/internal/revision"
	"contactgraph/internal/viewer"

	entsql "entgo.io/ent/dialect/sql"
)

const (
	// clockRow is the id of the only row of the table of the clock.
	clockRow = 1
	// maxLead is how much later than the stored time the end of a change log may be: servers store
	// their time more often. Later times come from before an operator has set the stored time back.
	maxLead = time.Minute
	// maxSkew is how far the clocks of machines may differ before this is logged.
	maxSkew = 10 * time.Second
)

// clock is the time of a database, and the least of the versions to come. The time never goes back,
// neither in a process nor between processes or restarts: otherwise expired sessions would be valid
// again, and clients that ask for what was modified since would miss writes.
//
// The latest time is stored in a row that the servers write every few seconds while they are in
// use, and read as often. After a crash, the ends of the change logs have what is missing there.
type clock struct {
	now    func() time.Time
	log    *slog.Logger
	last   atomic.Int64 // the latest time, in microseconds: what both engines store
	used   atomic.Bool  // since the time was stored
	behind atomic.Bool  // it was logged that the time stands still
	floor  atomic.Int64 // that the versions of contacts exceed that are written
}

func (c *clock) versionFloor() revision.Version { return revision.Version(c.floor.Load()) }

// Now returns the time: that of the machine, or the latest time that a server of this database has
// used, whichever is later.
func (db *DB) Now() time.Time { return db.clock.read() }

func (c *clock) read() time.Time {
	c.used.Store(true)
	now := c.now()
	return time.UnixMicro(c.advance(now)).UTC()
}

// advance moves the latest time to at, unless it is later, and returns it.
func (c *clock) advance(at time.Time) int64 {
	next := at.UnixMicro()
	for {
		last := c.last.Load()
		if next <= last {
			return last
		}
		if c.last.CompareAndSwap(last, next) {
			return next
		}
	}
}

// report logs that the time stands still, once, and that it no longer does.
func (c *clock) report(ctx context.Context) {
	behind := time.UnixMicro(c.last.Load()).Sub(c.now())
	switch was := c.behind.Load(); {
	case !was && behind > maxSkew:
		c.behind.Store(true)
		c.log.WarnContext(ctx, "the clock of this machine is behind the time that is stored in the database: "+
			"until it has caught up, all writes get the stored time and no session expires; see docs/operating.md, Clock",
			slog.Duration("behind", behind.Round(time.Second)))
	case was && behind <= 0:
		c.behind.Store(false)
		c.log.InfoContext(ctx, "the clock of this machine has caught up with the time that is stored in the database")
	}
}

// startClock reads the latest time of the database.
func (db *DB) startClock(ctx context.Context) error {
	stored, err := db.readClock(ctx)
	if err != nil {
		return err
	}
	logged, err := db.loggedTime(ctx)
	if err != nil {
		return err
	}
	db.clock.advance(stored)
	if stored.IsZero() || logged.Sub(stored) <= maxLead {
		db.clock.advance(logged)
	}
	db.clock.report(ctx)
	return nil
}

// readClock reads the row of the clock, and returns its time. Without a row, the time is zero.
func (db *DB) readClock(ctx context.Context) (at time.Time, err error) {
	ctx, cancel := within(ctx, db.conn.Limits.Read)
	defer cancel()
	var floor sql.NullInt64
	err = db.conn.Readers.QueryRowContext(ctx, `SELECT "at", "version_floor" FROM "clocks" WHERE "id" = 1`).Scan(&at, &floor)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, db.classify(err)
	}
	db.clock.floor.Store(floor.Int64)
	return at, nil
}

// loggedTime returns the latest time at the end of an account's change log.
func (db *DB) loggedTime(ctx context.Context) (latest time.Time, err error) {
	accounts, err := db.client.Account.Query().IDs(viewer.NewSystemContext(ctx, 0))
	if err != nil {
		return latest, err
	}
	for _, account := range accounts {
		last, err := db.client.Change.Query().Where(change.AccountID(account)).Order(change.BySeq(entsql.OrderDesc())).
			First(viewer.NewSystemContext(ctx, account))
		if err != nil && !ent.IsNotFound(err) {
			return latest, err
		}
		if err == nil && last.At.After(latest) {
			latest = last.At
		}
	}
	return latest, nil
}

// keepTime stores the latest time if it was used, and reads that of other servers.
func (db *DB) keepTime(ctx context.Context) error {
	defer db.clock.report(ctx)
	stored, err := db.readClock(ctx)
	if err != nil {
		return err
	}
	db.clock.advance(stored)
	if !db.clock.used.Swap(false) {
		return nil
	}
	err = db.Write(viewer.NewSystemContext(ctx, 0), 0, db.storeTime)
	if err != nil {
		db.clock.used.Store(true) // tried again
	}
	return err
}

// storeTime stores the latest time, unless another server has stored a later one.
func (db *DB) storeTime(ctx context.Context, tx *Tx) error {
	at := time.UnixMicro(db.clock.last.Load()).UTC()
	found, err := tx.Ent.Clock.Query().Where(entclock.ID(clockRow)).Exist(ctx)
	switch {
	case err != nil:
		return err
	case !found:
		err := WithID(tx.Ent.Clock.Create(), clockRow).SetAt(at).Exec(ctx)
		if dberr.IsUnique(err) { // another server was faster
			err = dberr.Raced(err)
		}
		return err
	}
	return tx.Ent.Clock.Update().Where(entclock.ID(clockRow), entclock.AtLT(at)).SetAt(at).Exec(ctx)
}
