package network

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"contactgraph/internal/acceptance/harness"
)

// TestHangup: SIGHUP applies the log level of the configuration file and keeps everything else. A
// file with an error changes nothing, and no SIGHUP ends the process.
func TestHangup(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "contactgraph.yaml")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("log-level: warn\nmax-cost: 100\n")
	s := harness.Launch(t, harness.NewDatabase(t, harness.Selected()), "--config", file)
	s.Await()
	socket, err := s.OpenSocket(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	hangup := func(text, logged string) {
		t.Helper()
		write(text)
		before := strings.Count(s.Log.String(), logged)
		if err := syscall.Kill(s.PID(), syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		for end := time.Now().Add(10 * time.Second); strings.Count(s.Log.String(), logged) == before; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("after %q, the log does not contain %q:\n%s", text, logged, s.Log)
			}
		}
	}
	const access = "GET /healthz" // in the log from the level info on
	requests := func() int {
		for range 2 { // on one connection, so the first is in the log when the second is answered
			if r := s.Send(nil, "GET", "/healthz", "", ""); r.Status != 200 {
				t.Errorf("/healthz: %d", r.Status)
			}
		}
		return strings.Count(s.Log.String(), access)
	}
	if n := requests(); n != 0 {
		t.Fatalf("%d requests in the log at the level warn:\n%s", n, s.Log)
	}
	hangup("log-level: info\nmax-cost: 100\n", "the settings were read again")
	if requests() == 0 {
		t.Errorf("no request in the log at the level info:\n%s", s.Log)
	}
	hangup("log-level: loud\n", "the settings could not be read again")
	if !strings.Contains(s.Log.String(), "line 1: log-level has a wrong value") {
		t.Errorf("the reason is not in the log:\n%s", s.Log)
	}
	before := strings.Count(s.Log.String(), access)
	if requests() == before {
		t.Errorf("a file with an error has changed the level:\n%s", s.Log)
	}
	hangup("log-level: error\nmax-cost: 100\n", "the settings were read again")
	before = strings.Count(s.Log.String(), access)
	if requests() != before {
		t.Errorf("a request in the log at the level error:\n%s", s.Log)
	}
	hangup("log-level: info\nmax-cost: 200\n", "some settings have changed, but apply only after a restart")
	if !strings.Contains(s.Log.String(), "flags=[--max-cost]") {
		t.Errorf("the changed setting is not in the log:\n%s", s.Log)
	}
	if err := socket.Subscribe(t.Context(), "{ __typename }", nil); err != nil {
		t.Error(err)
	}
	if _, err := socket.Next(t.Context()); err != nil {
		t.Errorf("the WebSocket was closed: %v", err)
	}
}
