package concurrency

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"contactgraph/internal/acceptance/harness"
)

// TestRetriesApplyEachWriteOnce sends each of many writes three times at the same time with its
// idempotency key, and closes some of the connections before the response. Each write is applied
// once, and all responses to it are the same.
func TestRetriesApplyEachWriteOnce(t *testing.T) {
	t.Parallel()
	const writes, times, atOnce = 1000, 3, 8
	s := harness.Demo(t, 20)
	closed, answered, replayed := 0, 0, 0
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
				responses := sendRepeatedly(t, s, n, times)
				mu.Lock()
				for _, a := range responses {
					if a == nil {
						closed++
						continue
					}
					answered++
					if a.Header.Get("Idempotency-Replayed") == "true" {
						replayed++
					}
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	applied := map[string]int{}
	for _, c := range wholeLog(s) {
		for _, f := range c.Fields {
			if name, ok := f.New.(string); ok && f.Path == "lastName" && strings.HasPrefix(name, "retry ") {
				applied[name]++
			}
		}
	}
	for n := range writes {
		if got := applied[fmt.Sprint("retry ", n)]; got != 1 {
			t.Errorf("write %d was applied %d times", n, got)
		}
	}
	t.Logf("%d writes, %d requests: %d answered, of which %d were replayed, %d closed before the response",
		writes, writes*times, answered, replayed, closed)
	if closed == 0 || replayed == 0 {
		t.Error("no connection was closed, or no response replayed: the test proved nothing")
	}
}

// sendRepeatedly sends a write a number of times at the same time. It returns the responses: nil
// where the connection was closed before.
func sendRepeatedly(t *testing.T, s *harness.Server, n, times int) []*harness.Response {
	t.Helper()
	responses := make([]*harness.Response, times)
	var all sync.WaitGroup
	for i := range times {
		all.Go(func() { responses[i] = sendOnce(t, s, n, i > 0 && (n+i)%2 == 0) })
	}
	all.Wait()
	first := ""
	for _, a := range responses {
		if a == nil {
			continue
		}
		var g harness.Result
		if err := json.Unmarshal([]byte(a.Body), &g); err != nil {
			t.Error(err)
		}
		if outcome := string(g.Data["updateContact"]); first == "" {
			first = outcome
		} else if outcome != first {
			t.Errorf("write %d has two outcomes: %s and %s", n, first, outcome)
		}
	}
	return responses
}

// sendOnce sends the write with its idempotency key over a connection of its own. If closeEarly is
// set it closes the connection without reading the response.
func sendOnce(t *testing.T, s *harness.Server, n int, closeEarly bool) *harness.Response {
	body, err := json.Marshal(map[string]any{
		"query": `mutation($id: ID!, $name: String!) { updateContact(input: {id: $id, onConflict: OVERWRITE, set: {lastName: $name}}) {
			contact { version lastName } errors { code } change { id cursor } } }`,
		"variables": harness.Variables{"id": n%20 + 1, "name": fmt.Sprint("retry ", n)},
	})
	if err != nil {
		t.Error(err)
		return nil
	}
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
	if err != nil {
		t.Error(err)
		return nil
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST /graphql HTTP/1.1\r\nHost: localhost\r\nX-ApiKey: demo-agent\r\nContent-Type: application/json\r\nIdempotency-Key: retry-%d\r\n"+
		"Content-Length: %d\r\n\r\n%s", n, len(body), body)
	if closeEarly {
		return nil
	}
	a, err := harness.Read(http.ReadResponse(bufio.NewReader(conn), nil)) //nolint:bodyclose // Read closes it
	if err != nil || a.Status != http.StatusOK || !strings.Contains(a.Body, `"errors":[]`) {
		t.Errorf("write %d: %d %s, %v", n, a.Status, a.Body, err)
		return nil
	}
	return &a
}

// loggedChange is a change as the API returns it.
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
func wholeLog(s *harness.Server) (all []loggedChange) {
	s.T.Helper()
	type page struct {
		Changes   []loggedChange
		EndCursor string
		HasMore   bool
	}
	for after := any(nil); ; {
		p := harness.Query[page](s, harness.APIKey("demo-admin"), `query($after: String) { contactChanges(after: $after, first: 1000) {
			changes { cursor contactId version kind fields { path old new } } endCursor hasMore } }`, harness.Variables{"after": after})
		all = append(all, p.Changes...)
		if !p.HasMore {
			return all
		}
		after = p.EndCursor
	}
}
