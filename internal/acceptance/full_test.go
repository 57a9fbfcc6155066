package acceptance

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

	"golang.org/x/sys/unix"
)

// The contacts that are written while there is no room, and the others that are only read.
const fullContacts = 8

// With no room on the disk writes are refused and reads go on; nothing that was acknowledged is lost, and writing works again
// soon after there is room.
func TestFullDisk(t *testing.T) {
	only(t, sqlite)
	t.Parallel()
	dir := smallDisk(t, 8<<20)
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 2<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	s := start(t, filepath.Join(dir, "full.db"), fullContacts)
	w := &filler{s: s, names: map[int]string{}}
	for begin := time.Now(); w.refused < 3*fullContacts; {
		if time.Since(begin) > time.Minute {
			t.Fatalf("the disk is not full after %d writes", w.acked)
		}
		w.write(t)
	}
	w.check(t)
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	room, refused := time.Now(), w.refused
	for before := w.acked; w.acked == before; w.write(t) {
		if time.Since(room) > 2*time.Second {
			t.Fatalf("no write %s after there was room", time.Since(room))
		}
	}
	t.Logf("%d writes acknowledged, %d refused; the first was taken again %s after there was room, %d were refused meanwhile",
		w.acked, w.refused, time.Since(room), w.refused-refused)
	w.check(t)
	s.stop()
	s = start(t, s.database, fullContacts)
	w.s = s
	w.check(t)
}

// smallDisk mounts a file system of so many bytes.
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

// filler writes much to each contact in turn.
type filler struct {
	s                     *process
	tried, acked, refused int
	names                 map[int]string // the last name that was acknowledged
}

// write makes one write: a name and a long value.
func (w *filler) write(t *testing.T) {
	t.Helper()
	contact, name := w.tried%fullContacts+1, fmt.Sprint("n", w.tried)
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
		t.Fatalf("a write to a full disk: %d %s", status, code)
	}
}

// send writes the values of a property, and returns the status and the code of the error.
func (w *filler) send(contact int, name, values string) (status int, code string) {
	body := fmt.Sprintf(`{"query":"mutation($v: [PropertyValueInput!]) { setContactDetails(input: {id: %d, onConflict: OVERWRITE,
		properties: [{propertyId: 9, values: $v}, {propertyId: 1, values: [{value: \"%s\"}]}]}) { errors { code } } }","variables":{"v":%s}}`,
		contact, name, values)
	a := w.s.send(key("demo-agent"), "POST", "/graphql", "application/json", strings.ReplaceAll(body, "\n\t\t", " "))
	var g graphql
	if err := json.Unmarshal([]byte(a.body), &g); err != nil {
		return a.status, a.body
	}
	if len(g.Errors) > 0 {
		return a.status, g.Errors[0].Extensions.Code
	}
	var o outcome
	if err := json.Unmarshal(g.Data["setContactDetails"], &o); err != nil || len(o.Errors) > 0 {
		return a.status, a.body
	}
	return a.status, ""
}

// check reads every contact at both doors: each has the last name that was acknowledged.
func (w *filler) check(t *testing.T) {
	t.Helper()
	for contact, name := range w.names {
		got := into[struct{ FirstName string }](w.s, key("demo-agent"), `query($id: ID!) { contact(id: $id) { firstName } }`,
			variables{"id": fmt.Sprint(contact)})
		if got.FirstName != name {
			t.Errorf("contact %d is named %q, acknowledged was %q", contact, got.FirstName, name)
		}
		if a := w.s.send(key("demo-agent"), "GET", fmt.Sprint("/api/v1/Contacts/", contact), "", ""); a.status != 200 {
			t.Errorf("reading contact %d: %d %s", contact, a.status, a.body)
		}
	}
}

// A commit that fails is told as one whose outcome is unknown. The server writes no more until its next start, which finds all
// that was acknowledged.
func TestFailedCommit(t *testing.T) {
	only(t, sqlite)
	t.Parallel()
	s := start(t, newDatabase(t, sqlite), fullContacts)
	w := &filler{s: s, names: map[int]string{}}
	for range 2 * fullContacts {
		w.write(t)
	}
	forbidFiles(t, s)
	status, code := w.send(1, "failed", `[{"value":"v"}]`)
	if status != 503 || code != "OUTCOME_UNKNOWN" {
		t.Errorf("a write whose commit failed: %d %s", status, code)
	}
	if status, code := w.send(2, "refused", `[{"value":"v"}]`); status != 503 || code != "SERVICE_UNAVAILABLE" {
		t.Errorf("a write after a commit that failed: %d %s", status, code)
	}
	if a := s.send(anonymous, "GET", "/readyz", "", ""); a.status != 503 {
		t.Errorf("/readyz after a commit that failed: %d", a.status)
	}
	w.names[1] = into[struct{ FirstName string }](s, key("demo-agent"), `{ contact(id: 1) { firstName } }`, nil).FirstName
	s.stop()
	w.s = start(t, s.database, fullContacts)
	if got := into[struct{ FirstName string }](w.s, key("demo-agent"), `{ contact(id: 1) { firstName } }`, nil).FirstName; got == "failed" {
		w.names[1] = got // the commit may have reached the disk after all
	}
	w.check(t)
	w.write(t)
}

// forbidFiles lets the server write to no file: each attempt fails, as on a disk that is broken. Its log goes to a pipe.
func forbidFiles(t *testing.T, s *process) {
	t.Helper()
	if err := unix.Prlimit(s.cmd.Process.Pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: 0, Max: unix.RLIM_INFINITY}, nil); err != nil {
		t.Fatal(err)
	}
}
