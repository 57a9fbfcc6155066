package faults

import (
	"os"
	"testing"
	"time"

	"contactgraph/internal/acceptance/harness"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }

// requireFaults skips a test that takes too long for every commit.
func requireFaults(t *testing.T) {
	t.Helper()
	if os.Getenv("CONTACTGRAPH_TEST_FAULTS") == "" {
		t.Skip("runs with CONTACTGRAPH_TEST_FAULTS=1, as make test-faults sets it")
	}
}

// report logs a row of the table that make test-faults prints: the fault, how often it happened,
// how many writes were acknowledged meanwhile, of which none was lost or doubled if the test has
// not failed, and the longest time until the next write succeeded, 0 if writes never stood still.
func report(t *testing.T, fault string, rounds, acknowledged int, recovery time.Duration) {
	t.Helper()
	result := "0"
	if t.Failed() {
		result = "FAILED"
	}
	back := "-"
	if recovery > 0 {
		back = recovery.Round(time.Millisecond).String()
	}
	t.Logf("RESULT|%s|%d|%d|%s|%s", fault, rounds, acknowledged, result, back)
}
