// Package network tests what clients can do to the server by the way they connect, send and read.
package network

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"contactgraph/internal/acceptance/harness"
)

// clients are the number of slow clients of each kind.
type clients struct{ headers, bodies, unfinished, readers, streams int }

func (c clients) all() int { return c.headers + c.bodies + c.unfinished + c.readers + c.streams }

// measuring is set by make test-slow, for the tests that then have 10,000 slow clients and check
// the latency of another one and the memory of the server. Otherwise they have few, and check only
// that the other client is served.
var measuring = os.Getenv("CONTACTGRAPH_TEST_SLOW") != ""

// TestSlowClients: while many clients send headers and bodies byte by byte, or do not read
// responses and event streams, another client is served.
func TestSlowClients(t *testing.T) {
	campaign(t, clients{headers: 100, bodies: 100, readers: 20, streams: 20},
		clients{headers: 3500, bodies: 3500, readers: 2000, streams: 1000})
}

// TestUnfinishedBodies: clients send nearly all of a large body, and then byte by byte.
func TestUnfinishedBodies(t *testing.T) {
	campaign(t, clients{unfinished: 200}, clients{unfinished: 10_000})
}

func campaign(t *testing.T, few, many clients) {
	t.Helper()
	c, changes, duration := few, 100, 2*time.Second
	if measuring {
		harness.RequireEngine(t, harness.SQLite)
		c, changes, duration = many, 5000, time.Minute
	} else {
		t.Parallel()
	}
	raiseFileLimit(t, c.all()+1000)
	const contacts = 100
	database := harness.NewDemoDatabase(t, harness.Selected(), contacts)
	s := harness.Launch(t, database, "--demo", "--demo-contacts", fmt.Sprint(contacts), "--trusted-proxies", "none", "--log-level", "warn")
	s.Await()
	if c.streams > 0 {
		write(s, changes)
	}

	before := measure(s, duration/6)
	slow := c.begin(t, s)
	during := measure(s, duration)
	memory := resident(t, s)
	slow.stop()
	t.Logf("p50 %s and p99 %s of %d requests without slow clients; p50 %s and p99 %s of %d requests with %d: %s; at most %d MiB resident",
		before.at(50), before.at(99), len(before), during.at(50), during.at(99), len(during), c.all(), slow.counts(), memory>>20)
	const noise = 10 * time.Millisecond // the slow clients run on the same machine
	if measuring && during.at(99) > 2*before.at(99)+noise {
		t.Errorf("p99 grew from %s to %s", before.at(99), during.at(99))
	}
	if measuring && memory > 512<<20 {
		t.Errorf("the process used %d MiB", memory>>20)
	}
}

// size returns how many clients a test has, and for how long: few for two seconds, next to other
// tests, and many for longer if it measures.
func size(t *testing.T, few, many int, long time.Duration) (clients int, duration time.Duration) {
	t.Helper()
	if measuring {
		return many, long
	}
	t.Parallel()
	return few, 2 * time.Second
}

// launch starts a server with demo data that logs errors only.
func launch(t *testing.T, contacts int) *harness.Server {
	t.Helper()
	database := harness.NewDemoDatabase(t, harness.Selected(), contacts)
	s := harness.Launch(t, database, "--demo", "--demo-contacts", fmt.Sprint(contacts), "--log-level", "error")
	s.Await()
	return s
}

// write adds changes to the log, for the streams.
func write(s *harness.Server, changes int) {
	s.T.Helper()
	for n := range changes {
		s.Execute(harness.APIKey("demo-agent"), `mutation($input: UpdateContactInput!) { updateContact(input: $input) { errors { code } } }`,
			harness.Variables{"input": map[string]any{"id": "7", "onConflict": "OVERWRITE", "set": map[string]any{"firstName": fmt.Sprint("name ", n)}}})
	}
}

// latencies are how long requests took, sorted.
type latencies []time.Duration

func (l latencies) at(percent int) time.Duration { return l[min(len(l)*percent/100, len(l)-1)] }

// measure sends requests for a time, as a client that reuses its connection and one that does not.
func measure(s *harness.Server, duration time.Duration) (all latencies) {
	var mu sync.Mutex
	var clients sync.WaitGroup
	for i, caller := range []harness.Caller{harness.APIKey("demo-agent"), harness.APIKey("demo-agent").With("Connection", "close")} {
		clients.Go(func() {
			for end := time.Now().Add(duration); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
				begin := time.Now()
				r, err := s.TrySend(caller, "POST", "/graphql", "application/json", `{"query": "{ contact(id: 7) { firstName } }"}`)
				took := time.Since(begin)
				if err != nil || !strings.Contains(r.Body, "firstName") {
					s.T.Errorf("client %d: %v, %+v", i, err, r)
				}
				mu.Lock()
				all = append(all, took)
				mu.Unlock()
			}
		})
	}
	clients.Wait()
	slices.Sort(all)
	return all
}

// resident returns the largest amount of memory that the server has used.
func resident(t *testing.T, s *harness.Server) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.PID()))
	if err != nil {
		t.Fatal(err)
	}
	peak := regexp.MustCompile(`VmHWM:\s*(\d+) kB`).FindSubmatch(status)
	if peak == nil {
		t.Fatalf("no peak in %s", status)
	}
	kib, _ := strconv.Atoi(string(peak[1]))
	return kib << 10
}
