package clients

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"contactgraph/internal/acceptance/harness"

	"github.com/google/go-cmp/cmp"
)

// followed is a change as the scripts print it.
type followed struct {
	Cursor, Version, Kind string
	ContactID             int
	Fields                []struct {
		Path     string
		Old, New any
	}
}

// TestClientLibrariesReceiveTheFeed follows the log with the client libraries that frontends use.
// Each receives changes that were written before, then others as they are written. It loses its
// connection in between, and must have received every change once, in the order of the log.
func TestClientLibrariesReceiveTheFeed(t *testing.T) {
	t.Parallel()
	const existing, live = 10, 20
	const directory = "testdata"
	if _, err := os.Stat(directory + "/node_modules/graphql-ws"); err != nil {
		t.Fatalf("the client libraries are not installed: run make tools (%v)", err)
	}
	if _, err := os.ReadDir(directory); err != nil { // so that go test runs the test again if a script changes
		t.Fatal(err)
	}
	s := harness.Demo(t, 20)
	agent := harness.APIKey("demo-agent")
	begin := harness.Query[struct{ LastCursor string }](s, agent, `{ contactChanges(first: 0) { lastCursor } }`, nil).LastCursor
	write := func(n int) {
		for i := range n {
			harness.Query[any](s, agent, `mutation($id: ID!, $name: String!) { updateContact(input: {id: $id, onConflict: OVERWRITE, set: {firstName: $name}}) { errors { code } } }`,
				harness.Variables{"id": fmt.Sprint(1 + i%3), "name": fmt.Sprint("Änne <", n, ".", i, ">")})
		}
	}
	write(existing)
	var running []*client
	for _, script := range []string{"graphql-ws.mjs", "graphql-sse.mjs", "apollo.mjs"} {
		running = append(running, launchClient(t, directory, script, s.URL+"/graphql", "demo-agent", begin, fmt.Sprint(existing+live)))
	}
	for _, c := range running {
		c.read(existing)
	}
	write(live)
	want := harness.Query[struct{ Changes []followed }](s, agent,
		`query($after: String) { contactChanges(after: $after) { changes { cursor contactId version kind fields { path old new } } } }`, harness.Variables{"after": begin}).Changes
	if len(want) != existing+live {
		t.Fatalf("the log has %d changes, want %d", len(want), existing+live)
	}
	for _, c := range running {
		c.read(live)
		if diff := cmp.Diff(want, c.got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", c.script, diff)
		}
		c.wait()
	}
}

// client is a script that follows the log.
type client struct {
	t      *testing.T
	script string
	cmd    *exec.Cmd
	lines  *bufio.Scanner
	stderr bytes.Buffer
	got    []followed
}

func launchClient(t *testing.T, directory, script string, args ...string) *client {
	t.Helper()
	c := &client{t: t, script: script, cmd: exec.CommandContext(t.Context(), "node", append([]string{script}, args...)...)}
	c.cmd.Dir, c.cmd.Stderr = directory, &c.stderr
	stdout, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c.lines = bufio.NewScanner(stdout)
	return c
}

// read reads the next n changes that the script prints.
func (c *client) read(n int) {
	c.t.Helper()
	for range n {
		var change followed
		if !c.lines.Scan() {
			c.t.Fatalf("%s ended after %d changes: %v\n%s", c.script, len(c.got), c.cmd.Wait(), &c.stderr)
		}
		if err := json.Unmarshal(c.lines.Bytes(), &change); err != nil {
			c.t.Fatalf("%s: %s: %v", c.script, c.lines.Text(), err)
		}
		c.got = append(c.got, change)
	}
}

// wait waits for the end of the script, which must not print any more changes.
func (c *client) wait() {
	c.t.Helper()
	var more strings.Builder
	for c.lines.Scan() {
		more.WriteString(c.lines.Text() + "\n")
	}
	if err := c.cmd.Wait(); err != nil || more.Len() > 0 {
		c.t.Errorf("%s ended with %v and printed more: %s\n%s", c.script, err, &more, &c.stderr)
	}
}
