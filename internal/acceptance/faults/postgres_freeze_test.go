package faults

import (
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"contactgraph/internal/acceptance/harness"
	"contactgraph/internal/pgserver"
)

// TestFrozenPostgresLosesNoAcknowledgedWrite freezes PostgreSQL under load, five times for longer
// than a write may take, as if its machine were lost without a word to its clients. Every
// acknowledged write is there once, no refused write is there, and each client gets a response.
func TestFrozenPostgresLosesNoAcknowledgedWrite(t *testing.T) {
	requireFaults(t)
	harness.RequireEngine(t, harness.Postgres)
	const (
		rounds = 5
		frozen = 15 * time.Second
	)
	pg := harness.NewPostgres(t, pgserver.Options{}, "freezes")
	l := startLoad(t, harness.StartFleet(t, pg.URL("freezes"), restartContacts, 2))
	var slowest time.Duration
	for n := range rounds {
		time.Sleep(time.Duration(200+rand.IntN(500)) * time.Millisecond)
		refused := l.refused.Load()
		pids := backends(t, pg, "freezes")
		signalAll(pids, syscall.SIGSTOP)
		time.Sleep(frozen)
		signalAll(pids, syscall.SIGCONT)
		if l.refused.Load() == refused {
			t.Errorf("freeze %d: no write was refused within %s", n, frozen)
		}
		took := l.firstSuccess()
		slowest = max(slowest, took)
		if took > patience {
			t.Fatalf("freeze %d: no write succeeded within %s after PostgreSQL went on", n, took)
		}
	}
	l.end()
	counts := checkAttempts(t, pg.URL("freezes"), l.tried)
	report(t, "PostgreSQL frozen for 15 s", rounds, counts[""], slowest)
	if l.slowest > frozen {
		t.Errorf("a response took %s", l.slowest)
	}
}
