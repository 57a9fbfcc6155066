package faults

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"contactgraph/internal/acceptance/harness"
)

// balancer is the configuration of docs/operating.md, on other ports. Its arguments are its address
// and those of three servers.
const balancer = `
global
    maxconn 256
defaults
    mode http
    timeout connect 1s
    timeout client 30s
    timeout server 30s
frontend all
    bind %s
    default_backend contacts
backend contacts
    option httpchk GET /readyz
    default-server check inter 1s fall 2 rise 1
    server a %s
    server b %s
    server c %s
`

// TestRollingRestart restarts three servers behind HAProxy one after the other, while clients read
// and write. No request fails.
func TestRollingRestart(t *testing.T) {
	harness.RequireEngine(t, harness.Postgres)
	t.Parallel()
	database := harness.NewDemoDatabase(t, harness.Postgres, 100)
	var addresses []string
	for range 4 {
		addresses = append(addresses, harness.FreeAddress(t))
	}
	var servers []*harness.Server
	for _, address := range addresses[1:] {
		s := harness.Launch(t, database, "--demo", "--demo-contacts", "100", "--addr", address, "--drain-delay", "3s")
		s.Await()
		servers = append(servers, s)
	}
	startBalancer(t, addresses)
	front := *servers[0]
	front.URL = "http://" + addresses[0]
	front.AwaitReady()

	ctx, stop := context.WithCancel(t.Context())
	var clients sync.WaitGroup
	var answered atomic.Int64
	for i := range 8 {
		clients.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				document := fmt.Sprintf(`{"query": "mutation { updateContact(input: {id: %d, onConflict: OVERWRITE, set: {firstName: \"n%d\"}}) { errors { code } } }"}`, i+1, n)
				r, err := front.TrySend(harness.APIKey("demo-agent"), http.MethodPost, "/graphql", "application/json", document)
				if err != nil || r.Status != http.StatusOK || !strings.Contains(r.Body, `"errors":[]`) {
					t.Errorf("client %d: %v, %d %.200s", i, err, r.Status, r.Body)
					return
				}
				answered.Add(1)
				time.Sleep(10 * time.Millisecond) // the servers that start need the processor, too
			}
		})
	}
	for _, s := range servers {
		restart(t, s)
	}
	stop()
	clients.Wait()
	report(t, "servers restarted in turn behind HAProxy", len(servers), int(answered.Load()), 0)
}

// restart restarts a server, and waits until the balancer has noticed.
func restart(t *testing.T, s *harness.Server) {
	t.Helper()
	if err := syscall.Kill(s.PID(), syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := s.AwaitExit(); err != nil {
		t.Fatalf("the server exited with %v:\n%s", err, s.Log)
	}
	s.Relaunch()
	s.AwaitReady()
	time.Sleep(2 * time.Second)
}

// startBalancer runs HAProxy until the test ends.
func startBalancer(t *testing.T, addresses []string) {
	t.Helper()
	program, err := exec.LookPath("haproxy")
	if err != nil {
		program = "/usr/sbin/haproxy"
	}
	config := filepath.Join(t.TempDir(), "haproxy.cfg")
	text := fmt.Sprintf(balancer, addresses[0], addresses[1], addresses[2], addresses[3])
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "-f", config, "-db")
	output := &harness.Output{}
	cmd.Stdout, cmd.Stderr = output, output
	if err := cmd.Start(); err != nil {
		t.Fatalf("starting HAProxy (the Debian package haproxy): %v", err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		if t.Failed() {
			t.Logf("HAProxy: %s", output)
		}
	})
}
