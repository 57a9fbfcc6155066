package graphqlhttp

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"testing"
)

// TestAudit runs the public audit suite for GraphQL over HTTP against the transport. All
// must pass, the optional ones too, except those that contradict the edition that the transport
// follows: audit.mjs lists them.
func TestAudit(t *testing.T) {
	t.Parallel()
	const directory = "testdata/audit"
	if _, err := os.Stat(directory + "/node_modules/graphql-http"); err != nil {
		t.Fatalf("the audit is not installed: run make tools (%v)", err)
	}
	s := httptest.NewServer(newServer())
	defer s.Close()
	audit := exec.CommandContext(t.Context(), "node", "audit.mjs", s.URL+"/graphql")
	audit.Dir = directory
	output, err := audit.CombinedOutput()
	t.Logf("%s", output)
	if err != nil {
		t.Errorf("the audit fails: %v", err)
	}
}
