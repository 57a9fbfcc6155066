package databasetest

import (
	"context"
	"log/slog"
	"os"
	"sync"
	"testing"

	"contactgraph/internal/database"
	"contactgraph/internal/pgserver"
)

// cluster is the one whose coordinator the variable CONTACTGRAPH_TEST_CITUS names.
var cluster = sync.OnceValues(func() (*pgserver.Citus, error) {
	return pgserver.OpenCitus(context.Background(), os.Getenv("CONTACTGRAPH_TEST_CITUS"))
})

// emptyCitus names a new database of the cluster that has no tables.
func emptyCitus(tb testing.TB) string {
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

// citusURL names a new database of the cluster whose tables are distributed.
func citusURL(tb testing.TB) string {
	tb.Helper()
	url := emptyCitus(tb)
	if _, _, err := database.Distribute(tb.Context(), url, slog.New(slog.DiscardHandler)); err != nil {
		tb.Fatal(err)
	}
	return url
}
