package contracts

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"contactgraph/internal/acceptance/harness"
)

// recipes is the page of the manual with a section for each code generator.
const recipes = "docs/codegen.md"

// fence matches a block of code with its language.
var fence = regexp.MustCompile("(?ms)^```(\\w+)\n(.*?)^```$")

// installs matches the lines of a recipe that get packages or contracts from elsewhere: the
// workspace has them.
var installs = regexp.MustCompile(`(?m)^(npm install|go get|curl) .*\n`)

// recipe runs the commands with which the page generates a client with a tool.
func (w workspace) recipe(tool string) {
	w.t.Helper()
	_, section, ok := strings.Cut(harness.ReadFile(w.t, recipes), "\n## "+tool+"\n")
	if !ok {
		w.t.Fatalf("%s has no section about %s", recipes, tool)
	}
	section, _, _ = strings.Cut(section, "\n## ")
	ran := false
	for _, block := range fence.FindAllStringSubmatch(section, -1) {
		if block[1] == "sh" {
			w.run("bash", "-e", "-c", "npx() { node_modules/.bin/\"$@\"; }\n"+installs.ReplaceAllString(block[2], ""))
			ran = true
		}
	}
	if !ran {
		w.t.Errorf("%s has no commands for %s", recipes, tool)
	}
}

// TestRecipesAreThoseOfTheTests compares the configurations and the code of the page with the files
// that TestGeneratedClientsWork uses. White space does not matter.
func TestRecipesAreThoseOfTheTests(t *testing.T) {
	t.Parallel()
	harness.RequireEngine(t, harness.SQLite)
	compact := func(text string) string { return strings.Join(strings.Fields(text), "") }
	files := map[string]string{}
	for _, folder := range []string{"typescript", "go"} {
		names, err := filepath.Glob(filepath.Join("testdata", folder, "*.*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			files[name] = compact(string(text))
		}
	}
	whole := []string{"typescript/codegen.yml", "typescript/relay.config.json", "go/genqlient.yaml", "go/oapi-codegen.yml"}
	for _, block := range fence.FindAllStringSubmatch(harness.ReadFile(t, recipes), -1) {
		if block[1] == "sh" {
			continue
		}
		code, found := compact(block[2]), false
		for name, text := range files {
			if strings.Contains(text, code) {
				found = true
				whole = slices.DeleteFunc(whole, func(w string) bool { return text == code && filepath.Join("testdata", w) == name })
			}
		}
		if !found {
			t.Errorf("no file in testdata has:\n%s", block[2])
		}
	}
	if len(whole) > 0 {
		t.Errorf("%s does not have %v", recipes, whole)
	}
}
