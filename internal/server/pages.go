package server

import (
	"embed"
	"io"
	"net/http"
)

// pages are the few things for people to read here.
//
//go:embed pages
var pages embed.FS

// page answers with one of the pages.
func page(name string) func(*Server, http.ResponseWriter, *http.Request) {
	return func(_ *Server, w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		http.ServeFileFS(w, r, pages, name)
	}
}

// sdl answers with the schema. GraphQL's own media types are for requests and results; none is registered for a schema.
func (s *Server) sdl(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	io.WriteString(w, s.SDL()) //nolint:errcheck // a client that is gone
}
