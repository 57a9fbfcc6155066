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

// The limits of a connection. They bound the resources that a slow or hostile client can use;
// package netlimit bounds what all clients use together. An API that streams removes the timeouts
// of its own connections.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 15 * time.Second
	writeTimeout      = 30 * time.Second
	idleTimeout       = 60 * time.Second
	maxHeaderBytes    = 16 << 10
)

// http2 limits the connections of HTTP/2, which is used with TLS.
var http2 = http.HTTP2Config{
	MaxConcurrentStreams:          100,
	MaxReceiveBufferPerConnection: 64 << 10,
	MaxReceiveBufferPerStream:     64 << 10,
	MaxDecoderHeaderTableSize:     4 << 10,
	SendPingTimeout:               30 * time.Second, // of silence
	PingTimeout:                   15 * time.Second,
	WriteByteTimeout:              10 * time.Second, // without progress
}

// drainTimeout is how long a server that is stopping waits for running requests.
const drainTimeout = 15 * time.Second

// Serve answers the connections of the listener until ctx ends. Then it ends the streams and, for
// DrainDelay, goes on serving while /readyz answers with 503. After that it accepts no new
// connections, ends those whose request has not arrived, waits for running requests, and returns
// nil. It fails if requests are still running after 15 seconds, or if the listener fails.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	h := s.httpServer()
	failed := make(chan error, 1)
	go func() { failed <- s.accept(ctx, h, s.guard.Listen(listener)) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serving: %w", err)
	case <-ctx.Done():
	}
	s.stopping.Store(true)
	var streams sync.WaitGroup
	streams.Go(s.CloseStreams)
	if err := s.delay(ctx, failed); err != nil {
		return err
	}
	s.Log.InfoContext(ctx, "stopping: waiting for running requests", slog.Duration("timeout", drainTimeout))
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
	streams.Go(func() { s.guard.Drain(drain) })
	defer streams.Wait()
	defer cancel()
	// h.Serve returns as soon as Shutdown begins; only Shutdown returns after the last response.
	if err := h.Shutdown(drain); err != nil {
		return errors.Join(fmt.Errorf("stopping: requests were still running after %s and were aborted: %w", drainTimeout, err), h.Close())
	}
	return nil
}

// delay waits until load balancers have learned from /readyz that the server is stopping. It fails
// if the listener fails meanwhile.
func (s *Server) delay(ctx context.Context, failed <-chan error) error {
	if s.DrainDelay == 0 {
		return nil
	}
	s.Log.InfoContext(ctx, "stopping: serving until load balancers know", slog.Duration("delay", s.DrainDelay))
	select {
	case err := <-failed:
		return fmt.Errorf("serving: %w", err)
	case <-time.After(s.DrainDelay):
		return nil
	}
}

// announceClose lets clients and load balancers that keep connections open connect to another
// server for their next request, once this one is stopping.
func (s *Server) announceClose(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.stopping.Load() {
			w.Header().Set("Connection", "close") // HTTP/2 sends GOAWAY for it
		}
		next.ServeHTTP(w, r)
	})
}

func (s *Server) httpServer() *http.Server {
	return &http.Server{
		Handler:           s,
		ConnState:         s.guard.State,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		HTTP2:             &http2,
		// Messages of net/http are about connections, and contain addresses of clients.
		ErrorLog: slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug),
	}
}

// accept accepts connections, with TLS if the server has a certificate, until h is shut down.
func (s *Server) accept(ctx context.Context, h *http.Server, listener net.Listener) error {
	if s.Certificate == nil {
		return h.Serve(listener)
	}
	go s.Certificate.watch(ctx, s.Log)
	h.TLSConfig = s.Certificate.config()
	return h.ServeTLS(listener, "", "")
}
