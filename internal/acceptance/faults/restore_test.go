package faults

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os/exec"
	"sync"
	"testing"
	"time"

	"contactgraph/internal/acceptance/harness"
)

// TestRestoreWithAFollower restores a database to an older state, while a follower and writers know
// of what is lost. When the new log is longer than the lost one, the cursor of the follower is
// still rejected, and so are the versions of the writers.
func TestRestoreWithAFollower(t *testing.T) {
	t.Parallel()
	const writers = 8
	e := harness.Selected()
	database := harness.NewDemoDatabase(t, e, writers)
	agent := harness.APIKey("demo-agent")
	s := harness.Start(t, database, writers)
	writeFor(s, writers, 500*time.Millisecond, 0)
	kept := logEnd(s)
	s.Stop()
	backup := harness.CopyDatabase(t, e, database)

	s = harness.Start(t, database, writers)
	lost := writeFor(s, writers, time.Second, 1)
	lostEnd, lostLog := logEnd(s), readLog(s, kept)
	s.Kill()

	if out, err := exec.Command(harness.Program(t), "restored", "--database", backup).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	s = harness.Start(t, backup, writers)
	for len(readLog(s, kept)) <= len(lostLog)+writers {
		writeFor(s, writers, time.Second, 2)
	}
	for i := range writers {
		id := fmt.Sprint(i + 1)
		w := harness.Query[harness.WriteResult](s, agent, harness.UpdateFirstName, harness.Variables{"id": id, "v": lost[i].version, "name": "lost"})
		if len(w.Errors) != 1 || w.Errors[0].Code != "VERSION_CONFLICT" {
			t.Errorf("contact %s: a write on a lost version gets %+v", id, w)
		}
		body := fmt.Sprintf(`{"ContactId": %s, "Version": %q, "FirstName": "lost"}`, id, lost[i].version)
		if r := s.Send(agent, http.MethodPut, "/api/v1/Contacts/"+id, "application/json", body); r.Status != http.StatusConflict {
			t.Errorf("contact %s: a PUT on a lost version gets %d %s", id, r.Status, r.Body)
		}
	}
	acknowledged := len(readLog(s, kept))
	r := s.Execute(agent, `query($after: String) { contactChanges(after: $after) { changes { id } } }`, harness.Variables{"after": lostEnd})
	if len(r.Errors) != 1 || r.Errors[0].Extensions.Code != "CURSOR_EXPIRED" {
		t.Errorf("the lost cursor gets %+v", r)
	}
	if r := s.Send(agent, http.MethodGet, "/api/v1/Changes?after="+lostEnd, "", ""); r.Status != http.StatusGone {
		t.Errorf("the lost cursor gets %d %s", r.Status, r.Body)
	}
	report(t, fmt.Sprintf("restore on %s, with a follower", e), 1, acknowledged, 0)
}

// writeFor writes contacts 1 to n until the time is over, each by a writer of its own. It returns
// the last acknowledged writes.
func writeFor(s *harness.Server, n int, d time.Duration, round int) []acknowledged {
	acks := make([]acknowledged, n)
	end := time.Now().Add(d)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			for k := 0; time.Now().Before(end) || k < 5; k++ {
				name := fmt.Sprintf("%d-%d-%d", round, i, k)
				g, err := s.TryExecute(harness.APIKey("demo-agent"), overwriteName, harness.Variables{"id": fmt.Sprint(i + 1), "name": name})
				var o harness.WriteResult
				if err != nil || json.Unmarshal(g.Data["updateContact"], &o) != nil || o.Contact == nil {
					s.T.Errorf("%s: %v, %+v", name, err, g)
					return
				}
				acks[i] = acknowledged{name: name, version: o.Contact.Version}
			}
		})
	}
	wg.Wait()
	return acks
}

// logEnd returns the cursor at the end of the change log.
func logEnd(s *harness.Server) string {
	return harness.Query[struct{ LastCursor string }](s, harness.APIKey("demo-agent"), `{ contactChanges(first: 0) { lastCursor } }`, nil).LastCursor
}

// readLog returns the ids of all changes after a cursor.
func readLog(s *harness.Server, after string) (ids []string) {
	for more := true; more; {
		p := harness.Query[struct {
			Changes   []struct{ ID string }
			EndCursor string
			HasMore   bool
		}](s, harness.APIKey("demo-agent"), `query($after: String) { contactChanges(after: $after, first: 100) { changes { id } endCursor hasMore } }`, harness.Variables{"after": after})
		for _, c := range p.Changes {
			ids = append(ids, c.ID)
		}
		after, more = p.EndCursor, p.HasMore
	}
	return ids
}
