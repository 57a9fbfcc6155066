package concurrency

import (
	"strings"
	"sync"
	"testing"

	"contactgraph/internal/acceptance/harness"
	"contactgraph/migrations"
)

// TestSimultaneousStartMigratesOnce starts two servers at the same time on one empty database: both
// become ready, and each migration is applied by only one of them.
func TestSimultaneousStartMigratesOnce(t *testing.T) {
	harness.RequireEngine(t, harness.Postgres)
	t.Parallel()
	files, err := migrations.Files.ReadDir("postgres")
	if err != nil {
		t.Fatal(err)
	}
	want := 0
	for _, f := range files {
		if strings.HasSuffix(f.Name(), ".sql") {
			want++
		}
	}
	for _, e := range []harness.Engine{harness.Postgres, harness.PgBouncer} {
		t.Run(string(e), func(t *testing.T) {
			database := harness.NewDatabase(t, e)
			var f harness.Fleet
			for range 2 {
				f = append(f, harness.Launch(t, database))
			}
			var wg sync.WaitGroup
			for _, s := range f {
				wg.Go(s.Await)
			}
			wg.Wait()
			applied := 0
			for _, s := range f {
				applied += strings.Count(s.Log.String(), "migration applied")
			}
			revisions := harness.Rows[struct{ Version string }](t, database, "SELECT version FROM schema_revisions")
			if applied != want || len(revisions) != want {
				t.Errorf("there are %d migrations; %d were applied and %d recorded", want, applied, len(revisions))
			}
		})
	}
}
