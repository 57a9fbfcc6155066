package postgres_test

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"testing"
	"time"

	"contactgraph/internal/database"
	"contactgraph/internal/database/databasetest"
	"contactgraph/internal/pgserver"
	"contactgraph/internal/viewer"

	"github.com/jackc/pgx/v5"
)

// silentPort returns a port of this machine where connections are accepted, and nothing is
// answered.
func silentPort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l.Addr().(*net.TCPAddr).Port
}

// TestSilentHost: the first host of several accepts connections and does not answer, as a machine
// that is frozen does. The second one is used within 3 seconds, whatever connect_timeout says.
func TestSilentHost(t *testing.T) {
	t.Parallel()
	for _, timeout := range []string{"", " connect_timeout=30"} {
		config, err := pgx.ParseConfig(databasetest.EmptyPostgres(t))
		if err != nil {
			t.Fatal(err)
		}
		address := fmt.Sprintf("host=127.0.0.1,%s port=%d,%d user=%s dbname=%s%s", config.Host, silentPort(t), config.Port, config.User, config.Database, timeout)
		if _, err := database.Migrate(t.Context(), address, slog.New(slog.DiscardHandler)); err != nil { // the time of which is not measured
			t.Fatal(err)
		}
		db, err := database.Open(t.Context(), address, database.Options{})
		if err != nil {
			t.Fatal(err)
		}
		begin := time.Now() // the first read connects
		if err := db.Ping(t.Context()); err != nil || time.Since(begin) > 3*time.Second {
			t.Errorf("%q: a read: %v after %s", timeout, err, time.Since(begin))
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestPoolerIsRecognized: two servers use a PgBouncer that has one connection, and nothing says how
// statements are prepared.
func TestPoolerIsRecognized(t *testing.T) {
	t.Parallel()
	s, err := pgserver.Start(t.Context(), pgserver.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	b, err := s.Bounce(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Stop(); err != nil {
			t.Error(err)
		}
	})
	address, err := url.Parse(b.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	parameters := address.Query()
	parameters.Del("default_query_exec_mode")
	address.RawQuery = parameters.Encode()
	for range 2 {
		db, err := database.Open(t.Context(), address.String(), database.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		ctx := viewer.NewSystemContext(t.Context(), 0)
		for range 3 {
			if err := db.Write(ctx, 0, func(ctx context.Context, tx *database.Tx) error {
				_, err := tx.Ent.Account.Query().Count(ctx)
				return err
			}); err != nil {
				t.Error(err)
			}
			if _, err := db.Client().Account.Query().Count(ctx); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestRedact(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"postgres://ann:hunter2@db1:5433/contacts?password=hunter2":                    "postgres://ann:xxxxx@db1:5433/contacts",
		"host=db1 port=5433 user=ann password=hunter2 dbname=contacts":                 "postgres://ann@db1:5433/contacts",
		"host=db1,db2 user=ann password='hunter2' dbname=contacts sslmode=verify-full": "postgres://ann@db1:5432/contacts",
		"host=/run/postgresql user=ann dbname=contacts":                                "postgres://ann@%2Frun%2Fpostgresql/contacts",
		"host=db1 password='hunter2":                                                   "postgres://…",
	} {
		if got := database.Name(address); got != want {
			t.Errorf("%s: got %s, want %s", address, got, want)
		}
	}
}
