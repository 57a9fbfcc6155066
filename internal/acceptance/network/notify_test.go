package network

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"contactgraph/internal/acceptance/harness"
)

// TestServiceManager: the server reports to systemd when it is ready, that it is alive, and when it
// stops. A frozen server does not report that it is alive.
func TestServiceManager(t *testing.T) {
	t.Parallel()
	name := fmt.Sprintf("@contactgraph-test-%d", os.Getpid()) // without a file, whose path would be too long
	socket, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: name, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	next := func(patience time.Duration) string {
		buffer := make([]byte, 1000)
		socket.SetReadDeadline(time.Now().Add(patience))
		n, err := socket.Read(buffer)
		if err != nil {
			return err.Error()
		}
		return string(buffer[:n])
	}
	cmd := exec.Command(harness.Program(t), "serve", "--addr", "127.0.0.1:0", "--database", filepath.Join(t.TempDir(), "x.db"))
	cmd.Env = append(os.Environ(), "NOTIFY_SOCKET="+name, "WATCHDOG_USEC=600000")
	var log harness.Output
	cmd.Stderr = &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	for i, want := range []string{"READY=1", "WATCHDOG=1", "WATCHDOG=1"} {
		if got := next(30 * time.Second); got != want {
			t.Fatalf("message %d is %s, want %s:\n%s", i, got, want, &log)
		}
	}
	cmd.Process.Signal(syscall.SIGSTOP)
	for next(time.Second) == "WATCHDOG=1" { // sent before it was frozen
	}
	if got := next(time.Second); !strings.Contains(got, "timeout") {
		t.Errorf("a frozen server sent %s", got)
	}
	cmd.Process.Signal(syscall.SIGCONT)
	if got := next(30 * time.Second); got != "WATCHDOG=1" {
		t.Errorf("got %s", got)
	}
	cmd.Process.Signal(syscall.SIGTERM)
	got := next(30 * time.Second)
	for got == "WATCHDOG=1" {
		got = next(30 * time.Second)
	}
	if got != "STOPPING=1" {
		t.Errorf("after SIGTERM, got %s", got)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v:\n%s", err, &log)
	}
}
