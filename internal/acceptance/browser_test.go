package acceptance

import (
	"cmp"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

const (
	stories = "../../web/e2e"
	// storyDeadline is a little longer than that of web/e2e/harness.mjs, so that a story that hangs can say where.
	storyDeadline = 240 * time.Second
	// browsers is how many stories run at once: each has a browser and a server with the race detector.
	browsers = 2
)

// TestInTheBrowser runs the stories of web/e2e, each against a demo server of its own, in Chromium.
//
// They run on one engine: a page speaks with the server alone, and other tests hold that both engines answer it alike.
func TestInTheBrowser(t *testing.T) {
	only(t, sqlite)
	t.Parallel()
	chromium := cmp.Or(os.Getenv("CHROMIUM"), "/usr/bin/chromium")
	for _, needed := range []string{chromium, "../../web/node_modules/playwright-core", "../../web/node_modules/axe-core"} {
		if _, err := os.Stat(needed); err != nil {
			t.Fatalf("the browser is not installed: run make tools (%v)", err)
		}
	}
	turns := make(chan struct{}, browsers)
	count := 0
	// Files that the stories share are read too, so that go test does not take an old result when one has changed.
	for _, file := range glob(t, filepath.Join(stories, "*.mjs")) {
		text := readFile(t, file)
		name, isStory := strings.CutSuffix(filepath.Base(file), ".story.mjs")
		if !isStory {
			continue
		}
		count++
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			turns <- struct{}{}
			defer func() { <-turns }()
			tell(t, file, demo(t, contactsOf(t, text)))
		})
	}
	if count == 0 {
		t.Error("there are no stories")
	}
}

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

var firstLine = regexp.MustCompile(`^// contacts: (\d+)\n`)

// contactsOf is how many contacts a story wants.
func contactsOf(t *testing.T, story string) int {
	t.Helper()
	m := firstLine.FindStringSubmatch(story)
	if m == nil {
		t.Fatal("the first line of a story says how many contacts it wants: // contacts: 20")
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// tell runs a story against the server.
func tell(t *testing.T, story string, s *process) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), storyDeadline)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", story)
	cmd.Env = append(os.Environ(), "CONTACTGRAPH_URL="+s.url,
		"CONTACTGRAPH_SCREENSHOTS="+cmp.Or(os.Getenv("CONTACTGRAPH_SCREENSHOTS"), t.TempDir()))
	// Told to end, it says where it was and closes its browser; killed, the browser sees the end of its pipe and goes too.
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 15 * time.Second
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("\n%s", out)
}
