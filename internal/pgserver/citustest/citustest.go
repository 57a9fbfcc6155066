// Package citustest creates databases for tests in the cluster of Citus whose coordinator the
// variable CONTACTGRAPH_TEST_CITUS names.
package citustest

import (
	"context"
	"os"
	"sync"
	"testing"

	"contactgraph/internal/pgserver"
)

var cluster = sync.OnceValues(func() (*pgserver.Citus, error) {
	return pgserver.OpenCitus(context.Background(), os.Getenv("CONTACTGRAPH_TEST_CITUS"))
})

// Database names a new database without tables, which is dropped when the test ends.
func Database(tb testing.TB) string {
	tb.Helper()
	c, err := cluster()
	if err != nil {
		tb.Fatal(err)
	}
	url, drop, err := c.NewDatabase(tb.Context())
	tb.Cleanup(func() {
		if err := drop(context.WithoutCancel(tb.Context())); err != nil {
			tb.Error(err)
		}
	})
	if err != nil {
		tb.Fatal(err)
	}
	return url
}
