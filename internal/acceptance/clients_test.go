package acceptance

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// followed is a change as the clients tell it.
type followed struct {
	Cursor, Version, Kind string
	ContactID             int
	Fields                []struct {
		Path     string
		Old, New any
	}
}

// TestClientsReceiveTheFeed follows the log with the clients that frontends use. Each finds changes that are there already, gets
// others as they are written, loses its connection in between, and must end with every change once, in the order of the log.
func TestClientsReceiveTheFeed(t *testing.T) {
	t.Parallel()
	const there, live = 10, 20
	const directory = "testdata/clients"
	if _, err := os.Stat(directory + "/node_modules/graphql-ws"); err != nil {
		t.Fatalf("the clients are not installed: run make tools (%v)", err)
	}
	s := demo(t, 20)
	agent := key("demo-agent")
	begin := into[struct{ LastCursor string }](s, agent, `{ contactChanges(first: 0) { lastCursor } }`, nil).LastCursor
	write := func(n int) {
		for i := range n {
			into[any](s, agent, `mutation($id: ID!, $name: String!) { updateContact(input: {id: $id, onConflict: OVERWRITE, set: {firstName: $name}}) { errors { code } } }`,
				variables{"id": fmt.Sprint(1 + i%3), "name": fmt.Sprint("Änne <", n, ".", i, ">")})
		}
	}
	write(there)
	var running []*client
	for _, script := range []string{"graphql-ws.mjs", "graphql-sse.mjs", "apollo.mjs"} {
		running = append(running, launchClient(t, directory, script, s.url+"/graphql", "demo-agent", begin, fmt.Sprint(there+live)))
	}
	for _, c := range running {
		c.take(there)
	}
	write(live)
	want := into[struct{ Changes []followed }](s, agent,
		`query($after: String) { contactChanges(after: $after) { changes { cursor contactId version kind fields { path old new } } } }`, variables{"after": begin}).Changes
	if len(want) != there+live {
		t.Fatalf("the log has %d changes, want %d", len(want), there+live)
	}
	for _, c := range running {
		c.take(live)
		if diff := cmp.Diff(want, c.got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", c.script, diff)
		}
		c.end()
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

// take reads the next n changes that the script tells.
func (c *client) take(n int) {
	c.t.Helper()
	for range n {
		var change followed
		if !c.lines.Scan() {
			c.t.Fatalf("%s ends after %d changes: %v\n%s", c.script, len(c.got), c.cmd.Wait(), &c.stderr)
		}
		if err := json.Unmarshal(c.lines.Bytes(), &change); err != nil {
			c.t.Fatalf("%s: %s: %v", c.script, c.lines.Text(), err)
		}
		c.got = append(c.got, change)
	}
}

// end waits for the end of the script, which has nothing more to tell.
func (c *client) end() {
	c.t.Helper()
	var more strings.Builder
	for c.lines.Scan() {
		more.WriteString(c.lines.Text() + "\n")
	}
	if err := c.cmd.Wait(); err != nil || more.Len() > 0 {
		c.t.Errorf("%s ends with %v and tells more: %s\n%s", c.script, err, &more, &c.stderr)
	}
}
