package graphqlhttp

import (
	"net/http"
	"strings"
	"testing"
)

func TestForged(t *testing.T) {
	t.Parallel()
	for headers, passes := range map[string]bool{
		"":                                 true, // a program
		"Sec-Fetch-Site: same-origin":      true,
		"Sec-Fetch-Site: none":             true,
		"Sec-Fetch-Site: same-site":        false,
		"Sec-Fetch-Site: cross-site":       false,
		"Sec-Fetch-Site: new-value":        false,
		"Origin: https://example.com":      true, // the host of httptest.NewRequest
		"Origin: http://EXAMPLE.com":       true,
		"Origin: https://example.com:8443": false,
		"Origin: https://evil.example":     false,
		"Origin: null":                     false,
		"Origin: %zz":                      false,
		"Sec-Fetch-Site: same-origin\nOrigin: https://behind-a-proxy.example": true,
		"Sec-Fetch-Site: cross-site\nOrigin: https://example.com":             false,
		"Sec-Fetch-Site: cross-site\nApollo-Require-Preflight: true":          true,
		"Sec-Fetch-Site: cross-site\nX-Apollo-Operation-Name: Q":              true,
		"Sec-Fetch-Site: cross-site\nApollo-Require-Preflight: ":              false,
		"Sec-Fetch-Site: cross-site\nContent-Type: application/json":          false,
		"Origin: https://evil.example\nApollo-Require-Preflight: x":           true,
	} {
		s := newServer()
		a := s.do(t, request(http.MethodGet, "/graphql?query={any}", "", strings.Split(headers, "\n")...))
		if passes && (a.status != 200 || s.runs.Load() != 1) {
			t.Errorf("%q: status %d: %s", headers, a.status, a.body)
		}
		if !passes {
			expectError(t, a, errForged)
			if s.runs.Load() != 0 {
				t.Errorf("%q: executed", headers)
			}
		}
	}
}

// TestPostsOfOtherSites: a POST that a browser marks as sent by another site never runs, whatever
// its credentials; see crossSite.
func TestPostsOfOtherSites(t *testing.T) {
	t.Parallel()
	for headers, passes := range map[string]bool{
		"":                                        true, // a program
		"X-ApiKey: x":                             true,
		"Sec-Fetch-Site: same-origin":             true,
		"Sec-Fetch-Site: none":                    true,
		"Sec-Fetch-Site: same-site":               false,
		"Sec-Fetch-Site: cross-site":              false,
		"Origin: https://example.com":             true, // the host of httptest.NewRequest
		"Origin: https://evil.example":            false,
		"Origin: null":                            false,
		"Sec-Fetch-Site: cross-site\nX-ApiKey: x": false,
		"Sec-Fetch-Site: cross-site\nApollo-Require-Preflight: x":             false,
		"Sec-Fetch-Site: same-origin\nOrigin: https://behind-a-proxy.example": true,
	} {
		s := newServer()
		a := s.do(t, post(document("mutation {set}"), strings.Split("Content-Type: application/json\n"+headers, "\n")...))
		if passes && (a.status != 200 || s.runs.Load() != 1) {
			t.Errorf("%q: status %d: %s", headers, a.status, a.body)
		}
		if !passes {
			expectError(t, a, errCrossSite)
			if s.runs.Load() != 0 {
				t.Errorf("%q: executed", headers)
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
