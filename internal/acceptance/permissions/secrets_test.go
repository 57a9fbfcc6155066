package permissions

import (
	"strings"
	"testing"

	"contactgraph/internal/acceptance/harness"
)

// TestDatabasePasswordIsNotPrinted checks that neither the server's output nor its log has the
// password of its database.
func TestDatabasePasswordIsNotPrinted(t *testing.T) {
	harness.RequireEngine(t, harness.Postgres)
	t.Parallel()
	database := harness.NewDatabase(t, harness.Postgres)
	secret := strings.Replace(database, "postgres@", "postgres:"+harness.Marker+"@", 1) + "&password=" + harness.Marker
	if secret == database+"&password="+harness.Marker {
		t.Fatalf("cannot put a password into %s", database)
	}
	s := harness.Start(t, secret, 5)
	if printed := s.Stdout.String() + s.Log.String(); strings.Contains(printed, harness.Marker) {
		t.Errorf("the server printed the password:\n%s", printed)
	}
}
