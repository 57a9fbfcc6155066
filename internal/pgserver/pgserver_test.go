package pgserver_test

import (
	"testing"

	"contactgraph/internal/pgserver"

	"github.com/jackc/pgx/v5"
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

func TestBouncer(t *testing.T) {
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
	b, err := s.Bounce(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	var first, second uint32
	for _, pid := range []*uint32{&first, &second} {
		conn, err := pgx.Connect(t.Context(), b.URL("postgres"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(t.Context())
		if err := conn.QueryRow(t.Context(), "SELECT pg_backend_pid()").Scan(pid); err != nil {
			t.Fatal(err)
		}
	}
	if first != second {
		t.Errorf("two clients have the connections %d and %d to the server: they share none", first, second)
	}
	if err := b.Stop(); err != nil {
		t.Error(err)
	}
}
