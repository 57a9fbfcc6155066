package server

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"time"
)

// pingTimeout is how long /readyz waits for the database.
const pingTimeout = 2 * time.Second

// The reasons that /readyz gives, next to those of Config.Ready.
var (
	errStopping = errors.New("the server is shutting down")
	errDatabase = errors.New("the database is unreachable")
)

// healthz reports that the process is alive, and which version it is.
func (s *Server) healthz(w http.ResponseWriter, _ *http.Request) {
	writeHealth(w, http.StatusOK, health{Status: "alive", Version: s.Version.Version, Migration: s.Version.Migration})
}

// readyz reports whether a load balancer should send requests to this server.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	if err := s.ready(r.Context()); err != nil {
		writeHealth(w, http.StatusServiceUnavailable, health{Status: "not ready", Reason: err.Error()})
		return
	}
	writeHealth(w, http.StatusOK, health{Status: "ready"})
}

// Usable returns why /readyz answers with 503, as far as that is known without asking the database.
func (s *Server) Usable(ctx context.Context) error {
	if s.stopping.Load() {
		return errStopping
	}
	return s.Ready(ctx)
}

func (s *Server) ready(ctx context.Context) error {
	if err := s.Usable(ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, pingTimeout)
	defer cancel()
	if err := s.Ping(ctx); err != nil { // logged, not returned: the driver's text contains files and hosts
		s.Log.WarnContext(ctx, "the database is unreachable", slog.Any("error", err))
		return errDatabase
	}
	return nil
}

type health struct {
	Status string `json:"status"`
	Reason string `json:"reason,omitempty"`

	// Of /healthz only: what a load balancer reads often stays short.
	Version   string `json:"version,omitempty"`
	Migration string `json:"migration,omitempty"`
}

func writeHealth(w http.ResponseWriter, status int, h health) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(h) //nolint:errcheck,errchkjson // the client has disconnected
}
