package clients

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"contactgraph/internal/acceptance/harness"
)

// TestTypeScriptPackage runs the tests of clients/typescript against a demo server: its documents,
// the feed, the editor of a contact, and Apollo Client, graphcache and Relay with its settings.
func TestTypeScriptPackage(t *testing.T) {
	t.Parallel()
	if harness.Selected() != harness.SQLite {
		t.Skip("the package is the same for every engine, and its tests write files")
	}
	const directory = "../../../clients/typescript"
	if _, err := os.Stat(directory + "/node_modules/vitest"); err != nil {
		t.Fatalf("the packages of clients/typescript are not installed: run make tools (%v)", err)
	}
	for _, folder := range []string{"src", "test"} { // so that go test runs the test again if a file changes
		err := filepath.WalkDir(filepath.Join(directory, folder), func(path string, entry fs.DirEntry, err error) error {
			if err == nil && entry.IsDir() {
				_, err = os.ReadDir(path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	s := harness.Demo(t, 20)
	cmd := exec.CommandContext(t.Context(), "npm", "test", "--silent")
	cmd.Dir = directory
	cmd.Env = append(os.Environ(), "CONTACTGRAPH_URL="+s.URL, "CONTACTGRAPH_KEY=demo-agent", "NO_COLOR=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
