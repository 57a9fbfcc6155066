package rest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"contactgraph/internal/auth"
	"contactgraph/internal/report"
	"contactgraph/internal/viewer"
)

// get requests an address with these headers, and returns its status, headers and body.
func (f *fixture) get(address string, headers map[string]string) (status int, header http.Header, body string) {
	f.t.Helper()
	r := must(http.NewRequestWithContext(f.t.Context(), http.MethodGet, address, nil))
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	resp := must(http.DefaultClient.Do(r)) //nolint:bodyclose // the next line closes it
	defer resp.Body.Close()
	return resp.StatusCode, resp.Header, string(must(io.ReadAll(resp.Body)))
}

// personDataFile requests the address of the report on a contact with a key.
func (f *fixture) personDataFile(id, key string) string {
	f.t.Helper()
	status, _, body := f.get(f.url+"/api/v1/contacts/"+id+"/persondatafile", map[string]string{"X-ApiKey": key})
	var address string
	if err := json.Unmarshal([]byte(body), &address); err != nil || status != 200 {
		f.t.Fatalf("%d %s", status, body)
	}
	return address
}

func TestPersonDataFile(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	address := f.personDataFile("466", agentKey)
	if !strings.HasPrefix(address, f.url+report.Path) {
		t.Fatalf("address %s", address)
	}
	const html, json = "text/html; charset=utf-8", "application/json; charset=utf-8"
	for _, tt := range []struct {
		name, query, accept string
		media, has          string
	}{
		{"a program", "", "", json, `"firstName":"John"`},
		{"any type", "", "*/*", json, `"history":[`},
		{"a browser", "", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", html, "<h1>Personal data of contact 466</h1>"},
		{"a page by the parameter", "?format=html", "application/json", html, "</html>"},
		{"a file by the parameter", "?FORMAT=json", "text/html", json, `"permissionHistory":[`},
	} {
		status, header, body := f.get(address+tt.query, map[string]string{"X-ApiKey": agentKey, "Accept": tt.accept})
		if status != 200 || header.Get("Content-Type") != tt.media || !strings.Contains(body, tt.has) {
			t.Errorf("%s: %d %v %s", tt.name, status, header, body)
		}
		if header.Get("Cache-Control") != "no-store" || header.Get("Vary") != "Accept" {
			t.Errorf("%s: %v", tt.name, header)
		}
		if policy := header.Get("Content-Security-Policy"); (policy == report.ContentSecurityPolicy) != (tt.media == html) {
			t.Errorf("%s: policy %q", tt.name, policy)
		}
	}
}

func TestPersonDataFileIsRejected(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const secondKey = "another-agent"
	must(f.Auth.CreateKey(t.Context(), f.account, auth.NewKey{Name: "second", Role: viewer.Agent, Token: secondKey}))
	address := f.personDataFile("466", agentKey)
	agent := map[string]string{"X-ApiKey": agentKey}
	for _, tt := range []struct {
		name, address string
		headers       map[string]string
		status        int
	}{
		{"another key of the account", address, map[string]string{"X-ApiKey": secondKey}, 404},
		{"a key of another account", address, map[string]string{"X-ApiKey": otherKey}, 404},
		{"no key", address, nil, 401},
		{"another contact", strings.Replace(address, "/466-", "/2-", 1), agent, 404},
		{"more time", strings.Replace(address, "/466-1", "/466-2", 1), agent, 404},
		{"no token", f.url + report.Path + "x", agent, 404},
		{"an unknown format", address + "?format=pdf", agent, 400},
		{"a link on another site", address, map[string]string{"X-ApiKey": agentKey, "Sec-Fetch-Site": "cross-site"}, 403},
		{"an unknown contact", f.url + "/api/v1/Contacts/999/PersonDataFile", agent, 404},
		{"no number", f.url + "/api/v1/Contacts/x/PersonDataFile", agent, 400},
		{"no key for the address", f.url + "/api/v1/Contacts/466/PersonDataFile", nil, 401},
		{"another account's contact", f.url + "/api/v1/Contacts/466/PersonDataFile", map[string]string{"X-ApiKey": otherKey}, 404},
	} {
		if status, _, body := f.get(tt.address, tt.headers); status != tt.status {
			t.Errorf("%s: %d %s, want %d", tt.name, status, body, tt.status)
		}
	}
	entries := must(f.client.AuditEntry.Query().All(f.staff))
	for _, e := range entries {
		if e.Action == "PERSONAL_DATA_REPORTED" {
			t.Errorf("a rejected request is recorded: %+v", e)
		}
	}
}
