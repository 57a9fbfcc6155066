// Package harness builds and starts the server for the acceptance tests, and talks to it the way
// its clients do: REST, GraphQL, WebSockets and server-sent events.
//
// Each package of acceptance tests runs its tests through Main:
//
//	func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }
//
// A test starts a server with demo data, on a free port and a database of its own, and sends
// requests as one of the callers of the demo data:
//
//	func TestContactHasAFirstName(t *testing.T) {
//		t.Parallel()
//		s := harness.Demo(t, 20)
//		type contact struct{ FirstName string }
//		c := harness.Query[contact](s, harness.APIKey("demo-agent"), `{ contact(id: 7) { firstName } }`, nil)
//		…
//	}
//
// The server stops when the test ends. The test fails if the server does not exit cleanly, or if
// the race detector reported something.
//
// The environment variable CONTACTGRAPH_TEST_ENGINE selects the database: sqlite (the default),
// postgres, or pgbouncer, which is PostgreSQL behind a PgBouncer in transaction mode. A test that
// is about one engine starts with RequireEngine.
package harness

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"
)

// Main runs the tests of a package, then stops the PostgreSQL and removes the files that they
// shared. It returns the exit code.
func Main(m *testing.M) int {
	code := m.Run()
	if err := errors.Join(stopShared(), os.RemoveAll(seeded.folder)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

// Race reports whether the server is built with the race detector. It is, unless the environment
// variable CONTACTGRAPH_TEST_PLAIN is set: for tests that measure what the server uses.
func Race() bool { return os.Getenv("CONTACTGRAPH_TEST_PLAIN") == "" }

// Program returns the path of the server's binary. All packages share the file: the first one
// builds it, and the others find it up to date.
func Program(t *testing.T) string {
	t.Helper()
	path, err := build()
	if err != nil {
		t.Fatalf("building the server: %v", err)
	}
	return path
}

// ModulePath returns the absolute path of a file of the module, which is given by its path from the
// root of the module, such as docs/feed.md.
func ModulePath(t *testing.T, name string) string {
	t.Helper()
	root, err := moduleRoot()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(root, name)
}

// ReadFile reads a file of the module; see ModulePath.
func ReadFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(ModulePath(t, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var build = sync.OnceValues(func() (string, error) {
	root, err := moduleRoot()
	if err != nil {
		return "", err
	}
	if err := watchSources(root); err != nil {
		return "", err
	}
	folder := filepath.Join(root, "bin", "acceptance")
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return "", err
	}
	lock, err := os.OpenFile(filepath.Join(folder, "lock"), os.O_CREATE, 0o600)
	if err != nil {
		return "", err
	}
	defer lock.Close() // which releases the lock
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX); err != nil {
		return "", err
	}
	path := filepath.Join(folder, "contactgraph")
	if !Race() {
		path += "-plain"
	}
	cmd := exec.Command("go", "build", fmt.Sprintf("-race=%t", Race()), "-o", path, "contactgraph")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return path, nil
})

var moduleRoot = sync.OnceValues(func() (string, error) {
	folder, err := os.Getwd()
	for err == nil {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder, nil
		}
		parent := filepath.Dir(folder)
		if parent == folder {
			break
		}
		folder = parent
	}
	return "", fmt.Errorf("the tests do not run in a folder of the module: %w", os.ErrNotExist)
})

// watchSources reads the folders of the server's sources. Go reuses the result of a test as long as
// the files that the test has looked at are unchanged; it cannot know that the binary comes from
// these.
func watchSources(root string) error {
	return filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() || path == root {
			return err
		}
		switch name := entry.Name(); {
		case strings.HasPrefix(name, "."), name == "bin", name == "node_modules", name == "testdata", name == "acceptance":
			return filepath.SkipDir
		}
		return nil
	})
}
