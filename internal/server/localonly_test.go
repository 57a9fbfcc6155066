package server_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"contactgraph/internal/server"
)

func TestPublicCredentialsWorkOnlyOnThisMachine(t *testing.T) {
	t.Parallel()
	for host, local := range map[string]bool{
		"localhost": true, "LOCALHOST:8080": true, "127.0.0.1": true, "127.0.0.1:8080": true, "127.9.8.7:1": true, "[::1]": true,
		"[::1]:8080": true, "[::ffff:127.0.0.1]:80": true,
		"": false, "evil.example": false, "evil.example:8080": false, "localhost.evil.example": false, "127.0.0.1.evil.example": false,
		"10.9.9.9:8080": false, "0.0.0.0:8080": false, "[::]:8080": false, "[2001:db8::1]": false, "128.0.0.1": false, "2130706433": false,
		"127.1": false, "[::1%25lo]": false, "@127.0.0.1:80": false, "localhost:80:80": false, "127.0.0.1, evil.example": false,
	} {
		for _, only := range []bool{true, false} {
			f := newFixture(t, func(c *server.Config) { c.LocalOnly = func() bool { return only } })
			for _, route := range server.Routes() {
				target := strings.NewReplacer("{$}", "", "{id}", "1", "{page...}", "1", "{file}", "x").Replace(route.Pattern)
				method := route.Method
				if method == "" {
					method = http.MethodPost
				}
				r := httptest.NewRequestWithContext(t.Context(), method, target, nil)
				r.Host = host
				w := httptest.NewRecorder()
				f.ServeHTTP(w, r)
				want := only && !local && route.Name != "healthz" && route.Name != "readyz"
				if got := w.Code == http.StatusMisdirectedRequest; got != want {
					t.Errorf("%s %s at the host %q: %d", method, target, host, w.Code)
				}
				if want && !strings.Contains(w.Body.String(), "localhost") {
					t.Errorf("%s: %s", host, w.Body)
				}
			}
		}
	}
}
