package database

import (
	"context"
	"fmt"
	"math/rand/v2"

	entclock "contactgraph/ent/clock"
	"contactgraph/ent/feed"
	"contactgraph/ent/migrate"
	"contactgraph/internal/revision"
	"contactgraph/internal/viewer"
)

// lostIDs is how many ids of each table are not assigned after a restore, because rows that were
// lost can have had them.
const lostIDs = 100_000

// MaxLogStart is the most that LogStart returns.
const MaxLogStart = 1 << 45

// LogStart returns a random number after which the change log of a new account begins. The cursors
// of another database, such as one that had the account before, are not among its own.
func LogStart() int64 { return rand.Int64N(MaxLogStart) + 1 }

// Restored declares that the database has lost its latest writes: it was restored from a backup, or
// is a replica that had not received them. What clients still know of these writes must not be
// taken for what is written from now on, so the numbers that were used for them are left out:
//
//   - Change logs continue at a random distance. A cursor between is not one of theirs (see
//     package changelog).
//   - Contacts get versions above all that were lost.
//   - New rows get ids at a distance.
//
// Servers of the database that are running notice it within a few seconds. It returns the number of
// accounts.
func (db *DB) Restored(ctx context.Context) (accounts int, err error) {
	ctx = viewer.NewSystemContext(ctx, 0)
	ids, err := db.client.Account.Query().IDs(ctx)
	if err != nil {
		return 0, err
	}
	distance := revision.Leap + rand.Int64N(revision.Leap)
	err = db.Write(ctx, 0, func(ctx context.Context, tx *Tx) error {
		for _, id := range ids {
			err := tx.Ent.Feed.Update().Where(feed.AccountID(id)).AddSeq(distance).Exec(viewer.NewSystemContext(ctx, id))
			if err != nil {
				return err
			}
		}
		for _, t := range migrate.Tables {
			if err := db.conn.Dialect.SkipIDs(ctx, tx.Ent, t.Name, lostIDs); err != nil {
				return fmt.Errorf("skipping ids of the table %s: %w", t.Name, err)
			}
		}
		return db.raiseVersions(ctx, tx, revision.Version(distance))
	})
	if err != nil {
		return 0, err
	}
	_, err = db.readClock(ctx)
	return len(ids), err
}

// raiseVersions stores a floor of the versions that is higher by a distance.
func (db *DB) raiseVersions(ctx context.Context, tx *Tx, distance revision.Version) error {
	if err := db.storeTime(ctx, tx); err != nil { // there is a row now
		return err
	}
	row, err := tx.Ent.Clock.Query().Where(entclock.ID(clockRow), tx.ForUpdate).Only(ctx)
	if err != nil {
		return err
	}
	floor := row.VersionFloor + distance
	return tx.Ent.Clock.Update().Where(entclock.ID(clockRow)).SetVersionFloor(floor).Exec(ctx)
}
