package faults

import (
	"testing"
	"time"

	"contactgraph/internal/acceptance/harness"

	"github.com/jackc/pgx/v5"
)

// TestSwitchoversLoseNoAcknowledgedWrite lets Patroni make another PostgreSQL the leader under
// load, five times. Every acknowledged write is there once, no refused write is there, and the
// servers find the new leader by themselves.
func TestSwitchoversLoseNoAcknowledgedWrite(t *testing.T) {
	requireFaults(t) // it needs the Debian packages patroni and etcd-server
	harness.RequireEngine(t, harness.Postgres)
	const rounds = 5
	c := newCluster(t, 2)
	conn, err := pgx.Connect(t.Context(), c.url("postgres"))
	if err == nil {
		_, err = conn.Exec(t.Context(), "CREATE DATABASE contacts")
		conn.Close(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	l := startLoad(t, harness.StartFleet(t, c.url("contacts"), restartContacts, 2))
	var slowest time.Duration
	for range rounds {
		time.Sleep(time.Second)
		c.switchover()
		took := l.firstSuccess()
		slowest = max(slowest, took)
		if took > patience {
			t.Errorf("no write succeeded within %s after the switchover", took)
		}
	}
	l.end()
	counts := checkAttempts(t, c.url("contacts"), l.tried)
	report(t, "switchover by Patroni", rounds, counts[""], slowest)
}
