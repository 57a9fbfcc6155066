package clients

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"contactgraph/internal/acceptance/harness"
)

const goClient = "../../../clients/go"

// TestGoPackage runs the tests and examples of clients/go against a demo server.
func TestGoPackage(t *testing.T) {
	t.Parallel()
	s := goClientServer(t)
	runGo(t, goClient, s, "go", "test", "-count=1", "./...")
}

// TestGoQuickStart does what the README of clients/go says, and compares the output.
func TestGoQuickStart(t *testing.T) {
	t.Parallel()
	s := goClientServer(t)
	folder := t.TempDir()
	blocks := regexp.MustCompile("(?ms)^```(\\w+)\n(.*?)^```$").FindAllStringSubmatch(harness.ReadFile(t, "clients/go/README.md"), -1)
	path := strings.NewReplacer("http://127.0.0.1:8080", s.URL, "/path/to/contactgraph/", harness.ModulePath(t, "")+"/")
	output := ""
	for _, block := range blocks {
		switch kind, text := block[1], path.Replace(block[2]); kind {
		case "sh":
			output = runGo(t, folder, s, "bash", "-e", "-c", text)
			if strings.HasPrefix(text, "mkdir quickstart") {
				folder = filepath.Join(folder, "quickstart")
			}
		case "go":
			if err := os.WriteFile(filepath.Join(folder, "main.go"), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		case "text":
			if output != text {
				t.Errorf("the program printed\n%s\nwant\n%s", output, text)
			}
		}
	}
	if len(blocks) != 4 {
		t.Errorf("the README has %d blocks, want 4", len(blocks))
	}
}

// goClientServer starts a server for the client, which is the same for every engine.
func goClientServer(t *testing.T) *harness.Server {
	t.Helper()
	harness.RequireEngine(t, harness.SQLite)
	for _, folder := range []string{goClient, goClient + "/contactgraph"} { // so that go test runs the test again if a file changes
		if _, err := os.ReadDir(folder); err != nil {
			t.Fatal(err)
		}
	}
	return harness.Demo(t, 20)
}

// runGo runs a command in a folder, and returns its standard output.
func runGo(t *testing.T, folder string, s *harness.Server, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "CONTACTGRAPH_URL="+s.URL)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s%s", name, args, err, out, stderr.String())
	}
	return string(out)
}

// TestGoPackageHasEveryCode: programs compare errors with the constants of clients/go.
func TestGoPackageHasEveryCode(t *testing.T) {
	t.Parallel()
	var got []string
	for _, match := range regexp.MustCompile(`(?m)^\tCode\w+ +Code = "(\w+)"$`).FindAllStringSubmatch(harness.ReadFile(t, "clients/go/contactgraph/errors.go"), -1) {
		got = append(got, match[1])
	}
	for _, row := range regexp.MustCompile("(?m)^\\| `(\\w+)` \\| \\d+ \\| \\d+ \\|").FindAllStringSubmatch(harness.ReadFile(t, "docs/errors.md"), -1) {
		if !slices.Contains(got, row[1]) {
			t.Errorf("errors.go lacks the code %s", row[1])
		}
	}
}
