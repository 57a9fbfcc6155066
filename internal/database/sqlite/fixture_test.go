package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/change"
	"contactgraph/internal/database"
	"contactgraph/internal/database/databasetest"
	"contactgraph/internal/revision"
	"contactgraph/internal/viewer"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

var errTest = errors.New("of the test")

// fixture is an open database.
type fixture struct {
	*databasetest.DB

	t *testing.T
}

func open(t *testing.T, file string) fixture {
	t.Helper()
	return fixture{databasetest.At(t, file), t}
}

// account adds an account, and returns a context in which the server itself acts in it.
func (f fixture) account(name string) context.Context {
	f.t.Helper()
	return viewer.NewSystemContext(f.t.Context(), f.Account(name))
}

// shops returns the names of the stores in the context's account.
func (f fixture) shops(ctx context.Context) (names []string) {
	f.t.Helper()
	for _, s := range f.Client().Store.Query().AllX(ctx) {
		names = append(names, s.Name)
	}
	return names
}

// seqs returns the numbers of the account's log.
func (f fixture) seqs(ctx context.Context) []int {
	f.t.Helper()
	return f.Client().Change.Query().Order(change.BySeq()).Select(change.FieldSeq).IntsX(ctx)
}

// addShop returns a write's function that adds a store.
func addShop(name string) func(context.Context, *database.Tx) error {
	return func(ctx context.Context, tx *database.Tx) error { return tx.Ent.Store.Create().SetName(name).Exec(ctx) }
}

// addAndLog returns a write's function that adds a numbered store, and a row to the log.
func (f fixture) addAndLog(i int) func(context.Context, *database.Tx) error {
	return func(ctx context.Context, tx *database.Tx) error {
		v, _ := viewer.FromContext(ctx)
		tx.AppendChange(&ent.Change{
			AccountID: v.Account, ContactID: 1, Version: revision.Version(i + 1), Kind: change.KindUPDATE, Source: change.SourceIMPORT,
			ActorKind: viewer.ActorSystem, At: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), Fields: []revision.FieldChange{},
		})
		return addShop(fmt.Sprint(i))(ctx, tx)
	}
}

// foreign creates a file with a table of another program.
func foreign(t *testing.T, file string) {
	t.Helper()
	db, err := sql.Open("sqlite3", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), "CREATE TABLE invoices (id integer)"); err != nil {
		t.Fatal(err)
	}
}

// contents returns the bytes of each file of a folder.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all[e.Name()] = string(b)
	}
	return all
}
