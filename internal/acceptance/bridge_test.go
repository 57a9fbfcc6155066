package acceptance

import (
	"os"
	"testing"

	"contactgraph/internal/acceptance/harness"
)

// The names that browser_test.go uses.

const sqlite = harness.SQLite

type process struct{ url string }

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }

func only(t *testing.T, e harness.Engine) {
	t.Helper()
	harness.RequireEngine(t, e)
}

func demo(t *testing.T, contacts int) *process {
	t.Helper()
	return &process{harness.Demo(t, contacts).URL}
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
