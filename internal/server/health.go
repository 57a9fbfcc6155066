package server

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"time"
)

// pingLimit bounds how long /readyz waits for the database.
const pingLimit = 2 * time.Second

// What /readyz says when it is not the caller of New who knows.
var (
	errStopping = errors.New("the server is shutting down")
	errDatabase = errors.New("the database does not answer")
)

// healthz says that the process is alive.
func (*Server) healthz(w http.ResponseWriter, _ *http.Request) {
	writeHealth(w, http.StatusOK, health{Status: "alive"})
}

// readyz says whether requests should be sent here.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	if err := s.ready(r.Context()); err != nil {
		writeHealth(w, http.StatusServiceUnavailable, health{Status: "not ready", Reason: err.Error()})
		return
	}
	writeHealth(w, http.StatusOK, health{Status: "ready"})
}

func (s *Server) ready(ctx context.Context) error {
	if s.stopping.Load() {
		return errStopping
	}
	ctx, cancel := context.WithTimeout(ctx, pingLimit)
	defer cancel()
	if err := s.Ping(ctx); err != nil { // the driver's text stays in the log: it names files and hosts
		s.Log.WarnContext(ctx, "the database does not answer", slog.Any("error", err))
		return errDatabase
	}
	return s.Ready(ctx)
}

type health struct {
	Status string `json:"status"`
	Reason string `json:"reason,omitempty"`
}

func writeHealth(w http.ResponseWriter, status int, h health) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(h) //nolint:errcheck,errchkjson // a client that is gone
}
