package server

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// localOnly answers requests to other hosts than this machine with 421 while the server serves data
// whose credentials are public. Otherwise a proxy could open it to everyone, and a page of another
// site could use it under a name of its own that leads to this machine (DNS rebinding). The health
// endpoints reveal nothing, and are called by any name.
func (s *Server) localOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.LocalOnly() && !isLocal(r.Host) && r.URL.Path != healthzPath && r.URL.Path != readyzPath {
			http.Error(w, "This server has demo data, whose API keys and passwords are public. "+
				"It answers only requests to localhost or a loopback address, such as http://127.0.0.1:8080.", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// isLocal reports whether a Host header names this machine: localhost or a loopback address, with
// any port or none.
func isLocal(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]") // without a port
	}
	ip, err := netip.ParseAddr(name)
	return strings.EqualFold(name, "localhost") || err == nil && ip.Zone() == "" && ip.Unmap().IsLoopback()
}
