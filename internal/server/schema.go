package server

import (
	"io"
	"net/http"
)

// schema answers with the GraphQL schema. No media type is registered for a schema: GraphQL's own
// are for requests and results.
func (s *Server) schema(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	io.WriteString(w, s.SDL()) //nolint:errcheck // the client has disconnected
}
