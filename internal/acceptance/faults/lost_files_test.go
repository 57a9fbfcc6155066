package faults

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"contactgraph/internal/acceptance/harness"
)

// TestWritesToLostFilesAreNotAcknowledged deletes or replaces files of the database under a
// running server. No write is acknowledged after that, the server is not ready, and its log says
// what to do. What was acknowledged before is still there after a restart, unless the file itself
// is lost.
func TestWritesToLostFilesAreNotAcknowledged(t *testing.T) {
	harness.RequireEngine(t, harness.SQLite)
	t.Parallel()
	for name, c := range map[string]struct {
		lose func(t *testing.T, database string)
		kept bool
	}{
		"all files are deleted":      {func(t *testing.T, db string) { removeAll(t, db, db+"-wal", db+"-shm") }, false},
		"the WAL is deleted":         {func(t *testing.T, db string) { removeAll(t, db+"-wal") }, true},
		"the WAL's index is deleted": {func(t *testing.T, db string) { removeAll(t, db+"-shm") }, true},
		"the file is replaced by an older copy": {func(t *testing.T, db string) {
			if err := os.Rename(db+".old", db); err != nil {
				t.Fatal(err)
			}
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := harness.Demo(t, fillContacts)
			copyFile(t, s.Database, s.Database+".old")
			w := &filler{server: s, names: map[int]string{}}
			for range fillContacts {
				w.write(t)
			}
			c.lose(t, s.Database)
			for i := range 3 {
				status, code := w.send(i+1, "lost", `[{"value":"v"}]`)
				if status != 503 || code != "OUTCOME_UNKNOWN" && code != "SERVICE_UNAVAILABLE" || i > 0 && code != "SERVICE_UNAVAILABLE" {
					t.Errorf("write %d after that: %d %s", i, status, code)
				}
			}
			a := s.Send(harness.Anonymous, "GET", "/readyz", "", "")
			if a.Status != 503 || !strings.Contains(a.Body, "were deleted or replaced") || strings.Contains(a.Body, s.Database) {
				t.Errorf("/readyz: %d %s", a.Status, a.Body)
			}
			if got := strings.Count(s.Log.String(), "a file of the database was deleted or replaced"); got != 1 {
				t.Errorf("logged %d times: %s", got, s.Log)
			}
			s.Stop()
			if !c.kept {
				return
			}
			w.server = harness.Start(t, s.Database, fillContacts)
			w.names[1] = firstName(w.server, 1) // its outcome was unknown
			w.check(t)
		})
	}
}

// TestLostFilesAreNoticedWithoutRequests checks an idle server.
func TestLostFilesAreNoticedWithoutRequests(t *testing.T) {
	harness.RequireEngine(t, harness.SQLite)
	t.Parallel()
	s := harness.Demo(t, 1)
	removeAll(t, s.Database)
	for end := time.Now().Add(time.Minute); !strings.Contains(s.Log.String(), "was deleted or replaced"); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not noticed after a minute:\n%s", s.Log)
		}
	}
	if a := s.Send(harness.Anonymous, "GET", "/readyz", "", ""); a.Status != 503 {
		t.Errorf("/readyz: %d %s", a.Status, a.Body)
	}
}

func firstName(s *harness.Server, contact int) string {
	return harness.Query[struct{ FirstName string }](s, harness.APIKey("demo-agent"), `query($id: ID!) { contact(id: $id) { firstName } }`,
		harness.Variables{"id": fmt.Sprint(contact)}).FirstName
}

func removeAll(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}
