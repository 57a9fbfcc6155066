package clients

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"contactgraph/internal/acceptance/harness"

	"github.com/google/go-cmp/cmp"
)

// TestApolloPersistedQueries runs Apollo Client's link for persisted queries: a document is sent
// once, and then only its hash; a trusted document is never sent.
func TestApolloPersistedQueries(t *testing.T) {
	t.Parallel()
	// The document of a manifest is the client's own text, with the __typename that it adds.
	const trusted = `{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [
		{"id": "stores", "name": "Stores", "type": "query", "body": "query Stores {\n  stores {\n    name\n    __typename\n  }\n}"}]}`
	manifest := filepath.Join(t.TempDir(), "manifest.json")
	if err := os.WriteFile(manifest, []byte(trusted), 0o600); err != nil {
		t.Fatal(err)
	}
	const contacts = 20
	s := harness.Launch(t, harness.NewDemoDatabase(t, harness.Selected(), contacts), "--demo", "--demo-contacts", fmt.Sprint(contacts), "--trusted-documents", manifest)
	s.Await()
	kiosk := harness.Query[struct{ Token string }](s, harness.APIKey("demo-admin"), `mutation { createApiKey(input: {name: "kiosk", role: AGENT, trustedOnly: true}) { token } }`, nil).Token
	stores := []string{}
	for _, store := range harness.Query[[]struct{ Name string }](s, harness.APIKey("demo-agent"), `{ stores { name } }`, nil) {
		stores = append(stores, store.Name)
	}
	type outcome struct{ Sent, Result []string }
	post, get := []string{"POST: 200", "POST: 200", "POST: 200"}, []string{"GET: 200", "GET: 200", "GET: 200"}
	for _, c := range []struct {
		name, key, operation, byGet, id string
		want                            outcome
	}{
		{"automatic", "demo-agent", "First", "false", "", outcome{slices.Concat([]string{"POST: 422", "POST with the query: 200"}, post[1:]), stores}},
		{"automatic, the same again", "demo-agent", "First", "false", "", outcome{post, stores}},
		{"automatic by GET", "demo-agent", "Second", "true", "", outcome{slices.Concat([]string{"GET: 422", "POST with the query: 200"}, get[1:]), stores}},
		{"trusted", kiosk, "Stores", "false", "", outcome{post, stores}},
		{"trusted, by GET", kiosk, "Stores", "true", "", outcome{get, stores}},
		{"trusted, by id", kiosk, "Stores", "true", "stores", outcome{get, stores}},
		{"not trusted", kiosk, "Third", "false", "", outcome{slices.Repeat([]string{"POST: 422", "POST with the query: 403"}, 3), []string{"FORBIDDEN"}}},
	} {
		cmd := exec.CommandContext(t.Context(), "node", "persisted.mjs", s.URL+"/graphql", c.key, c.operation, c.byGet, c.id)
		cmd.Dir = "testdata"
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v\n%s", c.name, err, &stderr)
		}
		var got outcome
		if err := json.Unmarshal(out, &got); err != nil {
			t.Fatalf("%s: %v\n%s", c.name, err, out)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", c.name, diff)
		}
	}
}
