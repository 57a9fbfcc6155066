package harness

import (
	"context"
	"os"
	"os/exec"
	"sync"
	"testing"

	"contactgraph/internal/pgserver"
)

var citus = sync.OnceValues(func() (*pgserver.Citus, error) {
	return pgserver.OpenCitus(context.Background(), os.Getenv("CONTACTGRAPH_TEST_CITUS"))
})

// newCitusDatabase creates a database in the cluster, distributes its tables, and returns its
// address. It is dropped when the test ends.
func newCitusDatabase(t *testing.T) string {
	t.Helper()
	cluster, err := citus()
	if err != nil {
		t.Fatal(err)
	}
	database, drop, err := cluster.NewDatabase(t.Context())
	t.Cleanup(func() {
		if err := drop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	migrate := exec.CommandContext(t.Context(), Program(t), "migrate", "up", "--distribute", "--database", database)
	if out, err := migrate.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return database
}
