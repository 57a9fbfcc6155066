package acceptance

import (
	"strings"
	"testing"
)

// The password of the database is in nothing that the server says, neither in its greeting nor in its log.
func TestPasswordOfTheDatabaseIsNotTold(t *testing.T) {
	only(t, postgres)
	t.Parallel()
	database := newDatabase(t, postgres)
	secret := strings.Replace(database, "postgres@", "postgres:"+canary+"@", 1) + "&password=" + canary
	if secret == database+"&password="+canary {
		t.Fatalf("%s has no place for a password", database)
	}
	s := start(t, secret, 5)
	if said := s.told.String() + s.log.String(); strings.Contains(said, canary) {
		t.Errorf("the server said:\n%s", said)
	}
}
