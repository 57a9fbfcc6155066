package faults

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"contactgraph/internal/acceptance/harness"
)

// TestTimeGoesOnWhenTheClockIsSetBack restarts a server on a database in which a time 13 hours from
// now is stored, as if the clock of the machine had been set back since. Sessions that have expired
// by then stay expired, and writes do not get an earlier time. It also follows the way out that
// docs/operating.md describes.
func TestTimeGoesOnWhenTheClockIsSetBack(t *testing.T) {
	t.Parallel()
	s := harness.Demo(t, 1)
	customer := s.SignInCustomer()
	role := func() string {
		return s.Send(customer, "POST", "/graphql", "application/json", `{"query":"{ viewer { role } }"}`).Body
	}
	modified := func() time.Time {
		t.Helper()
		o := harness.Query[struct {
			Contact struct{ LastModified time.Time }
		}](s, harness.APIKey("demo-agent"), `mutation { updateContact(input: {id: 466, onConflict: OVERWRITE, set: {firstName: "x"}}) { contact { lastModified } } }`, nil)
		return o.Contact.LastModified
	}
	if got := role(); !strings.Contains(got, "CUSTOMER") {
		t.Fatalf("before: %s", got)
	}
	s.Stop()
	ahead := time.Now().Add(13 * time.Hour).UTC().Truncate(time.Second)
	set := func(at time.Time) {
		t.Helper()
		harness.RunSQL(t, s.Database, "DELETE FROM clocks")
		harness.RunSQL(t, s.Database, fmt.Sprintf("INSERT INTO clocks (id, at) VALUES (1, '%s+00:00')", at.Format(time.DateTime)))
	}
	set(ahead)
	s = harness.Start(t, s.Database, 1)
	if got := role(); !strings.Contains(got, "UNAUTHENTICATED") {
		t.Errorf("a session that had expired: %s", got)
	}
	if got := modified(); got.Before(ahead) {
		t.Errorf("a write got the time %s, before %s", got, ahead)
	}
	if got := s.Log.String(); !strings.Contains(got, "the clock of this machine is behind") || !strings.Contains(got, "behind=1") {
		t.Errorf("logged %s", got)
	}
	s.Kill()
	s = harness.Start(t, s.Database, 1)
	if got := role(); !strings.Contains(got, "UNAUTHENTICATED") {
		t.Errorf("after a crash, a session that had expired: %s", got)
	}
	s.Stop()
	wayOut := "UPDATE clocks SET at = datetime('now')"
	if harness.Selected() != harness.SQLite {
		wayOut = "UPDATE clocks SET at = now()"
	}
	if !strings.Contains(harness.ReadFile(t, "docs/operating.md"), wayOut) {
		t.Errorf("docs/operating.md does not have %s", wayOut)
	}
	harness.RunSQL(t, s.Database, wayOut)
	s = harness.Start(t, s.Database, 1)
	if got := role(); !strings.Contains(got, "CUSTOMER") {
		t.Errorf("after the time was set back by hand: %s", got)
	}
	if got := s.Log.String(); strings.Contains(got, "behind") {
		t.Errorf("logged %s", got)
	}
}
