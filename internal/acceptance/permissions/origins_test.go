package permissions

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"contactgraph/internal/acceptance/harness"
)

// TestKeysOfPages: at every process, API and transport, an API key with origins is accepted only
// with one of them in the header Origin, as browsers send it.
func TestKeysOfPages(t *testing.T) {
	t.Parallel()
	database := harness.NewDemoDatabase(t, harness.Selected(), 10)
	servers := harness.StartFleet(t, database, 10, 2)
	const app = "https://app.example.com"
	first := servers[0]
	created := harness.Query[struct{ Token string }](first, harness.APIKey("demo-admin"),
		`mutation($o: [String!]) { createApiKey(input: {name: "page", role: AGENT, origins: $o}) { token } }`, harness.Variables{"o": []string{app, first.URL}})
	// As from a page that is served at the same host as the API, by a proxy.
	page := harness.APIKey(created.Token).With("Sec-Fetch-Site", "same-origin")
	for i, s := range servers {
		for origin, valid := range map[string]bool{app: true, "": false, "https://evil.example.com": false, "null": false} {
			c := page
			if origin != "" {
				c = page.With("Origin", origin)
			}
			r := s.Send(c, http.MethodGet, "/api/v1/Contacts/7", "", "")
			if got := r.Status == http.StatusOK; got != valid || !valid && r.Status != http.StatusUnauthorized {
				t.Errorf("server %d, REST, origin %q: %d", i, origin, r.Status)
			}
			r = s.Send(c, http.MethodPost, "/graphql", "application/json", `{"query": "{ viewer { name } }"}`)
			if got := strings.Contains(r.Body, `"name":"page"`); got != valid || !valid && !strings.Contains(r.Body, "UNAUTHENTICATED") {
				t.Errorf("server %d, GraphQL, origin %q: %d %s", i, origin, r.Status, r.Body)
			}
		}
	}
	init := harness.Variables{"X-ApiKey": created.Token}
	for _, tt := range []struct {
		name      string
		server    *harness.Server
		handshake harness.Caller
		init      harness.Variables
		want      string
	}{
		{"its origin", first, harness.Caller{"Origin": {first.URL}}, init, `{"name":"page"}`},
		{"another origin", servers[1], harness.Caller{"Origin": {servers[1].URL}}, init, "4403"},
		{"without Origin", first, nil, init, "4403"},
		{"Origin in the first message", first, nil, harness.Variables{"X-ApiKey": created.Token, "Origin": app}, "4403"},
		{"the key in the handshake", first, harness.Caller{"Origin": {first.URL}, "X-Apikey": {created.Token}}, nil, `{"name":"page"}`},
	} {
		if got := viewerOfSocket(t, tt.server, tt.handshake, tt.init); !strings.Contains(got, tt.want) {
			t.Errorf("WebSocket, %s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

// viewerOfSocket returns the name of the viewer of a WebSocket, and the error.
func viewerOfSocket(t *testing.T, s *harness.Server, handshake harness.Caller, init harness.Variables) string {
	t.Helper()
	k, err := s.OpenSocketAs(t.Context(), handshake, init)
	if err != nil {
		return err.Error()
	}
	defer k.Close()
	if err := k.Subscribe(t.Context(), "{ viewer { name } }", nil); err != nil {
		return err.Error()
	}
	r, err := k.Next(t.Context())
	return strings.Trim(fmt.Sprintf("%s %v %v", r.Data["viewer"], r.Errors, err), " ")
}
