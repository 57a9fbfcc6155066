package acceptance

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// Each of many writes is sent three times at once under its key, and some of the connections are cut before the answer: each is
// applied once, and all who have an answer have the same.
func TestRetryStormAppliesEachWriteOnce(t *testing.T) {
	t.Parallel()
	const writes, times, atOnce = 1000, 3, 8
	s := demo(t, 20)
	cut, answers, replayed := 0, 0, 0
	var mu sync.Mutex
	queue := make(chan int, writes)
	for n := range writes {
		queue <- n
	}
	close(queue)
	var all sync.WaitGroup
	for range atOnce {
		all.Go(func() {
			for n := range queue {
				told := s.storm(t, n, times)
				mu.Lock()
				for _, a := range told {
					if a == nil {
						cut++
						continue
					}
					answers++
					if a.header.Get("Idempotency-Replayed") == "true" {
						replayed++
					}
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	applied := map[string]int{}
	for _, c := range s.wholeLog(t) {
		for _, f := range c.Fields {
			if name, ok := f.New.(string); ok && f.Path == "lastName" && strings.HasPrefix(name, "storm ") {
				applied[name]++
			}
		}
	}
	for n := range writes {
		if got := applied[fmt.Sprint("storm ", n)]; got != 1 {
			t.Errorf("write %d was applied %d times", n, got)
		}
	}
	t.Logf("%d writes, %d requests: %d answered, of which %d were replays, %d cut off", writes, writes*times, answers, replayed, cut)
	if cut == 0 || replayed == 0 {
		t.Error("nothing was cut off, or nothing replayed: the test showed nothing")
	}
}

// storm sends a write many times at once, and returns the answers, nil where the connection was cut.
func (s *process) storm(t *testing.T, n, times int) []*answer {
	t.Helper()
	told := make([]*answer, times)
	var all sync.WaitGroup
	for i := range times {
		all.Go(func() { told[i] = s.once(t, n, i > 0 && (n+i)%2 == 0) })
	}
	all.Wait()
	first := ""
	for _, a := range told {
		if a == nil {
			continue
		}
		var g graphql
		if err := json.Unmarshal([]byte(a.body), &g); err != nil {
			t.Error(err)
		}
		if outcome := string(g.Data["updateContact"]); first == "" {
			first = outcome
		} else if outcome != first {
			t.Errorf("write %d has the outcomes %s and %s", n, first, outcome)
		}
	}
	return told
}

// once sends the write with its key by a connection of its own, which it cuts before the answer if that is asked for.
func (s *process) once(t *testing.T, n int, cutOff bool) *answer {
	body, err := json.Marshal(map[string]any{
		"query": `mutation($id: ID!, $name: String!) { updateContact(input: {id: $id, onConflict: OVERWRITE, set: {lastName: $name}}) {
			contact { version lastName } errors { code } change { id cursor } } }`,
		"variables": variables{"id": n%20 + 1, "name": fmt.Sprint("storm ", n)},
	})
	if err != nil {
		t.Error(err)
		return nil
	}
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Error(err)
		return nil
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST /graphql HTTP/1.1\r\nHost: localhost\r\nX-ApiKey: demo-agent\r\nContent-Type: application/json\r\nIdempotency-Key: storm-%d\r\n"+
		"Content-Length: %d\r\n\r\n%s", n, len(body), body)
	if cutOff {
		return nil
	}
	a, err := read(http.ReadResponse(bufio.NewReader(conn), nil))
	if err != nil || a.status != http.StatusOK || !strings.Contains(a.body, `"errors":[]`) {
		t.Errorf("write %d: %d %s, %v", n, a.status, a.body, err)
		return nil
	}
	return &a
}

// loggedChange is a change as the API shows it.
type loggedChange struct {
	Cursor    string
	ContactID int
	Version   string
	Kind      string
	Fields    []struct {
		Path     string
		Old, New any
	}
}

// wholeLog reads the log of the account Demo from its beginning.
func (s *process) wholeLog(t *testing.T) (all []loggedChange) {
	t.Helper()
	type page struct {
		Changes   []loggedChange
		EndCursor string
		HasMore   bool
	}
	for after := any(nil); ; {
		p := into[page](s, key("demo-admin"), `query($after: String) { contactChanges(after: $after, first: 1000) {
			changes { cursor contactId version kind fields { path old new } } endCursor hasMore } }`, variables{"after": after})
		all = append(all, p.Changes...)
		if !p.HasMore {
			return all
		}
		after = p.EndCursor
	}
}
