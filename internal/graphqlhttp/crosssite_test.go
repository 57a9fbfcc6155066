package graphqlhttp

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"contactgraph/internal/weborigin"

	"github.com/coder/websocket"
)

// originsCase is a request with the headers of a browser, and whether it runs: without an allowed
// origin, if https://app.example.com is allowed, and if all are.
type originsCase struct {
	headers           string
	none, listed, any bool
}

// policies returns the policies of an originsCase by its fields.
func policies(t *testing.T) (all [3]*weborigin.Policy) {
	t.Helper()
	for i, allowed := range [][]string{nil, {"https://app.example.com"}, {"*"}} {
		p, err := weborigin.NewPolicy(allowed)
		if err != nil {
			t.Fatal(err)
		}
		all[i] = p
	}
	return all
}

// checkOrigins sends each request to a server of each policy. Those that do not run get the error.
func checkOrigins(t *testing.T, cases []originsCase, send func(headers []string) *http.Request, rejected *requestError) {
	t.Helper()
	for i, policy := range policies(t) {
		for _, c := range cases {
			s := newServerWith(Transport{Execution: Execution{Origins: policy}})
			a := s.do(t, send(strings.Split(c.headers, "\n")))
			passes := [3]bool{c.none, c.listed, c.any}[i]
			if passes && (a.status != 200 || s.runs.Load() != 1) {
				t.Errorf("policy %d, %q: status %d: %s", i, c.headers, a.status, a.body)
			}
			if !passes {
				expectError(t, a, rejected)
				if s.runs.Load() != 0 {
					t.Errorf("policy %d, %q: executed", i, c.headers)
				}
			}
		}
	}
}

func TestForged(t *testing.T) {
	t.Parallel()
	checkOrigins(t, []originsCase{
		{"", true, true, true}, // a program
		{"Sec-Fetch-Site: same-origin", true, true, true},
		{"Sec-Fetch-Site: none", true, true, true},
		{"Sec-Fetch-Site: cross-site", false, false, false}, // an image or a link
		{"Sec-Fetch-Site: cross-site\nSec-Fetch-Mode: navigate", false, false, false},
		{"Origin: https://example.com", true, true, true}, // the host of httptest.NewRequest
		{"Origin: https://evil.example", false, false, true},
		{"Origin: https://app.example.com", false, true, true},
		{"Origin: null", false, false, true},
		{"Sec-Fetch-Site: cross-site\nApollo-Require-Preflight: true", true, true, true},
		{"Sec-Fetch-Site: cross-site\nX-Apollo-Operation-Name: Q", true, true, true},
		{"Sec-Fetch-Site: cross-site\nApollo-Require-Preflight: ", false, false, false},
		{"Sec-Fetch-Site: cross-site\nContent-Type: application/json", false, false, false},
		{"Origin: https://evil.example\nApollo-Require-Preflight: x", true, true, true},
	}, func(headers []string) *http.Request {
		return request(http.MethodGet, "/graphql?query={any}", "", headers...)
	}, errForged)
}

// TestPostsOfOtherSites: a POST that a browser marks as sent by another site never runs unless its
// origin is allowed, whatever its credentials; see checkOrigin.
func TestPostsOfOtherSites(t *testing.T) {
	t.Parallel()
	checkOrigins(t, []originsCase{
		{"", true, true, true}, // a program
		{"X-ApiKey: x", true, true, true},
		{"Sec-Fetch-Site: same-origin", true, true, true},
		{"Sec-Fetch-Site: none", true, true, true},
		{"Sec-Fetch-Site: same-site", false, false, false},
		{"Origin: https://example.com", true, true, true}, // the host of httptest.NewRequest
		{"Origin: https://evil.example", false, false, true},
		{"Sec-Fetch-Site: cross-site\nOrigin: https://app.example.com", false, true, true},
		{"Origin: null", false, false, true},
		{"Sec-Fetch-Site: cross-site\nX-ApiKey: x", false, false, false},
		{"Sec-Fetch-Site: cross-site\nApollo-Require-Preflight: x", false, false, false},
		{"Sec-Fetch-Site: same-origin\nOrigin: https://behind-a-proxy.example", true, true, true},
	}, func(headers []string) *http.Request { return post(document("mutation {set}"), headers...) }, errCrossSite)
}

// TestWebSocketsOfOtherSites: browsers send no preflight before a handshake, so the server decides.
func TestWebSocketsOfOtherSites(t *testing.T) {
	t.Parallel()
	accept := func(ctx context.Context, _ http.Header) (context.Context, error) { return ctx, nil }
	for i, policy := range policies(t) {
		execution := Execution{Origins: policy}
		srv := httptest.NewServer(newServer(WebSocket(execution, accept, testCallers(nil), 0)))
		t.Cleanup(srv.Close)
		for origin, accepted := range map[string][3]bool{
			"": {true, true, true}, srv.URL: {true, true, true}, "https://app.example.com": {false, true, true}, "https://evil.example": {false, false, true}, "null": {false, false, true},
		} {
			header := http.Header{}
			if origin != "" {
				header.Set("Origin", origin)
			}
			conn, resp, _ := websocket.Dial(t.Context(), srv.URL, &websocket.DialOptions{Subprotocols: []string{protocol}, HTTPHeader: header}) //nolint:bodyclose // it has been read
			if conn != nil {
				defer conn.CloseNow()
			}
			if got := resp.StatusCode == http.StatusSwitchingProtocols; got != accepted[i] || !got && resp.StatusCode != http.StatusForbidden {
				t.Errorf("policy %d, %q: %d", i, origin, resp.StatusCode)
			}
		}
	}
}

// TestSimplePosts: requests that a page of another site can send with a form, or with a script
// without a preflight, never run, even if the browser does not mark them.
func TestSimplePosts(t *testing.T) {
	t.Parallel()
	body := document("mutation {set}")
	for _, contentType := range []string{"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/json", ""} {
		for _, header := range []string{"Apollo-Require-Preflight: x", "Sec-Fetch-Site: same-origin"} {
			s := newServer()
			a := s.do(t, post(body, "Content-Type: "+contentType, header))
			if a.status != 415 || s.runs.Load() != 0 {
				t.Errorf("%q, %s: status %d, %d runs", contentType, header, a.status, s.runs.Load())
			}
		}
	}
	a := newServer().do(t, request(http.MethodOptions, "/graphql", "", "Origin: https://evil.example", "Access-Control-Request-Method: POST"))
	for name := range a.header {
		if strings.HasPrefix(name, "Access-Control-") {
			t.Errorf("the response to the preflight has %s", name)
		}
	}
}
