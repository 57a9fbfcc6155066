package server

import (
	"io"
	"net/http"
)

// sdl answers with the schema. GraphQL's own media types are for requests and results; none is registered for a schema.
func (s *Server) sdl(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	io.WriteString(w, s.SDL()) //nolint:errcheck // a client that is gone
}
