package graphqlhttp

import "net/http"

var errStarting = unavailable(CodeUnavailable, "The server is starting: it is preparing the database. Try again.")

// Starting returns a handler that answers every request with CodeUnavailable, for a server whose
// executor cannot run yet.
func Starting() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		newResponseWriter(w, negotiate(r.Header["Accept"], offers)).sendError(errStarting)
	})
}
