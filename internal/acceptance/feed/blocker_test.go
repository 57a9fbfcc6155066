package feed

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// blocker is a transaction of the test that takes a lock and stays open for a while, again and
// again. It is always rolled back.
type blocker struct {
	*feedTest

	name     string
	database string
	lock     string // the statement that takes the lock
	// othersProceed is whether other writes of the servers go on while the lock is taken.
	othersProceed bool

	times, blocked int   // how often it took the lock, and how often a server waited for it
	meanwhile      int64 // changes that were written while the lock was taken
}

// account is the id of the demo account, in SQL.
const account = `(SELECT id FROM accounts WHERE name = 'Demo')`

// newBlockers returns two. The first locks a contact: the batches of one server wait for it, and
// those of the other server overtake them. The second has taken the next sequence number of the
// log, as a server would: every write has to wait for it, and takes the same number after the
// rollback.
func newBlockers(f *feedTest, database string) []*blocker {
	return []*blocker{
		{
			feedTest: f, name: "a contact was locked", database: database, othersProceed: true,
			lock: `SELECT id FROM contacts WHERE account_id = ` + account + ` AND id = 1 FOR UPDATE`,
		},
		{
			feedTest: f, name: "a sequence number was locked", database: database,
			lock: `UPDATE feeds SET seq = seq + 1 WHERE account_id = ` + account,
		},
	}
}

// run takes the lock again and again until there are enough changes.
func (b *blocker) run() {
	for {
		select {
		case <-b.written:
			return
		case <-time.After(rand.N(time.Second)):
		}
		b.block(b.t.Context()) // it fails while the database restarts
	}
}

// block takes the lock once. It counts only the times in which the connections lasted to the end.
func (b *blocker) block(ctx context.Context) error {
	locking, err := pgx.Connect(ctx, b.database)
	if err != nil {
		return err
	}
	defer locking.Close(ctx)
	observing, err := pgx.Connect(ctx, b.database)
	if err != nil {
		return err
	}
	defer observing.Close(ctx)
	tx, err := locking.Begin(ctx)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, b.lock); err != nil {
		return err
	}
	before, _, err := b.observe(ctx, observing)
	if err != nil {
		return err
	}
	time.Sleep(100*time.Millisecond + rand.N(300*time.Millisecond))
	after, waiting, err := b.observe(ctx, observing)
	if err != nil {
		return err
	}
	b.times++
	b.meanwhile += after - before
	if waiting > 0 {
		b.blocked++
	}
	return tx.Rollback(ctx)
}

// observe returns the number of the latest committed change, and how many transactions of the
// servers wait for a lock.
func (b *blocker) observe(ctx context.Context, conn *pgx.Conn) (last int64, waiting int, err error) {
	err = conn.QueryRow(ctx, `SELECT (SELECT max(seq) FROM changes WHERE account_id = `+account+`),
		(SELECT count(*) FROM pg_stat_activity WHERE application_name = 'contactgraph' AND wait_event_type = 'Lock')`).Scan(&last, &waiting)
	return last, waiting, err
}

func (b *blocker) check(t *testing.T) {
	t.Helper()
	if b.blocked == 0 || b.othersProceed != (b.meanwhile > 0) {
		t.Errorf("%s %d times, writes waited for it %d times, and %d changes were written meanwhile", b.name, b.times, b.blocked, b.meanwhile)
	}
}
