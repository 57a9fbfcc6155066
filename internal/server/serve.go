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

// The limits of a connection. They bound what a slow or hostile client can hold; a door that streams lifts its own.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 15 * time.Second
	writeTimeout      = 30 * time.Second
	idleTimeout       = 60 * time.Second
	maxHeaderBytes    = 16 << 10
)

// drainLimit is how long Serve waits for requests that are being answered when it is told to stop.
const drainLimit = 15 * time.Second

// Serve answers the listener's connections until ctx ends. Then it takes no new ones, lets running requests end, and returns
// nil; it fails if some have not ended within the limit, or if the listener fails.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	h := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		// What net/http itself has to say is about connections, and names who is at the other end.
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
	streams.Go(s.Stop)
	defer streams.Wait()
	s.Log.InfoContext(ctx, "stopping: waiting for running requests")
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainLimit)
	defer cancel()
	// Serve above returns as soon as this begins; only this tells when the last request has been answered.
	if err := h.Shutdown(drain); err != nil {
		return errors.Join(fmt.Errorf("stopping: requests were cut off after %s: %w", drainLimit, err), h.Close())
	}
	return nil
}
