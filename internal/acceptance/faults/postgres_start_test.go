package faults

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"contactgraph/internal/acceptance/harness"
	"contactgraph/internal/pgserver"
)

// TestStartWithoutPostgres starts a server while PostgreSQL is away: it is not ready, says so once
// in its log, and serves as soon as PostgreSQL does.
func TestStartWithoutPostgres(t *testing.T) {
	harness.RequireEngine(t, harness.Postgres)
	t.Parallel()
	pg := harness.NewPostgres(t, pgserver.Options{}, "away")
	pg.Crash()
	address := harness.FreeAddress(t)
	s := harness.Launch(t, pg.URL("away"), "--demo", "--demo-contacts", "10", "--addr", address)
	s.URL = "http://" + address
	awaitWaiting(t, s)
	time.Sleep(2 * time.Second) // several attempts
	for path, want := range map[string]int{"/readyz": http.StatusServiceUnavailable, "/healthz": http.StatusOK} {
		if r := s.Send(harness.Anonymous, http.MethodGet, path, "", ""); r.Status != want {
			t.Errorf("%s: %d %s, want %d", path, r.Status, r.Body, want)
		}
	}
	if err := pg.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.AwaitReady()
	if n := strings.Count(s.Log.String(), "waiting for it"); n != 1 || !strings.Contains(s.Log.String(), "has been reached") {
		t.Errorf("the log says %d times that the server waits:\n%s", n, s.Log)
	}
}

// TestStopWithoutPostgres stops a server that waits for PostgreSQL.
func TestStopWithoutPostgres(t *testing.T) {
	harness.RequireEngine(t, harness.Postgres)
	t.Parallel()
	pg := harness.NewPostgres(t, pgserver.Options{}, "away")
	pg.Crash()
	s := harness.Launch(t, pg.URL("away"))
	awaitWaiting(t, s)
	s.Stop()
}

// awaitWaiting waits until the server logs that it waits for the database.
func awaitWaiting(t *testing.T, s *harness.Server) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !strings.Contains(s.Log.String(), "waiting for it"); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("the server does not say that it waits:\n%s", s.Log)
		}
	}
}
