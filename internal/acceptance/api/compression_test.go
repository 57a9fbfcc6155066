package api

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"contactgraph/internal/acceptance/harness"

	"github.com/andybalholm/brotli"
)

// decoded returns the body of a response without its coding.
func decoded(t *testing.T, a harness.Response) string {
	t.Helper()
	var r io.Reader = strings.NewReader(a.Body)
	switch a.Header.Get("Content-Encoding") {
	case "br":
		r = brotli.NewReader(r)
	case "gzip":
		z, err := gzip.NewReader(r)
		if err != nil {
			t.Fatal(err)
		}
		r = z
	}
	body, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func graphQL(t *testing.T, document string) string {
	t.Helper()
	body, err := json.Marshal(map[string]string{"query": document})
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// TestResponsesAreCompressed: each API compresses large responses, and no small ones, for clients
// that accept it. What they contain is the same.
func TestResponsesAreCompressed(t *testing.T) {
	t.Parallel()
	s := harness.Demo(t, 100)
	plain := harness.APIKey("demo-admin").With("Accept-Encoding", "identity").With("Sec-Fetch-Site", "same-origin")
	page := graphQL(t, `{ contacts(first: 100) { nodes { id contactId version email phone firstName lastName properties { property { name } values { value } } logins { name } segments { name } } } }`)
	for _, tt := range []struct {
		name, method, path, body string
		small                    bool
	}{
		{"a page of contacts", "POST", "/graphql", page, false},
		{"a contact", "POST", "/graphql", graphQL(t, `{ contact(id: "7") { email } }`), true},
		{"validation errors", "POST", "/graphql", graphQL(t, "{"+strings.Repeat(" none", 50)+"}"), false},
		{"changes", "GET", "/api/v1/Changes?first=100", "", false},
		{"a contact over REST", "GET", "/api/v1/Contacts/7", "", true},
		{"an unknown path", "GET", "/api/v1/none", "", true},
		{"the OpenAPI document", "GET", "/openapi.json", "", false},
		{"the schema", "GET", "/graphql/schema.graphqls", "", false},
		{"the manual", "GET", "/docs/graphql", "", false},
		{"the console", "GET", "/", "", false},
		{"the health", "GET", "/healthz", "", true},
		{"iService", "POST", "/f/webapp-api-login?api=loggedin", "", true},
	} {
		media := ""
		if tt.body != "" {
			media = "application/json"
		}
		want := s.Send(plain, tt.method, tt.path, media, tt.body)
		for _, coding := range []string{"gzip", "br"} {
			got := s.Send(plain.With("Accept-Encoding", coding), tt.method, tt.path, media, tt.body)
			if compressed := got.Header.Get("Content-Encoding") == coding; compressed == tt.small || want.Header.Get("Content-Encoding") != "" {
				t.Errorf("%s: %d bytes, the response for %s has %v", tt.name, len(want.Body), coding, got.Header)
			}
			if tt.path == "/" { // it has a nonce
				continue
			}
			if got.Status != want.Status || withoutCost(decoded(t, got)) != withoutCost(want.Body) {
				t.Errorf("%s: for %s got %d %.100q, want %d %.100q", tt.name, coding, got.Status, decoded(t, got), want.Status, want.Body)
			}
			if !tt.small && len(got.Body) > len(want.Body)/2 {
				t.Errorf("%s: %d bytes for %s instead of %d", tt.name, len(got.Body), coding, len(want.Body))
			}
		}
	}
	if tag := s.Send(plain.With("Accept-Encoding", "gzip"), "GET", "/openapi.json", "", "").Header.Get("ETag"); !strings.HasPrefix(tag, `W/"`) {
		t.Errorf("the tag of the compressed document is %s", tag)
	} else if again := s.Send(plain.With("Accept-Encoding", "gzip").With("If-None-Match", tag), "GET", "/openapi.json", "", ""); again.Status != http.StatusNotModified || again.Header.Get("ETag") != tag {
		t.Errorf("with its tag: %d %v", again.Status, again.Header)
	}
	for range 5 { // each is in the log that is exported
		s.Send(plain, "GET", "/exports/audit-log?format=jsonl", "", "")
	}
	export := s.Send(plain.With("Accept-Encoding", "gzip"), "GET", "/exports/audit-log?format=jsonl", "", "")
	if export.Header.Get("Content-Encoding") != "gzip" || strings.Count(decoded(t, export), `"AUDIT_EXPORTED"`) != 6 {
		t.Errorf("an export: %v %s", export.Header, decoded(t, export))
	}
}

// withoutCost returns a response up to the cost of the request.
func withoutCost(body string) string {
	body, _, _ = strings.Cut(body, `,"extensions":{"cost"`)
	return body
}

// TestCredentialsAreNotCompressed: a response with a credential is sent as it is, however large.
func TestCredentialsAreNotCompressed(t *testing.T) {
	t.Parallel()
	s := harness.Demo(t, 1)
	caller := harness.APIKey("demo-admin").With("Accept-Encoding", "gzip, br")
	aliases := ""
	for i := range 60 {
		aliases += fmt.Sprintf("name%d: name ", i)
	}
	create := func(name, fields string) harness.Response {
		return s.Send(caller, "POST", "/graphql", "application/json", graphQL(t, `mutation { createApiKey(input: {name: "`+name+`", role: AGENT}) {
			`+fields+` errors { code } apiKey { `+aliases+` } } }`))
	}
	if got := create("secret", "token"); got.Header.Get("Content-Encoding") != "" || got.Header.Get("Cache-Control") != "no-store, no-transform" ||
		len(got.Body) < 1024 || !strings.Contains(got.Body, `"token":"`) {
		t.Errorf("with the token: %v %s", got.Header, got.Body)
	}
	if got := create("public", ""); got.Header.Get("Content-Encoding") != "br" || got.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("without the token: %v %s", got.Header, got.Body)
	}
}
