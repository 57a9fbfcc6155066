package docs

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"contactgraph/internal/acceptance/harness"
)

// TestQuickStartInTypeScript compiles and runs the program of the quick start as it is shown, in a
// folder in which the package is installed. The block after the commands must be its output.
func TestQuickStartInTypeScript(t *testing.T) {
	t.Parallel()
	harness.RequireEngine(t, harness.SQLite)
	s := harness.Demo(t, 20)
	_, section, _ := strings.Cut(harness.ReadFile(t, "docs/quick-start.md"), "\n## TypeScript\n")
	program := regexp.MustCompile("(?s)`quick-start\\.ts`:\n\n```ts\n(.*?)```.*?```sh\n(.*?)```.*?```text\n(.*?)```").FindStringSubmatch(section)
	if program == nil {
		t.Fatal("the quick start has no program")
	}
	code, commands, want := program[1], program[2], program[3]
	folder := filepath.Join(installProject(t), "quick-start")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"package.json":   `{"type": "module"}`,
		"quick-start.ts": strings.ReplaceAll(code, "http://127.0.0.1:8080", s.URL),
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("bash", "-e", "-c", "npx() { ../node_modules/.bin/\"$@\"; }\n"+commands)
	cmd.Dir = folder
	out, err := cmd.CombinedOutput()
	if err != nil || !pattern(want).MatchString(compact(string(out))) {
		t.Errorf("%v: got\n%s\nwant\n%s", err, out, want)
	}
}
