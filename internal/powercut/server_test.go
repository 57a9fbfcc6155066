package powercut

import (
	"bufio"
	"bytes"
	"database/sql"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"sync"
	"testing"
	"time"
)

// cuts is how often the power of the server is cut if CONTACTGRAPH_TEST_POWERCUT is set.
const cuts = 50

// acked is a write that the server acknowledged.
type acked struct {
	contact int
	version uint64
	name    string

	sent, answered time.Time
}

// TestServer checks that every write that the server acknowledged before the power failed exists
// afterwards, and that the database is not damaged.
func TestServer(t *testing.T) {
	d, cuts := newDisk(t), many(cuts)
	program := filepath.Join(t.TempDir(), "contactgraph")
	if out, err := exec.Command("go", "build", "-o", program, "contactgraph").CombinedOutput(); err != nil {
		t.Fatalf("building the server: %v\n%s", err, out)
	}
	database := d.file("contacts.db")
	var all, late []acked
	s := serve(t, program, database)
	for range cuts {
		acks := make([][]acked, clients)
		var wg, started sync.WaitGroup
		started.Add(clients)
		for i := range clients {
			wg.Go(func() { acks[i] = s.write(t, i+1, sync.OnceFunc(started.Done)) })
		}
		started.Wait() // on a busy machine, the first writes take long
		time.Sleep(time.Duration(50+rand.IntN(350)) * time.Millisecond)
		power := d.cut()
		wg.Wait() // each client writes until a write fails
		s.kill()
		d.recover()
		s = serve(t, program, database)
		for _, a := range slices.Concat(acks...) {
			switch {
			case a.answered.Before(power.begin):
				all = append(all, a)
			case a.sent.After(power.end):
				t.Errorf("a write was acknowledged that was sent %s after the power failed", a.sent.Sub(power.end))
			default:
				late = append(late, a)
			}
		}
		look(t, database, func(db *sql.DB) { checkIntegrity(t, db) })
	}
	lost, between := missing(t, database, all), missing(t, database, late)
	t.Logf("%d cuts, %d acknowledged writes, %d lost; of %d acknowledged while the power failed %d", cuts, len(all), lost, len(late), between)
	if lost > 0 {
		t.Error("acknowledged writes were lost")
	}
	if len(all) < cuts*clients {
		t.Error("too few writes were acknowledged: the test proves nothing")
	}
	s.kill()
}

// server is a running server.
type server struct {
	cmd *exec.Cmd
	url string
	log bytes.Buffer
}

var address = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

// serve starts the server and waits for its greeting, which it prints when it is ready.
func serve(t *testing.T, program, database string) *server {
	t.Helper()
	s := &server{cmd: exec.Command(program, "serve", "--demo", "--demo-contacts", fmt.Sprint(clients),
		"--addr", "127.0.0.1:0", "--database", database)}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	s.cmd.Stderr = &s.log
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.kill)
	lines := bufio.NewScanner(out)
	for s.url == "" && lines.Scan() {
		s.url = address.FindString(lines.Text())
	}
	if s.url == "" {
		s.kill()
		t.Fatalf("the server did not start:\n%s", &s.log)
	}
	go io.Copy(io.Discard, out)
	return s
}

func (s *server) kill() {
	if s.cmd.ProcessState == nil {
		s.cmd.Process.Kill()
		s.cmd.Wait()
	}
}

// browser limits how long a client waits for a server whose disk has no power.
var browser = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients}, Timeout: 10 * time.Second}

const rename = `mutation($id: ID!, $name: String!) {
	updateContact(input: {id: $id, onConflict: OVERWRITE, set: {firstName: $name}}) { contact { version } errors { code } } }`

// write updates the contact until an update fails, and returns the acknowledged ones. It calls
// started after the first one.
func (s *server) write(t *testing.T, contact int, started func()) (done []acked) {
	defer started() // if there is none
	for {
		name, sent := fmt.Sprint(rand.Uint64()), time.Now()
		version, err := s.rename(contact, name)
		if err != nil {
			return done
		}
		b, err := base64.StdEncoding.DecodeString(version)
		if err != nil || len(b) != 8 {
			t.Errorf("%q is not a version", version)
			return done
		}
		done = append(done, acked{contact, binary.BigEndian.Uint64(b), name, sent, time.Now()})
		started()
	}
}

// rename updates the contact once and returns the acknowledged version.
func (s *server) rename(contact int, name string) (string, error) {
	body, err := json.Marshal(map[string]any{"query": rename, "variables": map[string]any{"id": fmt.Sprint(contact), "name": name}})
	if err != nil {
		return "", err
	}
	r, err := http.NewRequest(http.MethodPost, s.url+"/graphql", bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	r.Header = http.Header{"X-Apikey": {"demo-agent"}, "Content-Type": {"application/json"}}
	resp, err := browser.Do(r)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	var result struct {
		Data struct {
			UpdateContact *struct{ Contact *struct{ Version string } }
		}
	}
	err = json.NewDecoder(resp.Body).Decode(&result)
	if u := result.Data.UpdateContact; err == nil && u != nil && u.Contact != nil {
		return u.Contact.Version, nil
	}
	return "", fmt.Errorf("%d: %w", resp.StatusCode, err)
}

// look opens the database while the server runs.
func look(t *testing.T, database string, fn func(*sql.DB)) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+database+"?mode=ro&_query_only=1&_busy_timeout=5000")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	fn(db)
}

// missing counts the writes that the change log does not have.
func missing(t *testing.T, database string, acks []acked) (lost int) {
	t.Helper()
	there := map[acked]bool{}
	look(t, database, func(db *sql.DB) {
		rows, err := db.Query(`SELECT contact_id, version, f.value ->> 'new' FROM changes, json_each(fields) f
			WHERE kind = 'UPDATE' AND f.value ->> 'path' = 'firstName'`)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var a acked
			if err := rows.Scan(&a.contact, &a.version, &a.name); err != nil {
				t.Fatal(err)
			}
			there[a] = true
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	})
	for _, a := range acks {
		if !there[acked{contact: a.contact, version: a.version, name: a.name}] {
			lost++
		}
	}
	return lost
}
