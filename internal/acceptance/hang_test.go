package acceptance

import (
	"sync"
	"syscall"
	"testing"
	"time"

	"contactgraph/internal/pgserver"
)

// A PostgreSQL that says nothing any more, as behind a network that drops what it is sent, makes requests fail with 503 before
// the server gives up on their connections; when it goes on, so do the servers.
func TestPostgresThatHangs(t *testing.T) {
	only(t, postgres)
	t.Parallel()
	pg := ownPostgres(t, pgserver.Options{NoSync: true}, "hangs")
	s := start(t, pg.URL("hangs"), 5)
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
	processes := backends(t, pg)
	for _, pid := range processes {
		syscall.Kill(pid, syscall.SIGSTOP)
	}
	var wg sync.WaitGroup
	for _, r := range requests {
		wg.Go(func() {
			begin := time.Now()
			a, err := s.try(key("demo-agent"), r.method, r.path, "application/json", r.body)
			if err != nil || a.status != r.want {
				t.Errorf("%s %s %s while PostgreSQL hangs: %v %d %s after %s", r.method, r.path, r.body, err, a.status, a.body, time.Since(begin))
			}
		})
	}
	wg.Wait()
	for _, pid := range processes {
		syscall.Kill(pid, syscall.SIGCONT)
	}
	s.waitReady()
	for _, r := range requests {
		if a := s.send(key("demo-agent"), r.method, r.path, "application/json", r.body); a.status >= 500 {
			t.Errorf("%s %s when PostgreSQL goes on: %d %s", r.method, r.path, a.status, a.body)
		}
	}
}

// backends are the processes of the server: the one that takes connections, and one for each of them.
func backends(t *testing.T, pg *pgserver.Server) []int {
	t.Helper()
	pids := []int{pg.PID()}
	for _, r := range rows[struct{ PID int }](t, pg.URL("hangs"), "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()") {
		pids = append(pids, r.PID)
	}
	return pids
}
