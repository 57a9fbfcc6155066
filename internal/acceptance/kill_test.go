package acceptance

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"
)

// number is what the text of a version counts.
func number(t *testing.T, version string) int {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(version)
	if err != nil || len(b) != 8 {
		t.Fatalf("%q is no version", version)
	}
	return int(binary.BigEndian.Uint64(b))
}

// acknowledged is the last write of a contact that the server answered, and how many may have followed unanswered.
type acknowledged struct {
	name    string
	version string
	open    string // the name of a write that got no answer
}

// After kill -9 during writes, every acknowledged write is there, and of the others each wholly or not at all.
func TestNothingAcknowledgedIsLostToKill(t *testing.T) {
	t.Parallel()
	const kills, writers = 20, 8
	database := newDatabase(t, chosen)
	agent := key("demo-agent")
	total := 0
	for round := range kills {
		s := start(t, database, writers)
		acks := make([]acknowledged, writers)
		var wg sync.WaitGroup
		for i := range writers {
			wg.Go(func() { acks[i] = writeUntilKilled(s, agent, i, round) })
		}
		time.Sleep(time.Duration(50+rand.IntN(250)) * time.Millisecond)
		s.kill()
		wg.Wait()
		s = start(t, database, writers)
		for i, a := range acks {
			total += checkSurvived(t, s, agent, i, round, a)
		}
		s.stop()
	}
	t.Logf("%d kills, %d acknowledged writes", kills, total)
	if total == 0 {
		t.Error("no write was acknowledged: the test showed nothing")
	}
}

const overwriteName = `mutation($id: ID!, $name: String!) {
	updateContact(input: {id: $id, onConflict: OVERWRITE, set: {firstName: $name}}) { contact { version } errors { code } } }`

// writeUntilKilled writes contact i+1 again and again until the server is gone.
func writeUntilKilled(s *process, w who, i, round int) (a acknowledged) {
	for n := 0; ; n++ {
		name := fmt.Sprintf("%d-%d-%d", round, i, n)
		a.open = name
		g, err := s.tryQuery(w, overwriteName, variables{"id": fmt.Sprint(i + 1), "name": name})
		if err != nil {
			return a
		}
		var o outcome
		if json.Unmarshal(g.Data["updateContact"], &o) != nil || o.Contact == nil {
			return a
		}
		a = acknowledged{name: name, version: o.Contact.Version}
	}
}

// checkSurvived returns how many writes contact i+1 was acknowledged in this round.
func checkSurvived(t *testing.T, s *process, w who, i, round int, a acknowledged) int {
	t.Helper()
	if a.version == "" {
		return 0
	}
	now := into[struct{ Version, FirstName string }](s, w, `query($id: ID!) { contact(id: $id) { version firstName } }`,
		variables{"id": fmt.Sprint(i + 1)})
	switch ahead := number(t, now.Version) - number(t, a.version); {
	case ahead == 0 && now.FirstName == a.name:
	case ahead == 1 && now.FirstName == a.open:
	default:
		t.Errorf("round %d: contact %d has %q at %+d, acknowledged was %q, under way %q", round, i+1, now.FirstName, ahead, a.name, a.open)
	}
	var r, c, n int
	fmt.Sscanf(a.name, "%d-%d-%d", &r, &c, &n)
	return n + 1
}
