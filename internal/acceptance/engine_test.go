package acceptance

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"contactgraph/internal/pgserver"

	"github.com/jackc/pgx/v5"
)

// engine is what a server keeps its data in.
type engine string

const (
	sqlite    engine = "sqlite"
	postgres  engine = "postgres"
	pgbouncer engine = "pgbouncer" // PostgreSQL behind a PgBouncer in transaction mode
)

// chosen is the engine that the variable CONTACTGRAPH_TEST_ENGINE names.
var chosen = engine(cmp.Or(os.Getenv("CONTACTGRAPH_TEST_ENGINE"), string(sqlite)))

// only skips a test of what an engine does when another was chosen.
func only(t *testing.T, e engine) {
	t.Helper()
	if chosen != e {
		t.Skipf("runs with CONTACTGRAPH_TEST_ENGINE=%s", e)
	}
}

// ownPostgres is a PostgreSQL that a test has for itself, with an empty database.
func ownPostgres(t *testing.T, o pgserver.Options, database string) *pgserver.Server {
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

// shared is the PostgreSQL in which each test has databases of its own, and the PgBouncer before it.
var shared struct {
	once    sync.Once
	server  *pgserver.Server
	bouncer *pgserver.Bouncer
	err     error
	made    atomic.Int64
}

// poolSize is how many connections PgBouncer has to a database: fewer than one server alone opens to the bouncer.
const poolSize = 5

// startShared starts the PostgreSQL when it is first asked for.
func startShared() {
	ctx := context.Background() // it outlives the test
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

// newDatabase names a new and empty database.
func newDatabase(t *testing.T, e engine) string {
	t.Helper()
	if e == sqlite {
		return filepath.Join(t.TempDir(), "t.db")
	}
	shared.once.Do(startShared)
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	name := fmt.Sprint("t", shared.made.Add(1))
	if err := shared.server.CreateDatabase(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := shared.server.DropDatabase(context.WithoutCancel(t.Context()), name); err != nil {
			t.Error(err)
		}
	})
	if e == pgbouncer {
		return shared.bouncer.URL(name)
	}
	return shared.server.URL(name)
}

// fleet is the servers of one database.
type fleet []*process

// of chooses a server: neighbours among the clients get different ones.
func (f fleet) of(client int) *process { return f[client%len(f)] }

// newFleet starts servers on a new database with demo data: two, but one on SQLite.
func newFleet(t *testing.T, e engine, contacts int) fleet {
	t.Helper()
	servers := 2
	if e == sqlite {
		servers = 1
	}
	return fleetOn(t, newDatabase(t, e), contacts, servers)
}

// fleetOn starts this many servers on a database.
func fleetOn(t *testing.T, database string, contacts, servers int) (f fleet) {
	t.Helper()
	for range servers {
		f = append(f, start(t, database, contacts))
	}
	return f
}

// onEngine runs a test on the engine that was chosen, and if that is PostgreSQL through PgBouncer, too.
func onEngine(t *testing.T, test func(*testing.T, engine)) {
	t.Helper()
	t.Run(string(chosen), func(t *testing.T) { test(t, chosen) })
	if chosen == postgres {
		t.Run(string(pgbouncer), func(t *testing.T) { test(t, pgbouncer) })
	}
}

// rows reads a PostgreSQL database, past the servers.
func rows[T any](t *testing.T, database, statement string) []T {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	found, err := conn.Query(t.Context(), statement)
	if err != nil {
		t.Fatal(err)
	}
	all, err := pgx.CollectRows(found, pgx.RowToStructByPos[T])
	if err != nil {
		t.Fatal(err)
	}
	return all
}
