package harness

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Server is a server process that a test has started.
type Server struct {
	T        *testing.T // fails if something goes wrong with the server
	URL      string     // http://127.0.0.1:PORT, known after Await
	Database string     // the address of its database
	Stdout   *Output
	Log      *Output // its standard error
	Variant  Variant // what Relaunch starts

	args   []string
	cmd    *exec.Cmd
	stdout io.Reader // copies what is read to Stdout
}

// Output collects what a process writes.
type Output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *Output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

// String returns what the process has written so far.
func (o *Output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// Start starts a server on the database, which gets demo data if it is empty, and waits until the
// server is ready.
func Start(t *testing.T, database string, contacts int) *Server {
	t.Helper()
	s := Launch(t, database, "--demo", "--demo-contacts", fmt.Sprint(contacts))
	s.Await()
	return s
}

// Launch starts a server on the database and returns at once; see Await. The flags are those of the
// command serve. The server stops when the test ends.
func Launch(t *testing.T, database string, flags ...string) *Server {
	t.Helper()
	return Variant{}.Launch(t, database, flags...)
}

// Variant is another program than that of this module, or another environment.
type Variant struct {
	Binary string   // "" for the one that Program returns
	Env    []string // added to the environment, as NAME=VALUE
}

// Launch is the function Launch for this variant.
func (v Variant) Launch(t *testing.T, database string, flags ...string) *Server {
	t.Helper()
	s := &Server{T: t, Database: database, Stdout: &Output{}, Log: &Output{}, Variant: v}
	s.args = append([]string{"serve", "--addr", "127.0.0.1:0", "--database", database}, flags...)
	s.Relaunch()
	t.Cleanup(s.Stop)
	return s
}

// Relaunch starts a server that was killed, with the same flags, and returns at once.
func (s *Server) Relaunch() {
	s.T.Helper()
	binary := s.Variant.Binary
	if binary == "" {
		binary = Program(s.T)
	}
	s.cmd = exec.Command(binary, s.args...)
	s.cmd.Env = append(os.Environ(), s.Variant.Env...)
	stdout, err := s.cmd.StdoutPipe()
	if err != nil {
		s.T.Fatal(err)
	}
	s.stdout = io.TeeReader(stdout, s.Stdout)
	s.cmd.Stderr = s.Log
	if err := s.cmd.Start(); err != nil {
		s.T.Fatal(err)
	}
}

var address = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

// Await waits until a launched server has printed its address and is ready.
func (s *Server) Await() {
	s.T.Helper()
	lines := bufio.NewScanner(s.stdout)
	for s.URL == "" && lines.Scan() {
		s.URL = address.FindString(lines.Text())
	}
	if s.URL == "" {
		s.T.Fatalf("the server printed no address:\n%s", s.Log)
	}
	go io.Copy(io.Discard, s.stdout)
	s.AwaitReady()
}

// AwaitReady waits until /readyz reports that the server is ready, at most 30 seconds.
func (s *Server) AwaitReady() {
	s.T.Helper()
	var last string
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		r, err := http.Get(s.URL + "/readyz")
		if err != nil {
			last = err.Error()
			continue
		}
		body, _ := io.ReadAll(r.Body)
		r.Body.Close()
		if r.StatusCode == http.StatusOK {
			return
		}
		last = string(body)
	}
	s.T.Fatalf("not ready after 30 s (%s):\n%s", last, s.Log)
}

// PID returns the process id.
func (s *Server) PID() int { return s.cmd.Process.Pid }

// Stop sends SIGTERM and waits for the end of the server. The test fails if the server exits with
// an error, or if the race detector has reported something. A killed server stays as it is.
func (s *Server) Stop() {
	if s.cmd.ProcessState != nil {
		return // it was stopped or killed before
	}
	s.cmd.Process.Signal(syscall.SIGTERM)
	if err := s.cmd.Wait(); err != nil {
		s.T.Errorf("the server exited with %v:\n%s", err, s.Log)
	}
	if strings.Contains(s.Log.String(), "DATA RACE") {
		s.T.Errorf("data race in the server:\n%s", s.Log)
	}
}

// AwaitExit waits for the end of a server that is expected not to start, and returns its error.
func (s *Server) AwaitExit() error { return s.cmd.Wait() }

// Kill ends the server with SIGKILL, as a crash would.
func (s *Server) Kill() {
	s.cmd.Process.Kill()
	s.cmd.Wait()
}

// Crash ends the server with a signal that makes a Go program print its stacks, and waits for the
// end.
func (s *Server) Crash(signal syscall.Signal) {
	s.cmd.Process.Signal(signal)
	s.cmd.Wait()
}
