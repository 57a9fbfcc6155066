package faults

import (
	"sync"
	"syscall"
	"testing"
	"time"

	"contactgraph/internal/acceptance/harness"
	"contactgraph/internal/pgserver"
)

// TestPostgresThatHangsAnswers503 freezes PostgreSQL, as if the network between dropped every
// packet. Requests fail with 503 before the server closes their connections. When PostgreSQL
// continues, so does the server.
func TestPostgresThatHangsAnswers503(t *testing.T) {
	harness.RequireEngine(t, harness.Postgres)
	t.Parallel()
	pg := harness.NewPostgres(t, pgserver.Options{NoSync: true}, "hangs")
	s := harness.Start(t, pg.URL("hangs"), 5)
	requests := []struct {
		method, path, body string
		want               int
	}{
		{"GET", "/healthz", "", 200},
		{"GET", "/readyz", "", 503},
		{"GET", "/api/v1/Contacts/1", "", 503},
		{"POST", "/graphql", `{"query":"{ contact(id: 1) { version } }"}`, 503},
		{"POST", "/graphql", `{"query":"mutation { updateContact(input: {id: 1, onConflict: OVERWRITE, set: {firstName: \"x\"}}) { contact { version } } }"}`, 503},
		{"PUT", "/api/v1/Contacts/1", `{"Version":"AAAAAAAAAAE="}`, 503},
	}
	pids := backends(t, pg, "hangs")
	signalAll(pids, syscall.SIGSTOP)
	var wg sync.WaitGroup
	for _, r := range requests {
		wg.Go(func() {
			begin := time.Now()
			a, err := s.TrySend(harness.APIKey("demo-agent"), r.method, r.path, "application/json", r.body)
			if err != nil || a.Status != r.want {
				t.Errorf("%s %s %s while PostgreSQL hangs: %v %d %s after %s", r.method, r.path, r.body, err, a.Status, a.Body, time.Since(begin))
			}
		})
	}
	wg.Wait()
	signalAll(pids, syscall.SIGCONT)
	s.AwaitReady()
	for _, r := range requests {
		if a := s.Send(harness.APIKey("demo-agent"), r.method, r.path, "application/json", r.body); a.Status >= 500 {
			t.Errorf("%s %s after PostgreSQL has continued: %d %s", r.method, r.path, a.Status, a.Body)
		}
	}
}

// backends returns the processes of PostgreSQL that talk to clients: the one that accepts
// connections, and one for each connection.
func backends(t *testing.T, pg *pgserver.Server, database string) []int {
	t.Helper()
	pids := []int{pg.PID()}
	for _, r := range harness.Rows[struct{ PID int }](t, pg.URL(database), "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()") {
		pids = append(pids, r.PID)
	}
	return pids
}

// signalAll sends a signal to processes.
func signalAll(pids []int, signal syscall.Signal) {
	for _, pid := range pids {
		syscall.Kill(pid, signal)
	}
}
