package docs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"contactgraph/internal/acceptance/harness"
)

// example returns the command that runs an example of the guides against the server.
func example(s *harness.Server, name string, args ...string) *exec.Cmd {
	s.T.Helper()
	cmd := exec.Command("node", append([]string{filepath.Join(installProject(s.T), name)}, args...)...)
	cmd.Env = append(os.Environ(), "CONTACTGRAPH_URL="+s.URL)
	cmd.Stderr = s.Log
	return cmd
}

// installProject returns the folder of the project, with the package.
func installProject(t *testing.T) string {
	t.Helper()
	folder, err := project.install(harness.ModulePath(t, "clients/typescript"), harness.ModulePath(t, "docs/examples"))
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

// project is a folder with the examples and the package that they use, as a reader has them.
var project typeScriptProject

type typeScriptProject struct {
	once   sync.Once
	folder string
	err    error
}

func (p *typeScriptProject) install(source, examples string) (string, error) {
	p.once.Do(func() {
		if p.folder, p.err = os.MkdirTemp("", "contactgraph-examples-"); p.err != nil {
			return
		}
		modules := filepath.Join(p.folder, "node_modules")
		installed := filepath.Join(modules, "contactgraph-client")
		p.err = errors.Join(
			os.CopyFS(p.folder, os.DirFS(examples)),
			os.MkdirAll(installed, 0o750),
			copyFile(filepath.Join(installed, "package.json"), filepath.Join(source, "package.json")),
			compile(source, filepath.Join(installed, "dist")),
		)
		// What the package needs, and what the quick start installs.
		for _, name := range []string{"graphql", "@graphql-typed-document-node", "@types", "typescript", ".bin"} {
			p.err = errors.Join(p.err, os.Symlink(filepath.Join(source, "node_modules", name), filepath.Join(modules, name)))
		}
	})
	return p.folder, p.err
}

func (p *typeScriptProject) remove() error { return os.RemoveAll(p.folder) }

func copyFile(to, from string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, text, 0o600)
}

// compile compiles the package as its script for npm does.
func compile(source, folder string) error {
	// go test runs the tests again if a source has changed, because they have read it.
	err := fs.WalkDir(os.DirFS(source), "src", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			_, err = os.ReadFile(filepath.Join(source, name))
		}
		return err
	})
	if err != nil {
		return err
	}
	cmd := exec.Command("node_modules/.bin/tsc", "-p", "tsconfig.build.json", "--outDir", folder)
	cmd.Dir = source
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("the package cannot be compiled; make tools installs its compiler: %w\n%s", err, out)
	}
	return nil
}
