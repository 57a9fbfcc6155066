package faults

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"contactgraph/internal/acceptance/harness"
)

// TestReadOnlyFileSystem makes the file system of the database read-only and then writable again.
// Meanwhile writes fail and reads succeed, no acknowledged write is lost, and writes succeed soon
// after.
//
// Linux does not make a file system read-only on request while files are open for writing: mount
// fails with EBUSY. After an error of the disk it does, and only a new mount recovers from that. So
// a library makes the system calls fail, as those of a file server do: see testdata/readonly.c.
func TestReadOnlyFileSystem(t *testing.T) {
	harness.RequireEngine(t, harness.SQLite)
	t.Parallel()
	rounds := 1
	if os.Getenv("CONTACTGRAPH_TEST_FAULTS") != "" {
		rounds = 5
	}
	dir := t.TempDir()
	library, readOnly := filepath.Join(dir, "readonly.so"), filepath.Join(dir, "switch")
	if out, err := exec.Command("cc", "-shared", "-fPIC", "-O1", "-o", library, filepath.Join("testdata", "readonly.c")).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	s := harness.Variant{Env: []string{"LD_PRELOAD=" + library, "READ_ONLY_SWITCH=" + readOnly}}.Launch(t,
		harness.NewDatabase(t, harness.SQLite), "--demo", "--demo-contacts", "8")
	s.Await()
	w := &filler{server: s, names: map[int]string{}}
	var slowest time.Duration
	for range rounds {
		for range 2 * fillContacts {
			w.write(t)
		}
		if err := os.WriteFile(readOnly, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		acked := w.acked
		for end := time.Now().Add(3 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
			w.write(t)
			w.check(t)
		}
		if w.acked != acked {
			t.Errorf("%d writes were acknowledged while the file system was read-only", w.acked-acked)
		}
		if a := s.Send(harness.Anonymous, "GET", "/readyz", "", ""); a.Status != 503 || !strings.Contains(a.Body, "the database cannot be written") {
			t.Errorf("/readyz: %d %s", a.Status, a.Body)
		}
		if err := os.Remove(readOnly); err != nil {
			t.Fatal(err)
		}
		slowest = max(slowest, w.recovery(t))
		w.check(t)
	}
	if log := s.Log.String(); !strings.Contains(log, "read-only file system") {
		t.Errorf("the log does not name the cause:\n%s", log)
	}
	s.Stop()
	w.server = harness.Start(t, s.Database, fillContacts)
	w.check(t)
	report(t, "read-only file system", rounds, w.acked, slowest)
}
