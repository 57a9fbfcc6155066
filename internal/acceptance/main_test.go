// Package acceptance holds the built binary to what the product promises, over HTTP and with the demo data: the samples of
// the documented APIs, who may do what, races, hostile input, kill -9, and a database that goes away or has no room.
//
// The variable CONTACTGRAPH_TEST_ENGINE says what the servers keep their data in: sqlite, the default, postgres, or pgbouncer,
// which is PostgreSQL behind a PgBouncer. Tests of what only one of them does run with that one.
package acceptance

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// program is the server under test, built with the race detector.
var program string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "acceptance")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	program = filepath.Join(dir, "contactgraph")
	build := exec.Command("go", "build", "-race", "-o", program, "contactgraph")
	build.Stdout, build.Stderr = os.Stderr, os.Stderr
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "building the server:", err)
		return 1
	}
	code := m.Run()
	if err := stopShared(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}
