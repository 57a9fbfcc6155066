package server

import "net/http"

// share lets pages of the allowed origins use the shared routes. It finds a route by its path
// alone: preflights, and methods that a route does not have, belong to it too.
func (s *Server) share(next http.Handler) http.Handler {
	if s.Origins == nil {
		return next
	}
	paths, known := http.NewServeMux(), map[string]bool{}
	paths.Handle("/", next)
	for _, route := range routes {
		for _, path := range route.paths() {
			if route.Shared && !known[path] {
				known[path] = true
				paths.Handle(path, s.Origins.Share(next))
			}
		}
	}
	return paths
}
