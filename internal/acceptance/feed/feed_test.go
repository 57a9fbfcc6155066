package feed

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"contactgraph/internal/acceptance/harness"
	"contactgraph/internal/pgserver"
)

const (
	contactCount = 30
	writerCount  = 16
	// lockedContact is the contact that a blocker locks from time to time. Only the first server
	// writes it, so that the other one can go on. Neither it nor quietContact is ever deleted.
	lockedContact = 1
	quietContact  = 2
	// patience limits how long writes may stand still, and how long the followers may take to catch
	// up with the log when the writers have stopped.
	patience = time.Minute
)

// wantedChanges is how many changes the writers append to the log: 20,000 if CONTACTGRAPH_TEST_FEED
// is set, as make test-feed does.
func wantedChanges() int64 {
	if os.Getenv("CONTACTGRAPH_TEST_FEED") != "" {
		return 20_000
	}
	return 2_000
}

// TestFeedDeliversEachChangeOnce cuts off consumers of every kind at random, while servers are
// killed and PostgreSQL restarts. The consumers resume from their cursors. Each must receive every
// change exactly once, and in an order that replays to the contacts in the database.
func TestFeedDeliversEachChangeOnce(t *testing.T) {
	t.Parallel()
	if harness.Selected() == harness.SQLite {
		newFeedTest(t, harness.NewDatabase(t, harness.SQLite), nil, 1).run()
		return
	}
	harness.RequireEngine(t, harness.Postgres)
	for _, servers := range []int{1, 2} {
		t.Run(fmt.Sprintf("servers=%d", servers), func(t *testing.T) {
			t.Parallel()
			pg := harness.NewPostgres(t, pgserver.Options{NoSync: true}, "feed")
			newFeedTest(t, pg.URL("feed"), pg, servers).run()
		})
	}
}

// feedTest is the servers, the clients that write through them, the followers, and counts of the
// faults that the test has caused.
type feedTest struct {
	t         *testing.T
	servers   harness.Fleet
	pg        *pgserver.Server // nil on SQLite
	contacts  *pool
	followers []*follower
	blockers  []*blocker
	ledger    ledger
	last      atomic.Int64  // the highest sequence number that a writer has received
	written   chan struct{} // closed when there are enough changes

	kills, restarts int
}

func newFeedTest(t *testing.T, database string, pg *pgserver.Server, servers int) *feedTest {
	t.Helper()
	f := &feedTest{t: t, pg: pg, contacts: newPool(contactCount), written: make(chan struct{})}
	f.ledger.acknowledged, f.ledger.outcomes = map[int64]changeKey{}, map[string]int{}
	for range servers {
		s := harness.Launch(t, database, "--demo", "--demo-contacts", fmt.Sprint(contactCount), "--addr", harness.FreeAddress(t))
		s.Await()
		f.servers = append(f.servers, s)
	}
	f.followers = newFollowers(f)
	if servers > 1 {
		f.blockers = newBlockers(f, database)
	}
	return f
}

func (f *feedTest) run() {
	f.t.Helper()
	begin := time.Now()
	var writing, following sync.WaitGroup
	ctx, stop := context.WithCancel(f.t.Context())
	defer stop()
	for i := range writerCount {
		w := &writer{feedTest: f, server: f.servers.For(i), first: i%len(f.servers) == 0}
		writing.Go(w.write)
	}
	for _, b := range f.blockers {
		writing.Go(b.run)
	}
	for _, c := range f.followers {
		following.Go(func() { c.follow(ctx) })
	}
	f.causeFaults()
	writing.Wait()
	log := readLog(f.t, f.servers[0].Database)
	f.awaitFollowers(log)
	stop()
	following.Wait()
	f.check(log)
	f.report(log, time.Since(begin))
}

// causeFaults kills servers and restarts PostgreSQL in turns, at random times, until there are
// enough changes.
func (f *feedTest) causeFaults() {
	f.t.Helper()
	defer close(f.written)
	total := wantedChanges()
	next := func() int64 { return 200 + rand.Int64N(800) }
	at, progress, seen := next(), time.Now(), int64(0)
	for last := int64(0); last < total && !f.t.Failed(); last = f.last.Load() {
		switch {
		case last > seen:
			seen, progress = last, time.Now()
		case time.Since(progress) > patience:
			f.t.Errorf("nothing was written for %s", patience)
		}
		if last < at {
			time.Sleep(5 * time.Millisecond)
			continue
		}
		at += next()
		if f.pg != nil && f.restarts < f.kills {
			f.restartDatabase()
		} else {
			f.killServer()
		}
	}
}

func (f *feedTest) killServer() {
	f.t.Helper()
	s := f.servers[rand.IntN(len(f.servers))]
	s.Kill()
	s.Relaunch()
	s.Await()
	f.kills++
}

func (f *feedTest) restartDatabase() {
	f.t.Helper()
	f.pg.Crash()
	time.Sleep(rand.N(300 * time.Millisecond))
	if err := f.pg.Run(f.t.Context()); err != nil {
		f.t.Fatal(err)
	}
	f.restarts++
}

// awaitFollowers waits until all followers have received what the log has for them, and half a
// second longer, in case a change comes twice.
func (f *feedTest) awaitFollowers(log []logRow) {
	f.t.Helper()
	begin := time.Now()
	for _, c := range f.followers {
		end := int64(0)
		for _, row := range log {
			if c.follows(row) {
				end = row.seq
			}
		}
		for c.last.Load() < end && !f.t.Failed() {
			if time.Since(begin) > patience {
				f.t.Errorf("%s: reached change %d of %d in %s", c.name, c.last.Load(), end, patience)
			}
			time.Sleep(5 * time.Millisecond)
		}
	}
	time.Sleep(500 * time.Millisecond)
}

func (f *feedTest) check(log []logRow) {
	f.t.Helper()
	for i, row := range log {
		if row.seq != int64(i+1) {
			f.t.Fatalf("change %d of the log has the sequence number %d", i+1, row.seq)
		}
	}
	f.ledger.check(f.t, log)
	for _, c := range f.followers {
		c.check(f.t, log)
	}
	want := replayLog(f.t, log)
	for _, s := range f.servers {
		compareStates(f.t, readContacts(s), want)
	}
	for _, b := range f.blockers {
		b.check(f.t)
	}
	if f.kills == 0 || f.pg != nil && f.restarts == 0 {
		f.t.Error("no server was killed or PostgreSQL was not restarted: the test proved nothing")
	}
}

func (f *feedTest) report(log []logRow, took time.Duration) {
	f.t.Helper()
	disconnects := 0
	for _, c := range f.followers {
		disconnects += c.disconnects
		f.t.Logf("%s: disconnected %d times, connection lost %d times, refused %d times; was at most %d changes behind",
			c.name, c.disconnects, c.lost, c.refused, c.backlog)
	}
	for _, b := range f.blockers {
		f.t.Logf("%s %d times, writes waited for it %d times, and %d changes were written meanwhile", b.name, b.times, b.blocked, b.meanwhile)
	}
	f.t.Logf("%d changes, %d disconnects, %d kills, %d restarts of the database, %s; writes by outcome %v",
		len(log), disconnects, f.kills, f.restarts, took.Round(time.Second), f.ledger.outcomes)
}
