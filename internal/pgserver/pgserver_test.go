package pgserver_test

import (
	"testing"

	"contactgraph/internal/pgserver"
)

func TestServer(t *testing.T) {
	t.Parallel()
	s, err := pgserver.Start(t.Context(), pgserver.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	}()
	if err := s.CreateDatabase(t.Context(), "a b"); err != nil {
		t.Fatal(err)
	}
	s.Crash()
	if err := s.Exec(t.Context(), "SELECT 1"); err == nil {
		t.Error("a crashed server answers")
	}
	if err := s.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.CopyDatabase(t.Context(), "c", "a b"); err != nil {
		t.Error(err)
	}
	if err := s.DropDatabase(t.Context(), "a b"); err != nil {
		t.Error(err)
	}
}
