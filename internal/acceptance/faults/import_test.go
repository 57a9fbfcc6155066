package faults

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"contactgraph/internal/acceptance/harness"
)

// imports runs the command line on one database.
type imports struct {
	t                 *testing.T
	program, database string
}

func (i *imports) command(args ...string) *exec.Cmd {
	c := exec.CommandContext(i.t.Context(), i.program, append(args, "--database", i.database)...)
	c.Dir = i.t.TempDir()
	return c
}

// run runs a command to its end, and returns what it prints.
func (i *imports) run(args ...string) string {
	i.t.Helper()
	var out, errs bytes.Buffer
	c := i.command(args...)
	c.Stdout, c.Stderr = &out, &errs
	if err := c.Run(); err != nil {
		i.t.Fatalf("%q: %v\n%s", args, err, errs.String())
	}
	return out.String()
}

// status is a part of what import status prints.
type status struct {
	State   string
	Rows    int
	Create  int
	Applied int
}

func (i *imports) status() (s status) {
	i.t.Helper()
	if err := json.Unmarshal([]byte(i.run("import", "status", "1", "--json")), &s); err != nil {
		i.t.Fatal(err)
	}
	return s
}

// killDuring starts commands that run the import while it is in the state, and kills each when it
// has made progress, until it is done or has been killed so often.
func (i *imports) killDuring(state string, kills int, first ...string) (killed int) {
	i.t.Helper()
	args := first
	for killed < kills {
		before := status{State: state}
		if killed > 0 || len(first) == 0 {
			before = i.status()
		}
		if before.State != state {
			return killed
		}
		if args == nil {
			args = []string{"import", "apply", "1"}
		}
		c := i.command(args...)
		c.Stdout, c.Stderr = io.Discard, io.Discard
		if err := c.Start(); err != nil {
			i.t.Fatal(err)
		}
		for args = nil; ; time.Sleep(20 * time.Millisecond) {
			if killed == 0 && len(first) > 0 && c.ProcessState == nil {
				if out, err := i.command("import", "status", "1").CombinedOutput(); err != nil && strings.Contains(string(out), "no job") {
					continue // the file is being stored
				}
			}
			now := i.status()
			if now.State != "UPLOADING" && (now.State != state || now.Rows+now.Applied > before.Rows+before.Applied) {
				break
			}
		}
		time.Sleep(rand.N(300 * time.Millisecond))
		if c.Process.Kill() == nil {
			killed++
		}
		_ = c.Wait() // it was killed
	}
	return killed
}

// firstVersion is how an export has the version of a contact that was written once.
const firstVersion = "AAAAAAAAAAE="

// TestImportIsKilled kills the processes that import a file, at most four times, or twenty times
// with CONTACTGRAPH_TEST_IMPORTS, the number of rows. Each row is written once.
func TestImportIsKilled(t *testing.T) {
	rows, kills := 3000, 4
	if n, err := strconv.Atoi(os.Getenv("CONTACTGRAPH_TEST_IMPORTS")); err == nil {
		rows, kills = n, 20
	}
	i := &imports{t, harness.Program(t), harness.NewDatabase(t, harness.Selected())}
	i.run("account", "create", "--account", "Shop")
	var b strings.Builder
	b.WriteString("First Name,Last Name,Email,Phone\n")
	for n := range rows {
		fmt.Fprintf(&b, "Nora,Vogel %d,nora%d@example.com,+49170%d\n", n, n, 1_000_000+n)
	}
	file := filepath.Join(t.TempDir(), "list.csv")
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	killed := i.killDuring("PLANNING", kills/2, "import", file, "--account", "Shop", "--dry-run")
	i.run("import", "apply", "1") // it finishes the plan, or applies it
	if s := i.status(); s.Rows != rows || s.Create != rows {
		t.Fatalf("planned %+v", s)
	}
	if i.status().State == "PLANNED" {
		c := i.command("import", "apply", "1")
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		for i.status().State == "PLANNED" {
			time.Sleep(20 * time.Millisecond)
		}
		_ = c.Process.Kill()
		_ = c.Wait() // it was killed
		killed++
	}
	killed += i.killDuring("APPLYING", kills-killed)
	if i.status().State != "APPLIED" { // the last one may have been killed when it was done
		i.run("import", "apply", "1")
	}
	if s := i.status(); s.State != "APPLIED" || s.Applied != rows {
		t.Errorf("applied %+v", s)
	}
	emails := map[string]bool{}
	for line := range strings.Lines(i.run("export", "--account", "Shop", "--format", "csv", "--columns", "email,version", "--output", "-")) {
		if email, version, _ := strings.Cut(line, ","); strings.Contains(email, "@") {
			if emails[email] || !strings.HasPrefix(version, firstVersion) {
				t.Fatalf("%s was written twice: %s", email, version)
			}
			emails[email] = true
		}
	}
	if len(emails) != rows {
		t.Errorf("%d contacts were written", len(emails))
	}
	i.run("verify")
	report(t, fmt.Sprintf("%s: kill -9 of an import", harness.Selected()), killed, rows, 0)
}
