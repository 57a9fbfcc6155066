package harness

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"contactgraph/internal/pgserver"

	"github.com/jackc/pgx/v5"
)

// NewPostgres starts a PostgreSQL that no other test uses, and creates an empty database in it. A
// test that stops, restarts or freezes PostgreSQL needs one.
func NewPostgres(t *testing.T, o pgserver.Options, database string) *pgserver.Server {
	t.Helper()
	pg, err := pgserver.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := pg.Stop(); err != nil {
			t.Error(err)
		}
	})
	if err := pg.CreateDatabase(t.Context(), database); err != nil {
		t.Fatal(err)
	}
	return pg
}

// shared is the PostgreSQL of this package's tests, in which each has databases of its own, and the
// PgBouncer in front of it.
var shared struct {
	once    sync.Once
	server  *pgserver.Server
	bouncer *pgserver.Bouncer
	err     error
	created atomic.Int64 // databases so far
}

// poolSize is the number of connections that PgBouncer opens to a database: fewer than a single
// server opens to PgBouncer.
const poolSize = 5

func startShared() {
	ctx := context.Background() // it outlives the test that starts it
	if shared.server, shared.err = pgserver.Start(ctx, pgserver.Options{NoSync: true}); shared.err == nil {
		shared.bouncer, shared.err = shared.server.Bounce(ctx, poolSize)
	}
}

func stopShared() (err error) {
	if shared.bouncer != nil {
		err = shared.bouncer.Stop()
	}
	if shared.server != nil {
		err = errors.Join(err, shared.server.Stop())
	}
	return err
}

// sharedPostgres returns the shared PostgreSQL, which the first call starts.
func sharedPostgres(t *testing.T) *pgserver.Server {
	t.Helper()
	shared.once.Do(startShared)
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.server
}

// newPostgresDatabase creates an empty database in the shared PostgreSQL and returns its name. It
// is dropped when the test ends.
func newPostgresDatabase(t *testing.T) string {
	t.Helper()
	return createPostgresDatabase(t, func(pg *pgserver.Server, name string) error {
		return pg.CreateDatabase(t.Context(), name)
	})
}

// copyPostgresDatabase is newPostgresDatabase, but creates a copy of a database that no server
// uses.
func copyPostgresDatabase(t *testing.T, template string) string {
	t.Helper()
	return createPostgresDatabase(t, func(pg *pgserver.Server, name string) error {
		return pg.CopyDatabase(t.Context(), name, template)
	})
}

func createPostgresDatabase(t *testing.T, create func(pg *pgserver.Server, name string) error) string {
	t.Helper()
	pg := sharedPostgres(t)
	name := fmt.Sprint("t", shared.created.Add(1))
	if err := create(pg, name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := pg.DropDatabase(context.WithoutCancel(t.Context()), name); err != nil {
			t.Error(err)
		}
	})
	return name
}

// PostgresLog returns what the shared PostgreSQL has logged.
func PostgresLog(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(shared.server.Log())
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Rows runs a SQL query on a PostgreSQL database, bypassing the servers. The columns fill the
// fields of T by their position.
func Rows[T any](t *testing.T, database, query string) []T {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	rows, err := conn.Query(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[T])
	if err != nil {
		t.Fatal(err)
	}
	return all
}
