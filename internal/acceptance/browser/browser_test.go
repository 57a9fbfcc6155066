// Package browser runs the tests of web/e2e, which use the pages in Chromium.
package browser

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"contactgraph/internal/acceptance/harness"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }

const playwright = "node_modules/@playwright/test/cli.js"

// TestInTheBrowser runs the Playwright tests of web/e2e in Chromium. Each starts the server under
// test with demo data of its own.
//
// They run on one engine: the pages use nothing but the server's APIs, and other tests check that
// both engines give the same responses. The server is built with the race detector, as for the
// other tests: it uses less than a fifth of the CPU time of these tests, and building another one
// takes more than it would save.
func TestInTheBrowser(t *testing.T) {
	harness.RequireEngine(t, harness.SQLite)
	web := harness.ModulePath(t, "web")
	if _, err := os.Stat(filepath.Join(web, playwright)); err != nil {
		t.Fatalf("Playwright is not installed: run make tools (%v)", err)
	}
	// go test reruns the test if one of these files has changed, because it has read them.
	for _, pattern := range []string{"e2e/*.ts", "playwright.config.ts", "../internal/acceptance/clients/testdata/*.mjs", "../clients/typescript/src/*.ts"} {
		files, err := filepath.Glob(filepath.Join(web, pattern))
		if err != nil || len(files) == 0 {
			t.Fatalf("no file matches %s (%v)", pattern, err)
		}
		for _, file := range files {
			if _, err := os.ReadFile(file); err != nil {
				t.Fatal(err)
			}
		}
	}
	ctx := t.Context()
	if deadline, ok := t.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-time.Minute))
		defer cancel()
	}
	cmd := exec.CommandContext(ctx, "node", playwright, "test", "--forbid-only")
	cmd.Dir = web
	cmd.Env = append(os.Environ(), "CONTACTGRAPH_BINARY="+harness.Program(t))
	// Interrupted, it reports what was running, and stops the browsers and servers.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 30 * time.Second
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("\n%s", out)
}
