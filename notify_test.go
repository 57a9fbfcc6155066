package main

import (
	"io"
	"net"
	"testing"
	"time"
)

// TestAliveAtTheLimitOfConnections: a server that closes new connections is alive, and one that
// does not answer, or does not listen, is not.
func TestAliveAtTheLimitOfConnections(t *testing.T) {
	t.Parallel()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	url := "http://" + listener.Addr().String()
	check := func(state string, want bool) {
		t.Helper()
		if err := alive(t.Context(), url, time.Second/5); (err == nil) != want {
			t.Errorf("%s: %v", state, err)
		}
	}
	check("nothing is accepted", false)
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = io.CopyN(io.Discard, connection, 1) // the one of the first check has ended
			_ = connection.Close()
		}
	}()
	check("connections are closed", true)
	_ = listener.Close()
	check("nothing listens", false)
}
