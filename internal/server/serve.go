package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// The limits of a connection. They bound the resources that a slow or hostile client can use. An
// API that streams removes the timeouts of its own connections.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 15 * time.Second
	writeTimeout      = 30 * time.Second
	idleTimeout       = 60 * time.Second
	maxHeaderBytes    = 16 << 10
)

// drainTimeout is how long a server that is stopping waits for running requests.
const drainTimeout = 15 * time.Second

// Serve answers the connections of the listener until ctx ends. Then it accepts no new connections,
// waits for running requests, and returns nil. It fails if requests are still running after 15
// seconds, or if the listener fails.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	h := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		// Messages of net/http are about connections, and contain addresses of clients.
		ErrorLog: slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug),
	}
	failed := make(chan error, 1)
	go func() { failed <- h.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serving: %w", err)
	case <-ctx.Done():
	}
	s.stopping.Store(true)
	var streams sync.WaitGroup
	streams.Go(s.CloseStreams)
	defer streams.Wait()
	s.Log.InfoContext(ctx, "stopping: waiting for running requests", slog.Duration("timeout", drainTimeout))
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
	defer cancel()
	// h.Serve returns as soon as Shutdown begins; only Shutdown returns after the last response.
	if err := h.Shutdown(drain); err != nil {
		return errors.Join(fmt.Errorf("stopping: requests were still running after %s and were aborted: %w", drainTimeout, err), h.Close())
	}
	return nil
}
