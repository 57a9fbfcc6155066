package databasetest

import (
	"log/slog"
	"testing"

	"contactgraph/internal/database"
	"contactgraph/internal/pgserver/citustest"
)

// citusURL names a new database of the cluster whose tables are distributed.
func citusURL(tb testing.TB) string {
	tb.Helper()
	url := citustest.Database(tb)
	if _, _, err := database.Distribute(tb.Context(), url, slog.New(slog.DiscardHandler)); err != nil {
		tb.Fatal(err)
	}
	return url
}
