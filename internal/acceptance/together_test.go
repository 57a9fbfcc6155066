package acceptance

import (
	"strings"
	"sync"
	"testing"

	"contactgraph/migrations"
)

// Servers that start at once on one empty database all come up, and one of them migrates.
func TestServersThatStartTogether(t *testing.T) {
	only(t, postgres)
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
	for _, e := range []engine{postgres, pgbouncer} {
		t.Run(string(e), func(t *testing.T) {
			database := newDatabase(t, e)
			var f fleet
			for range 2 {
				f = append(f, launch(t, database))
			}
			var wg sync.WaitGroup
			for _, s := range f {
				wg.Go(s.await)
			}
			wg.Wait()
			applied := 0
			for _, s := range f {
				applied += strings.Count(s.log.String(), "migration applied")
			}
			revisions := rows[struct{ Version string }](t, database, "SELECT version FROM schema_revisions")
			if applied != want || len(revisions) != want {
				t.Errorf("there are %d migrations; %d were applied and %d noted", want, applied, len(revisions))
			}
		})
	}
}
