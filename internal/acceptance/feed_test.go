package acceptance

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"contactgraph/internal/pgserver"
)

const (
	feedContacts = 30
	feedWriters  = 16
	// heldContact is the contact that a transaction of the test's own keeps locked from time to time. Only the first server
	// writes it, so that the other goes on meanwhile. Neither it nor quietContact is ever deleted.
	heldContact  = 1
	quietContact = 2
	// feedPatience is how long the consumers may take for what is left when nothing is written any more.
	feedPatience = time.Minute
)

// feedChanges is how many changes the log shall have: 20,000 with CONTACTGRAPH_TEST_FEED set, as make test-feed does.
func feedChanges() int64 {
	if os.Getenv("CONTACTGRAPH_TEST_FEED") != "" {
		return 20_000
	}
	return 2_000
}

// Consumers of every kind that are cut off at random, while servers are killed and PostgreSQL restarts, and which resume from
// their cursors, see every change exactly once, and in an order that replays to what the database holds.
func TestFeedWithoutGapOrDouble(t *testing.T) {
	t.Parallel()
	if chosen == sqlite {
		newFeedTest(t, newDatabase(t, sqlite), nil, 1).run()
		return
	}
	only(t, postgres)
	for _, servers := range []int{1, 2} {
		t.Run(fmt.Sprintf("servers=%d", servers), func(t *testing.T) {
			t.Parallel()
			pg := ownPostgres(t, pgserver.Options{NoSync: true}, "feed")
			newFeedTest(t, pg.URL("feed"), pg, servers).run()
		})
	}
}

// feedTest is servers, those who write through them, those who follow, and what went wrong on the way.
type feedTest struct {
	t         *testing.T
	servers   fleet
	pg        *pgserver.Server // nil on SQLite
	people    *people
	followers []*follower
	holders   []*holder
	ledger    feedLedger
	last      atomic.Int64  // the highest number that a writer was told
	written   chan struct{} // closed when there are enough changes

	kills, restarts int
}

func newFeedTest(t *testing.T, database string, pg *pgserver.Server, servers int) *feedTest {
	t.Helper()
	f := &feedTest{t: t, pg: pg, people: newPeople(feedContacts), written: make(chan struct{})}
	f.ledger.acknowledged, f.ledger.outcomes = map[int64]place{}, map[string]int{}
	for range servers {
		s := launch(t, database, "--demo", "--demo-contacts", fmt.Sprint(feedContacts), "--addr", freeAddress(t))
		s.await()
		f.servers = append(f.servers, s)
	}
	f.followers = newFollowers(f)
	if servers > 1 {
		f.holders = newHolders(f, database)
	}
	return f
}

// freeAddress is one that a server can come back to. Its port is below those that the system gives to connections, which might
// take it meanwhile.
func freeAddress(t *testing.T) string {
	t.Helper()
	for range 100 {
		address := fmt.Sprint("127.0.0.1:", 15_000+rand.IntN(15_000))
		if l, err := net.Listen("tcp", address); err == nil {
			l.Close()
			return address
		}
	}
	t.Fatal("no port is free")
	return ""
}

func (f *feedTest) run() {
	f.t.Helper()
	begin := time.Now()
	var writing, following sync.WaitGroup
	ctx, stop := context.WithCancel(f.t.Context())
	defer stop()
	for i := range feedWriters {
		w := &feedWriter{feedTest: f, server: f.servers.of(i), first: i%len(f.servers) == 0}
		writing.Go(w.write)
	}
	for _, h := range f.holders {
		writing.Go(h.hold)
	}
	for _, c := range f.followers {
		following.Go(func() { c.follow(ctx) })
	}
	f.disturb()
	writing.Wait()
	log := readLog(f.t, f.servers[0].database)
	f.awaitFollowers(log)
	stop()
	following.Wait()
	f.check(log)
	f.report(log, time.Since(begin))
}

// disturb kills servers and restarts PostgreSQL, in turns and at random, until there are enough changes.
func (f *feedTest) disturb() {
	f.t.Helper()
	defer close(f.written)
	total := feedChanges()
	next := func() int64 { return 200 + rand.Int64N(800) }
	at, progress, seen := next(), time.Now(), int64(0)
	for last := int64(0); last < total && !f.t.Failed(); last = f.last.Load() {
		switch {
		case last > seen:
			seen, progress = last, time.Now()
		case time.Since(progress) > feedPatience:
			f.t.Errorf("nothing was written for %s", feedPatience)
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
	s.kill()
	s.run()
	s.await()
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

// awaitFollowers waits until all have seen what the log has for them, and a little longer: something might come twice.
func (f *feedTest) awaitFollowers(log []logRow) {
	f.t.Helper()
	begin := time.Now()
	for _, c := range f.followers {
		end := int64(0)
		for _, row := range log {
			if c.concerned(row) {
				end = row.seq
			}
		}
		for c.last.Load() < end && !f.t.Failed() {
			if time.Since(begin) > feedPatience {
				f.t.Errorf("%s: has come to change %d of %d in %s", c.name, c.last.Load(), end, feedPatience)
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
			f.t.Fatalf("the log's change %d has the number %d", i+1, row.seq)
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
	for _, h := range f.holders {
		h.check(f.t)
	}
	if f.kills == 0 || f.pg != nil && f.restarts == 0 {
		f.t.Error("too little happened: the test showed nothing")
	}
}

func (f *feedTest) report(log []logRow, took time.Duration) {
	f.t.Helper()
	cuts := 0
	for _, c := range f.followers {
		cuts += c.cuts
		f.t.Logf("%s: cut off %d times by itself, lost %d times, refused %d times; its longest way back was %d changes",
			c.name, c.cuts, c.lost, c.refused, c.behind)
	}
	for _, h := range f.holders {
		f.t.Logf("%s: %d times, %d of them with writes that waited and, in all, %d changes meanwhile", h.name, h.times, h.stuck, h.passed)
	}
	f.t.Logf("%d changes, %d cuts, %d kills, %d restarts of the database, %s; writes by outcome %v",
		len(log), cuts, f.kills, f.restarts, took.Round(time.Second), f.ledger.outcomes)
}
