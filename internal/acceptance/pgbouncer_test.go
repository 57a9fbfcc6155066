package acceptance

import (
	"strings"
	"testing"
)

// The samples work through a PgBouncer in transaction mode; the races through it are in race_test.go. The whole suite runs
// through it with CONTACTGRAPH_TEST_ENGINE=pgbouncer.
func TestThroughPgBouncer(t *testing.T) {
	only(t, postgres)
	t.Parallel()
	f := newFleet(t, pgbouncer, 20)
	payload := sample(t, "setdetails.txt", "Request payload example", "Response\n")
	for _, s := range f {
		if a := s.send(s.customer(), "POST", "/f/webapp-api-custinfo?api=setdetails", "application/json", payload); a.status != 200 || a.body != noErrors {
			t.Fatalf("%d %s", a.status, a.body)
		}
		checkSample(t, s)
		putSample(t, s)
	}
	for _, s := range f {
		if log := s.log.String(); strings.Contains(log, "prepared statement") || strings.Contains(log, "level=ERROR") {
			t.Errorf("the log of the server:\n%s", log)
		}
	}
}
