package database

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/change"
	"contactgraph/internal/pgserver"
	"contactgraph/internal/revision"
	"contactgraph/internal/viewer"
)

// postgres is the server that the tests share. The first test that needs it starts it.
var postgres struct {
	once    sync.Once
	running *pgserver.Server
	err     error
	made    atomic.Int64
}

func TestMain(m *testing.M) {
	code := m.Run()
	if postgres.running != nil {
		if err := postgres.running.Stop(); err != nil {
			log.Fatal(err)
		}
	}
	os.Exit(code)
}

// fixture is an open database of its own.
type fixture struct {
	*DB

	t       *testing.T
	url     string
	observe func(statement string) // is called with each statement
}

var someTime = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// newFixture opens a new database of the engine that the tests run on.
func newFixture(t *testing.T) *fixture {
	t.Helper()
	return openFixture(t, emptyDatabase(t))
}

// emptyDatabase names a new database of the engine that the tests run on.
func emptyDatabase(t *testing.T) string {
	t.Helper()
	if os.Getenv("CONTACTGRAPH_TEST_ENGINE") != "postgres" {
		return filepath.Join(t.TempDir(), "t.db")
	}
	return emptyPostgres(t)
}

// emptyPostgres names a new database of the server that the tests share.
func emptyPostgres(t *testing.T) string {
	t.Helper()
	postgres.once.Do(func() {
		postgres.running, postgres.err = pgserver.Start(context.Background(), pgserver.Options{NoSync: true})
	})
	if postgres.err != nil {
		t.Fatal(postgres.err)
	}
	name := fmt.Sprint("t", postgres.made.Add(1))
	if err := postgres.running.CreateDatabase(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	return postgres.running.URL(name)
}

// newSQLite opens a new file.
func newSQLite(t *testing.T) *fixture {
	t.Helper()
	return openFixture(t, filepath.Join(t.TempDir(), "t.db"))
}

func openFixture(t *testing.T, url string) *fixture {
	t.Helper()
	f := &fixture{t: t, url: url, observe: func(string) {}}
	s, err := Open(t.Context(), url, Options{Observe: func(_ context.Context, statement string) { f.observe(statement) }})
	if err != nil {
		t.Fatal(err)
	}
	f.DB = s
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

// account creates an account with its feed, and returns a context in which the server itself acts
// in it.
func (f *fixture) account(name string) context.Context {
	f.t.Helper()
	id := 0
	err := f.Write(viewer.NewSystemContext(f.t.Context(), 0), 0, func(ctx context.Context, tx *Tx) error {
		a, err := tx.Ent.Account.Create().SetName(name).SetNameKey(name).Save(ctx)
		if err != nil {
			return err
		}
		id = a.ID
		return tx.Ent.Feed.Create().Exec(viewer.NewSystemContext(ctx, id))
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return viewer.NewSystemContext(f.t.Context(), id)
}

// shops returns the names of the stores in the context's account, as the readers see them.
func (f *fixture) shops(ctx context.Context) []string {
	f.t.Helper()
	rows, err := f.Client().Store.Query().All(ctx)
	if err != nil {
		f.t.Fatal(err)
	}
	var names []string
	for _, r := range rows {
		names = append(names, r.Name)
	}
	return names
}

// addShop returns a write's function that adds a store.
func addShop(name string) func(context.Context, *Tx) error {
	return func(ctx context.Context, tx *Tx) error { return tx.Ent.Store.Create().SetName(name).Exec(ctx) }
}

// logRow is a row of the context's account about a contact's version.
func logRow(ctx context.Context, contact int, version revision.Version) *ent.Change {
	v, _ := viewer.FromContext(ctx)
	return &ent.Change{
		AccountID: v.Account, ContactID: contact, Version: version, Kind: change.KindUPDATE, Source: change.SourceIMPORT,
		ActorKind: viewer.ActorSystem, At: someTime, Fields: []revision.FieldChange{},
	}
}

// systemOf returns a context in which the server itself acts in the account, 0 for none.
func systemOf(t *testing.T, account int) context.Context {
	t.Helper()
	return viewer.NewSystemContext(t.Context(), account)
}
