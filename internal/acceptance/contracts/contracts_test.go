// Package contracts checks the contracts of the server, its GraphQL schema and its OpenAPI
// document, with the tools that the authors of clients use: linters, code generators, and the
// comparison with the last release.
package contracts

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"contactgraph/graph"
	"contactgraph/internal/acceptance/harness"
	"contactgraph/internal/rest/openapi"
	"contactgraph/internal/rest/resttest"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }

// requireTools fails the test if the npm packages of testdata are not installed. It skips it unless
// SQLite is selected: the contracts do not depend on the engine.
func requireTools(t *testing.T) {
	t.Helper()
	harness.RequireEngine(t, harness.SQLite)
	if _, err := os.Stat("testdata/node_modules"); err != nil {
		t.Fatalf("the tools are not installed: run make tools (%v)", err)
	}
}

// TestOpenAPIHasNoFindings runs linters on the document.
func TestOpenAPIHasNoFindings(t *testing.T) {
	t.Parallel()
	requireTools(t)
	w := newWorkspace(t, "lint")
	w.npm("redocly", "lint", "openapi.json")
	w.npm("spectral", "lint", "--ruleset", "spectral.yaml", "--fail-severity", "warn", "openapi.json")
}

// TestGeneratedClientsWork generates clients from both contracts, compiles them with a program that
// uses them, and runs the programs. Each of them writes contacts of its own.
func TestGeneratedClientsWork(t *testing.T) {
	t.Parallel()
	requireTools(t)
	s := harness.Demo(t, 20)

	t.Run("in TypeScript", func(t *testing.T) {
		t.Parallel()
		w := newWorkspace(t, "typescript")
		for _, tool := range []string{"openapi-typescript", "graphql-codegen", "gql.tada", "relay-compiler"} {
			w.recipe(tool)
		}
		w.npm("tsc")
		for _, program := range []string{"openapi-typescript", "graphql-codegen", "gql-tada"} {
			w.run("node", "generated/js/"+program+".js", s.URL)
		}
	})

	t.Run("in Go", func(t *testing.T) {
		t.Parallel()
		w := newWorkspace(t, "go")
		w.recipe("oapi-codegen")
		w.recipe("genqlient")
		w.run("go", "vet", "./...")
		w.run("go", "run", ".", s.URL)
	})

	t.Run("in Postman", func(t *testing.T) {
		t.Parallel()
		w := newWorkspace(t, "lint")
		// Portman takes operations whose paths differ in the query for one, so it would expect that
		// all of them answer as the login does. Other tests hold their bodies to the document.
		out := w.npm("portman", "--local", "openapi.json", "--baseUrl", s.URL, "--portmanConfigFile", "portman.json", "--runNewman")
		doc, err := resttest.Document()
		if err != nil {
			t.Fatal(err)
		}
		operations := 0
		for _, item := range doc.Paths.Map() {
			operations += len(item.Operations())
		}
		if sent := strings.Count(out, "\n↳ "); sent != operations {
			t.Errorf("Portman sent %d of %d operations:\n%s", sent, operations, out)
		}
	})
}

// workspace is a copy of a folder of testdata with both contracts and the npm packages. What the
// tools generate stays there.
type workspace struct {
	t      *testing.T
	folder string
}

func newWorkspace(t *testing.T, name string) workspace {
	t.Helper()
	w := workspace{t, t.TempDir()}
	if err := os.CopyFS(w.folder, os.DirFS(filepath.Join("testdata", name))); err != nil {
		t.Fatal(err)
	}
	for file, content := range map[string]string{"openapi.json": string(openapi.Document()), "schema.graphql": graph.SDL()} {
		if err := os.WriteFile(filepath.Join(w.folder, file), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	packages, err := filepath.Abs("testdata/node_modules")
	if err == nil {
		err = os.Symlink(packages, filepath.Join(w.folder, "node_modules"))
	}
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// npm runs a program of an npm package.
func (w workspace) npm(name string, args ...string) string {
	w.t.Helper()
	return w.run("node_modules/.bin/"+name, args...)
}

// run runs a program in the workspace and returns its output. The test fails if the program does.
func (w workspace) run(name string, args ...string) string {
	w.t.Helper()
	cmd := exec.CommandContext(w.t.Context(), name, args...)
	cmd.Dir = w.folder
	cmd.Env = append(os.Environ(),
		"GOFLAGS="+os.Getenv("GOFLAGS")+" -race=false", // the server is tested, not the generators
		"REDOCLY_TELEMETRY=off", "REDOCLY_SUPPRESS_UPDATE_NOTICE=true",
		"PORTMAN_API_KEY=demo-admin", // Portman's variable apiKey
	)
	out, err := cmd.CombinedOutput()
	if err != nil {
		w.t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}
