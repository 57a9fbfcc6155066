package docs

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"contactgraph/internal/acceptance/harness"
)

var fence = regexp.MustCompile("(?ms)^```(\\w+)\n(.*?)^```$")

// trustedDocuments are those of the servers that the guides are tested with.
const trustedDocuments = "trusted-documents.json"

// TestGuidesMatchTheServer runs the curl calls of each guide one after the other against a demo
// server. The block after a call must be its output: white space does not matter, … matches any
// text, and extensions.cost is left out. Code that a guide quotes from an example must be in that
// example.
func TestGuidesMatchTheServer(t *testing.T) {
	t.Parallel()
	examples := map[string]string{"conflicts.md": "form.mjs", "feed.md": "mirror.mjs"}
	for _, document := range documentsWithCalls(t) {
		t.Run(document, func(t *testing.T) {
			t.Parallel()
			const contacts = 20
			s := harness.Launch(t, harness.NewDemoDatabase(t, harness.Selected(), contacts), "--demo", "--demo-contacts", fmt.Sprint(contacts),
				"--trusted-documents", harness.ModulePath(t, "docs/examples/"+trustedDocuments))
			s.Await()
			text, example, output := harness.ReadFile(t, "docs/"+document), examples[document], ""
			for _, block := range fence.FindAllStringSubmatch(text, -1) {
				switch kind, body := block[1], block[2]; kind {
				case "sh":
					output = ""
					if isCall(body) {
						output = runShell(t, s, body)
					}
				case "js":
					if !strings.Contains(compact(harness.ReadFile(t, "docs/examples/"+example)), compact(body)) {
						t.Errorf("%s does not contain:\n%s", example, body)
					}
				case "json", "text":
					if output != "" && !pattern(body).MatchString(compact(withoutCost(output))) {
						t.Errorf("got\n%s\nwant\n%s", output, body)
					}
					output = ""
				}
			}
		})
	}
}

// isCall reports whether a shell block sends requests and shows what they return.
func isCall(body string) bool {
	return strings.Contains(body, "curl -s") && !strings.Contains(body, " -o ")
}

// documentsWithCalls returns the names of the documents with shell blocks that send requests.
func documentsWithCalls(t *testing.T) (names []string) {
	t.Helper()
	files, err := filepath.Glob(harness.ModulePath(t, "docs/*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		for _, block := range fence.FindAllStringSubmatch(harness.ReadFile(t, "docs/"+name), -1) {
			if block[1] == "sh" && isCall(block[2]) && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	if len(names) < 7 {
		t.Errorf("only %v have calls", names)
	}
	return names
}

// runShell runs a shell block of a document against the server and returns its output.
func runShell(t *testing.T, s *harness.Server, script string) string {
	t.Helper()
	out, err := exec.Command("bash", "-e", "-c", strings.ReplaceAll(script, "http://127.0.0.1:8080", s.URL)).Output()
	if err != nil {
		t.Errorf("%s: %v\n%s", script, err, out)
	}
	return string(out)
}

// cost is what a response reports about its cost.
var cost = regexp.MustCompile(`"cost":\{[^}]*\},?`)

// withoutCost removes the cost from GraphQL responses, which the guides leave out.
func withoutCost(output string) string {
	return strings.ReplaceAll(cost.ReplaceAllString(output, ""), `,"extensions":{}`, "")
}

// compact removes all white space.
func compact(text string) string { return strings.Join(strings.Fields(text), "") }

// pattern matches the output that a block shows, without white space.
func pattern(block string) *regexp.Regexp {
	return regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(compact(block)), "…", ".*") + "$")
}
