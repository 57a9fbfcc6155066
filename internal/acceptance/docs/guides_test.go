package docs

import (
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"contactgraph/internal/acceptance/harness"
)

var fence = regexp.MustCompile("(?ms)^```(\\w+)\n(.*?)^```$")

// TestGuidesMatchTheServer runs the curl calls of the guides one after the other against a demo
// server. The block after a call must be its output: white space does not matter, … matches any
// text, and extensions.cost is left out. Code that a guide quotes from an example must be in that
// example.
func TestGuidesMatchTheServer(t *testing.T) {
	t.Parallel()
	for document, example := range map[string]string{"conflicts.md": "form.mjs", "feed.md": "mirror.mjs"} {
		t.Run(document, func(t *testing.T) {
			t.Parallel()
			s := harness.Demo(t, 20)
			text, code := harness.ReadFile(t, "docs/"+document), harness.ReadFile(t, "docs/examples/"+example)
			output, calls := "", 0
			for _, block := range fence.FindAllStringSubmatch(text, -1) {
				switch kind, body := block[1], block[2]; kind {
				case "sh":
					if strings.Contains(body, "curl") {
						output, calls = runShell(t, s, body), calls+1
					}
				case "js":
					if !strings.Contains(compact(code), compact(body)) {
						t.Errorf("%s does not contain:\n%s", example, body)
					}
				case "json", "text":
					if !pattern(body).MatchString(compact(withoutCost(output))) {
						t.Errorf("got\n%s\nwant\n%s", output, body)
					}
				}
			}
			if calls == 0 {
				t.Error("the guide has no calls")
			}
		})
	}
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
