package faults

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"contactgraph/internal/acceptance/harness"
)

// acknowledged is the last write of a contact that the server acknowledged, and the one that was
// sent after it.
type acknowledged struct {
	name    string
	version string
	pending string // the name of the write that got no response
}

// TestKillLosesNoAcknowledgedWrite kills the server with SIGKILL during writes. After a restart
// every acknowledged write is there, and each of the others is there completely or not there.
func TestKillLosesNoAcknowledgedWrite(t *testing.T) {
	t.Parallel()
	const kills, writers = 20, 8
	database := harness.NewDatabase(t, harness.Selected())
	agent := harness.APIKey("demo-agent")
	total := 0
	for round := range kills {
		s := harness.Start(t, database, writers)
		acks := make([]acknowledged, writers)
		var wg sync.WaitGroup
		for i := range writers {
			wg.Go(func() { acks[i] = writeUntilKilled(s, agent, i, round) })
		}
		time.Sleep(time.Duration(50+rand.IntN(250)) * time.Millisecond)
		s.Kill()
		wg.Wait()
		s = harness.Start(t, database, writers)
		for i, a := range acks {
			total += checkSurvived(t, s, agent, i, round, a)
		}
		s.Stop()
	}
	report(t, fmt.Sprintf("server on %s killed", harness.Selected()), kills, total, 0)
	if total == 0 {
		t.Error("no write was acknowledged: the test proved nothing")
	}
}

const overwriteName = `mutation($id: ID!, $name: String!) {
	updateContact(input: {id: $id, onConflict: OVERWRITE, set: {firstName: $name}}) { contact { version } errors { code } } }`

// writeUntilKilled writes contact i+1 again and again until the server no longer answers.
func writeUntilKilled(s *harness.Server, w harness.Caller, i, round int) (a acknowledged) {
	for n := 0; ; n++ {
		name := fmt.Sprintf("%d-%d-%d", round, i, n)
		a.pending = name
		g, err := s.TryExecute(w, overwriteName, harness.Variables{"id": fmt.Sprint(i + 1), "name": name})
		if err != nil {
			return a
		}
		var o harness.WriteResult
		if json.Unmarshal(g.Data["updateContact"], &o) != nil || o.Contact == nil {
			return a
		}
		a = acknowledged{name: name, version: o.Contact.Version}
	}
}

// checkSurvived checks that contact i+1 has its last acknowledged or its pending write. It returns
// how many of its writes were acknowledged in this round.
func checkSurvived(t *testing.T, s *harness.Server, w harness.Caller, i, round int, a acknowledged) int {
	t.Helper()
	if a.version == "" {
		return 0
	}
	now := harness.Query[struct{ Version, FirstName string }](s, w, `query($id: ID!) { contact(id: $id) { version firstName } }`,
		harness.Variables{"id": fmt.Sprint(i + 1)})
	switch ahead := harness.VersionNumber(t, now.Version) - harness.VersionNumber(t, a.version); {
	case ahead == 0 && now.FirstName == a.name:
	case ahead == 1 && now.FirstName == a.pending:
	default:
		t.Errorf("round %d: contact %d has the name %q, %+d versions after the acknowledged one; acknowledged was %q, pending %q", round, i+1, now.FirstName, ahead, a.name, a.pending)
	}
	var r, c, n int
	fmt.Sscanf(a.name, "%d-%d-%d", &r, &c, &n)
	return n + 1
}
