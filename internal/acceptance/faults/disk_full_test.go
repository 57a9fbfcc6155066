package faults

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"contactgraph/internal/acceptance/harness"

	"golang.org/x/sys/unix"
)

// fillContacts is how many contacts the tests write, in turn.
const fillContacts = 8

// TestFullDiskRefusesWritesAndLosesNone fills the disk. Writes fail and reads succeed, no
// acknowledged write is lost, and writes succeed again soon after there is room.
func TestFullDiskRefusesWritesAndLosesNone(t *testing.T) {
	harness.RequireEngine(t, harness.SQLite)
	t.Parallel()
	dir := smallDisk(t, 8<<20)
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 2<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	s := harness.Start(t, filepath.Join(dir, "full.db"), fillContacts)
	w := &filler{server: s, names: map[int]string{}}
	for begin := time.Now(); w.refused < 3*fillContacts; {
		if time.Since(begin) > time.Minute {
			t.Fatalf("the disk is not full after %d writes", w.acked)
		}
		w.write(t)
	}
	w.check(t)
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	refused := w.refused
	recovery := w.recovery(t)
	t.Logf("%d writes refused, %d of them after there was room", w.refused, w.refused-refused)
	w.check(t)
	s.Stop()
	s = harness.Start(t, s.Database, fillContacts)
	w.server = s
	w.check(t)
	report(t, "full disk", 1, w.acked, recovery)
}

// recovery writes until a write succeeds, and returns how long that took: at most two seconds.
func (w *filler) recovery(t *testing.T) time.Duration {
	t.Helper()
	begin := time.Now()
	for before := w.acked; w.acked == before; w.write(t) {
		if time.Since(begin) > 2*time.Second {
			t.Fatalf("no write succeeded within %s of the end of the fault", time.Since(begin))
		}
	}
	return time.Since(begin)
}

// smallDisk mounts a file system of a number of bytes. It skips the test unless it runs as root.
func smallDisk(t *testing.T, bytes int) string {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can mount a small file system")
	}
	dir := t.TempDir()
	switch err := unix.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", bytes)); {
	case errors.Is(err, unix.EPERM):
		t.Skip("this root may not mount a file system")
	case err != nil:
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, 0); err != nil {
			t.Errorf("unmounting %s: %v", dir, err)
		}
	})
	return dir
}

// filler writes a lot of data to each contact in turn.
type filler struct {
	server                *harness.Server
	tried, acked, refused int
	names                 map[int]string // the last acknowledged first name of each contact
}

// write writes a first name and a long value to the next contact.
func (w *filler) write(t *testing.T) {
	t.Helper()
	contact, name := w.tried%fillContacts+1, fmt.Sprint("n", w.tried)
	w.tried++
	long := `{"value":"` + strings.Repeat("x", 3900) + `"},`
	status, code := w.send(contact, name, "["+strings.Repeat(long, 9)+`{"value":"`+name+`"}]`)
	switch {
	case status == http.StatusOK && code == "":
		w.acked++
		w.names[contact] = name
	case status == http.StatusServiceUnavailable && code == "SERVICE_UNAVAILABLE":
		w.refused++
	default:
		t.Fatalf("writing during the fault: %d %s\n%s", status, code, w.server.Log)
	}
}

// send writes the first name and the values of a property. It returns the status and the error
// code, which is "" if the write succeeded.
func (w *filler) send(contact int, name, values string) (status int, code string) {
	body := fmt.Sprintf(`{"query":"mutation($v: [PropertyValueInput!]) { setContactDetails(input: {id: %d, onConflict: OVERWRITE,
		properties: [{propertyId: 9, values: $v}, {propertyId: 1, values: [{value: \"%s\"}]}]}) { errors { code } } }","variables":{"v":%s}}`,
		contact, name, values)
	a := w.server.Send(harness.APIKey("demo-agent"), "POST", "/graphql", "application/json", strings.ReplaceAll(body, "\n\t\t", " "))
	var g harness.Result
	if err := json.Unmarshal([]byte(a.Body), &g); err != nil {
		return a.Status, a.Body
	}
	if len(g.Errors) > 0 {
		return a.Status, g.Errors[0].Extensions.Code
	}
	var o harness.WriteResult
	if err := json.Unmarshal(g.Data["setContactDetails"], &o); err != nil || len(o.Errors) > 0 {
		return a.Status, a.Body
	}
	return a.Status, ""
}

// check reads each contact over GraphQL and REST: it has the last first name that was acknowledged.
func (w *filler) check(t *testing.T) {
	t.Helper()
	for contact, name := range w.names {
		got := harness.Query[struct{ FirstName string }](w.server, harness.APIKey("demo-agent"), `query($id: ID!) { contact(id: $id) { firstName } }`,
			harness.Variables{"id": fmt.Sprint(contact)})
		if got.FirstName != name {
			t.Errorf("contact %d has the first name %q, %q was acknowledged", contact, got.FirstName, name)
		}
		if a := w.server.Send(harness.APIKey("demo-agent"), "GET", fmt.Sprint("/api/v1/Contacts/", contact), "", ""); a.Status != 200 {
			t.Errorf("reading contact %d: %d %s", contact, a.Status, a.Body)
		}
	}
}

// TestFailedCommitStopsWrites makes a commit fail. The server reports that the outcome of that
// write is unknown and refuses all later ones. After a restart all acknowledged writes are there.
func TestFailedCommitStopsWrites(t *testing.T) {
	harness.RequireEngine(t, harness.SQLite)
	t.Parallel()
	s := harness.Start(t, harness.NewDatabase(t, harness.SQLite), fillContacts)
	w := &filler{server: s, names: map[int]string{}}
	for range 2 * fillContacts {
		w.write(t)
	}
	failFileWrites(t, s)
	status, code := w.send(1, "failed", `[{"value":"v"}]`)
	if status != 503 || code != "OUTCOME_UNKNOWN" {
		t.Errorf("a write whose commit failed: %d %s", status, code)
	}
	if status, code := w.send(2, "refused", `[{"value":"v"}]`); status != 503 || code != "SERVICE_UNAVAILABLE" {
		t.Errorf("a write after a commit that failed: %d %s", status, code)
	}
	if a := s.Send(harness.Anonymous, "GET", "/readyz", "", ""); a.Status != 503 {
		t.Errorf("/readyz after a commit that failed: %d", a.Status)
	}
	w.names[1] = harness.Query[struct{ FirstName string }](s, harness.APIKey("demo-agent"), `{ contact(id: 1) { firstName } }`, nil).FirstName
	s.Stop()
	w.server = harness.Start(t, s.Database, fillContacts)
	if got := harness.Query[struct{ FirstName string }](w.server, harness.APIKey("demo-agent"), `{ contact(id: 1) { firstName } }`, nil).FirstName; got == "failed" {
		w.names[1] = got // the commit may have reached the disk after all
	}
	w.check(t)
	w.write(t)
}

// failFileWrites makes each write of the server to a file fail, as on a broken disk. The server's
// log goes to a pipe, which still works.
func failFileWrites(t *testing.T, s *harness.Server) {
	t.Helper()
	if err := unix.Prlimit(s.PID(), unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: 0, Max: unix.RLIM_INFINITY}, nil); err != nil {
		t.Fatal(err)
	}
}
