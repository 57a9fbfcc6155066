package main

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// maxCost is how much slower the median of requests may be with metrics.
const maxCost = 0.03

// TestMetricsCost measures what metrics cost: it sends the same requests in turn to a server
// without and to one with them, so that both meet the same disturbances, and compares the medians.
// Neither exports traces.
func TestMetricsCost(t *testing.T) {
	if os.Getenv("CONTACTGRAPH_TEST_COST") == "" {
		t.Skip("it takes a minute: make test-cost runs it")
	}
	var servers [2]*running
	for i, flags := range [][]string{nil, {"--metrics-addr", "127.0.0.1:0"}} {
		servers[i] = start(t, nil, append([]string{"--demo", "--demo-contacts", "500", "--addr", "127.0.0.1:0", "--log-level", "error",
			"--database", filepath.Join(t.TempDir(), "demo.db")}, flags...)...).ready()
	}
	for name, body := range map[string]string{
		"a read":    `{"query": "{ contact(id: \"7\") { firstName lastName version email } }"}`,
		"an update": `{"query": "mutation { updateContact(input: {id: \"7\", onConflict: OVERWRITE, set: {lastName: \"Doe\"}}) { errors { code } } }"}`,
	} {
		const warmUp, requests = 500, 10000
		var took [2][]time.Duration
		for n := range warmUp + requests {
			for i := range servers {
				i = (i + n) % 2 // each is the first one half of the times
				d := servers[i].timed(body)
				if n >= warmUp {
					took[i] = append(took[i], d)
				}
			}
		}
		for i := range took {
			slices.Sort(took[i])
		}
		without, with := took[0][requests/2], took[1][requests/2]
		cost := float64(with)/float64(without) - 1
		t.Logf("%s: %s without metrics, %s with them: %+.1f %%", name, without, with, 100*cost)
		if cost > maxCost {
			t.Errorf("%s costs %.1f %% more", name, 100*cost)
		}
	}
	for _, r := range servers {
		if err := r.shutDown(); err != nil {
			t.Error(err)
		}
	}
}

// timed sends a GraphQL request, and returns how long the response took.
func (r *running) timed(body string) time.Duration {
	r.t.Helper()
	q, err := http.NewRequestWithContext(r.t.Context(), http.MethodPost, r.url+"/graphql", strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	q.Header.Set("X-ApiKey", "demo-agent")
	q.Header.Set("Content-Type", "application/json")
	begin := time.Now()
	resp, err := http.DefaultClient.Do(q)
	if err != nil {
		r.t.Fatal(err)
	}
	text, err := io.ReadAll(resp.Body)
	took := time.Since(begin)
	resp.Body.Close()
	if err != nil || resp.StatusCode != http.StatusOK || strings.Contains(string(text), `"errors":[{`) {
		r.t.Fatalf("%d %s %v", resp.StatusCode, text, err)
	}
	return took
}
