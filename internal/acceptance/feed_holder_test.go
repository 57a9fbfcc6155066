package acceptance

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// holder is a transaction of the test's own that stays open for a while, again and again, and is rolled back.
type holder struct {
	*feedTest

	name     string
	database string
	lock     string // the statement behind which it stays open
	passes   bool   // whether the servers' writes go on meanwhile

	times, stuck int
	passed       int64
}

// account is the demo account, in SQL.
const account = `(SELECT id FROM accounts WHERE name = 'Demo')`

// newHolders are two. With the first the batches of one server wait for their contact, and those of the other overtake them. The
// second has taken a number, as a server would: whoever comes behind it has to wait, and takes the same number in the end.
func newHolders(f *feedTest, database string) []*holder {
	return []*holder{
		{
			feedTest: f, name: "a contact was held", database: database, passes: true,
			lock: `SELECT id FROM contacts WHERE account_id = ` + account + ` AND id = 1 FOR UPDATE`,
		},
		{
			feedTest: f, name: "a number was held", database: database,
			lock: `UPDATE feeds SET seq = seq + 1 WHERE account_id = ` + account,
		},
	}
}

// hold holds until there are enough changes.
func (h *holder) hold() {
	for {
		select {
		case <-h.written:
			return
		case <-time.After(rand.N(time.Second)):
		}
		h.once(h.t.Context()) // it fails while the database restarts
	}
}

// once holds, and counts the holdings that lasted.
func (h *holder) once(ctx context.Context) error {
	holding, err := pgx.Connect(ctx, h.database)
	if err != nil {
		return err
	}
	defer holding.Close(ctx)
	looking, err := pgx.Connect(ctx, h.database)
	if err != nil {
		return err
	}
	defer looking.Close(ctx)
	tx, err := holding.Begin(ctx)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, h.lock); err != nil {
		return err
	}
	before, _, err := h.look(ctx, looking)
	if err != nil {
		return err
	}
	time.Sleep(100*time.Millisecond + rand.N(300*time.Millisecond))
	after, waiting, err := h.look(ctx, looking)
	if err != nil {
		return err
	}
	h.times++
	h.passed += after - before
	if waiting > 0 {
		h.stuck++
	}
	return tx.Rollback(ctx)
}

// look returns the number of the latest change that is to be seen, and how many transactions of the servers wait for a lock.
func (h *holder) look(ctx context.Context, conn *pgx.Conn) (last int64, waiting int, err error) {
	err = conn.QueryRow(ctx, `SELECT (SELECT max(seq) FROM changes WHERE account_id = `+account+`),
		(SELECT count(*) FROM pg_stat_activity WHERE application_name = 'contactgraph' AND wait_event_type = 'Lock')`).Scan(&last, &waiting)
	return last, waiting, err
}

func (h *holder) check(t *testing.T) {
	t.Helper()
	if h.stuck == 0 || h.passes != (h.passed > 0) {
		t.Errorf("%s %d times, %d of them with writes that waited, and %d changes meanwhile", h.name, h.times, h.stuck, h.passed)
	}
}
