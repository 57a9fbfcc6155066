package acceptance

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// process is a running server, on a port of its own.
type process struct {
	t        *testing.T
	url      string
	database string
	args     []string
	cmd      *exec.Cmd
	stdout   io.Reader
	told     *output // what it has said there
	log      *output
}

// output collects what a process writes.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// demo starts a server with the demo data and this many contacts in a new database.
func demo(t *testing.T, contacts int) *process {
	t.Helper()
	return start(t, newDatabase(t, chosen), contacts)
}

var address = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

// start starts a server with demo data on the database and waits until it is ready.
func start(t *testing.T, database string, contacts int) *process {
	t.Helper()
	s := launch(t, database, "--demo", "--demo-contacts", fmt.Sprint(contacts))
	s.await()
	return s
}

// launch starts a server on the database.
func launch(t *testing.T, database string, flags ...string) *process {
	t.Helper()
	s := &process{t: t, database: database, told: &output{}, log: &output{}}
	s.args = append([]string{"serve", "--addr", "127.0.0.1:0", "--database", database}, flags...)
	s.run()
	t.Cleanup(s.stop)
	return s
}

// run starts the server: also one that was killed, as it was started before.
func (s *process) run() {
	s.t.Helper()
	s.cmd = exec.Command(program, s.args...)
	stdout, err := s.cmd.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	s.stdout = io.TeeReader(stdout, s.told)
	s.cmd.Stderr = s.log
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
}

// await waits until a launched server is ready.
func (s *process) await() {
	s.t.Helper()
	lines := bufio.NewScanner(s.stdout)
	for s.url == "" && lines.Scan() {
		s.url = address.FindString(lines.Text())
	}
	if s.url == "" {
		s.t.Fatalf("the server printed no address:\n%s", s.log)
	}
	go io.Copy(io.Discard, s.stdout)
	s.waitReady()
}

func (s *process) waitReady() {
	s.t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if r, err := http.Get(s.url + "/readyz"); err == nil {
			r.Body.Close()
			if r.StatusCode == http.StatusOK {
				return
			}
		}
	}
	s.t.Fatalf("not ready after 30 s:\n%s", s.log)
}

// stop ends the server as an operator does, and fails the test if it does not go in peace or the race detector spoke.
func (s *process) stop() {
	if s.cmd.ProcessState != nil {
		return // killed by the test
	}
	s.cmd.Process.Signal(syscall.SIGTERM)
	if err := s.cmd.Wait(); err != nil {
		s.t.Errorf("the server ended with %v:\n%s", err, s.log)
	}
	if strings.Contains(s.log.String(), "DATA RACE") {
		s.t.Errorf("data race in the server:\n%s", s.log)
	}
}

// kill ends the server as a crash does.
func (s *process) kill() {
	s.cmd.Process.Kill()
	s.cmd.Wait()
}

// who sends a request: its headers carry the credentials.
type who http.Header

func key(k string) who        { return who{"X-Apikey": {k}} }
func bearer(token string) who { return who{"Authorization": {"Bearer " + token}} }

var anonymous = who{}

// answer is a response that has been read.
type answer struct {
	status int
	header http.Header
	body   string
}

// send makes a request with a body of the media type; neither for "".
func (s *process) send(w who, method, path, mediaType, body string) answer {
	s.t.Helper()
	a, err := s.try(w, method, path, mediaType, body)
	if err != nil {
		s.t.Fatal(err)
	}
	return a
}

// try is send for requests that may fail because the server is being killed.
func (s *process) try(w who, method, path, mediaType, body string) (answer, error) {
	return s.tryWithin(context.Background(), w, method, path, mediaType, body)
}

// tryWithin is try for requests that are given up when ctx ends.
func (s *process) tryWithin(ctx context.Context, w who, method, path, mediaType, body string) (answer, error) {
	r, err := http.NewRequestWithContext(ctx, method, s.url+path, strings.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	maps.Copy(r.Header, w)
	if mediaType != "" {
		r.Header.Set("Content-Type", mediaType)
	}
	return read(browser.Do(r))
}

// browser keeps as many connections as there are clients, and waits for no answer for ever.
var browser = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients}, Timeout: time.Minute}

func read(resp *http.Response, err error) (answer, error) {
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, string(b)}, err
}

// graphql is the answer to a GraphQL request.
type graphql struct {
	Data   map[string]json.RawMessage
	Errors []struct {
		Message    string
		Extensions struct{ Code, Cursor string }
	}
}

// variables of a GraphQL request.
type variables map[string]any

// query runs a document.
func (s *process) query(w who, document string, v variables) graphql {
	s.t.Helper()
	g, err := s.tryQuery(w, document, v)
	if err != nil {
		s.t.Fatal(err)
	}
	return g
}

func (s *process) tryQuery(w who, document string, v variables) (graphql, error) {
	request, err := json.Marshal(map[string]any{"query": document, "variables": v})
	if err != nil {
		return graphql{}, err
	}
	a, err := s.try(w, "POST", "/graphql", "application/json", string(request))
	if err != nil {
		return graphql{}, err
	}
	var g graphql
	if err := json.Unmarshal([]byte(a.body), &g); err != nil {
		return g, fmt.Errorf("%d %s: %w", a.status, a.body, err)
	}
	return g, nil
}

// into runs a document that must not fail, and reads its first field.
func into[T any](s *process, w who, document string, v variables) T {
	s.t.Helper()
	g := s.query(w, document, v)
	if len(g.Errors) > 0 {
		s.t.Fatalf("%s: %+v", document, g.Errors)
	}
	var t T
	for _, raw := range g.Data {
		if err := json.Unmarshal(raw, &t); err != nil {
			s.t.Fatalf("%s: %v", raw, err)
		}
	}
	return t
}

// customer signs the demo customer in.
func (s *process) customer() who {
	s.t.Helper()
	payload := into[struct{ Token string }](s, anonymous,
		`mutation { signIn(account: "Demo", login: "customer11@1to1service.com", password: "demo-password") { token } }`, nil)
	if payload.Token == "" {
		s.t.Fatal("the demo customer could not sign in")
	}
	return bearer(payload.Token)
}
