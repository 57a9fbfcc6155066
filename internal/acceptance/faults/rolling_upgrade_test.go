package faults

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"contactgraph/internal/acceptance/harness"
	"contactgraph/migrations"
)

// TestRollingUpgrade replaces servers of the version before the newest migration by servers of this
// version, one after the other behind HAProxy, and then back, while clients write. No request
// fails, every acknowledged write is there once, and the change log agrees with the tables.
func TestRollingUpgrade(t *testing.T) {
	requireFaults(t) // it builds another server
	harness.RequireEngine(t, harness.Postgres)
	older := previous(t)
	database := harness.NewDatabase(t, harness.Postgres)
	var addresses []string
	for range 4 {
		addresses = append(addresses, harness.FreeAddress(t))
	}
	var servers []*harness.Server
	for _, address := range addresses[1:] {
		s := older.Launch(t, database, "--demo", "--demo-contacts", "8", "--addr", address, "--drain-delay", "3s")
		s.Await()
		servers = append(servers, s)
	}
	startBalancer(t, addresses)
	front := *servers[0]
	front.URL = "http://" + addresses[0]
	front.AwaitReady()
	requireNewest(t, servers, false)

	l := startLoad(t, harness.Fleet{&front})
	for _, version := range []harness.Variant{{}, older} {
		for _, s := range servers {
			s.Variant = version
			restart(t, s)
		}
		requireNewest(t, servers, version.Binary == "")
	}
	l.end()
	counts := checkAttempts(t, database, l.tried)
	if n := l.refused.Load(); n > 0 {
		t.Errorf("%d writes were refused", n)
	}
	if out, err := exec.Command(harness.Program(t), "verify", "--database", database).CombinedOutput(); err != nil {
		t.Errorf("verify: %v\n%s", err, out)
	}
	report(t, "upgrade and downgrade in turn behind HAProxy", 2*len(servers), counts[""], 0)
}

// requireNewest fails unless the servers do, or do not, have the newest migration of this version.
func requireNewest(t *testing.T, servers []*harness.Server, newest bool) {
	t.Helper()
	for _, s := range servers {
		if a := s.Send(harness.Anonymous, "GET", "/healthz", "", ""); strings.Contains(a.Body, migrations.Newest()) != newest {
			t.Fatalf("a server is of the wrong version: %s", a.Body)
		}
	}
}

// previous builds the server of the commit before the one that added the newest migration. It skips
// the test if the repository does not have that commit.
func previous(t *testing.T) harness.Variant {
	t.Helper()
	root := harness.ModulePath(t, ".")
	git := func(args ...string) string {
		out, err := exec.Command("git", append([]string{"-C", root}, args...)...).Output()
		if err != nil {
			t.Skipf("the commit before the newest migration is not known: git %s: %v", strings.Join(args, " "), err)
		}
		return strings.TrimSpace(string(out))
	}
	added := git("log", "-1", "--diff-filter=A", "--format=%H", "--", "migrations/postgres/"+migrations.Newest()+".sql")
	if added == "" {
		t.Skip("the newest migration is not committed, or the repository does not have its commit")
	}
	commit := git("rev-parse", "--verify", added+"^")
	binary := filepath.Join(root, "bin", "acceptance", "contactgraph-"+commit)
	if _, err := os.Stat(binary); err == nil {
		return harness.Variant{Binary: binary}
	}
	source := t.TempDir()
	script := `set -euo pipefail; git -C "$1" archive "$2" | tar -x -C "$3"; cd "$3"; go build -race=false -o "$4.new" .; mv "$4.new" "$4"`
	if out, err := exec.Command("bash", "-c", script, "bash", root, commit, source, binary).CombinedOutput(); err != nil {
		t.Fatalf("building %s: %v\n%s", commit, err, out)
	}
	return harness.Variant{Binary: binary}
}
