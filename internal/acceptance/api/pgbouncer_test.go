package api

import (
	"strings"
	"testing"

	"contactgraph/internal/acceptance/harness"
)

// TestSamplesWorkThroughPgBouncer sends the documented samples to servers behind a PgBouncer in
// transaction mode. The package concurrency tests races through it, and the whole suite runs
// through it with CONTACTGRAPH_TEST_ENGINE=pgbouncer.
func TestSamplesWorkThroughPgBouncer(t *testing.T) {
	harness.RequireEngine(t, harness.Postgres)
	t.Parallel()
	f := harness.NewFleet(t, harness.PgBouncer, 20)
	payload := sample(t, "setdetails.txt", "Request payload example", "Response\n")
	for _, s := range f {
		if a := s.Send(s.SignInCustomer(), "POST", "/f/webapp-api-custinfo?api=setdetails", "application/json", payload); a.Status != 200 || a.Body != noErrors {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		checkSample(t, s)
		putSample(t, s)
	}
	for _, s := range f {
		if log := s.Log.String(); strings.Contains(log, "prepared statement") || strings.Contains(log, "level=ERROR") {
			t.Errorf("the log of the server:\n%s", log)
		}
	}
}
