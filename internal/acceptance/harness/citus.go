package harness

import (
	"os/exec"
	"testing"

	"contactgraph/internal/pgserver/citustest"
)

// newCitusDatabase creates a database in the cluster, distributes its tables, and returns its
// address. It is dropped when the test ends.
func newCitusDatabase(t *testing.T) string {
	t.Helper()
	database := citustest.Database(t)
	migrate := exec.CommandContext(t.Context(), Program(t), "migrate", "up", "--distribute", "--database", database)
	if out, err := migrate.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return database
}
