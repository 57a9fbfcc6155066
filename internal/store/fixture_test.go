package store

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/change"
	"contactgraph/internal/revision"
	"contactgraph/internal/viewer"
)

// fixture is an open store on a file of its own.
type fixture struct {
	*Store
	t    *testing.T
	file string
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	return openFixture(t, filepath.Join(t.TempDir(), "t.db"))
}

func openFixture(t *testing.T, file string) *fixture {
	t.Helper()
	s, err := Open(t.Context(), file, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return &fixture{Store: s, t: t, file: file}
}

// account makes an account with its feed, and returns a context in which the server itself asks within it.
func (f *fixture) account(name string) context.Context {
	f.t.Helper()
	id := 0
	err := f.Write(viewer.NewSystemContext(f.t.Context(), 0), 0, func(ctx context.Context, tx *ent.Tx) error {
		a, err := tx.Account.Create().SetName(name).SetNameKey(name).Save(ctx)
		if err != nil {
			return err
		}
		id = a.ID
		return tx.Feed.Create().Exec(viewer.NewSystemContext(ctx, id))
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return viewer.NewSystemContext(f.t.Context(), id)
}

// shops returns the names of the stores that the context's account has, as the readers see them.
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

// addShop is a write's function that adds a store.
func addShop(name string) func(context.Context, *ent.Tx) error {
	return func(ctx context.Context, tx *ent.Tx) error { return tx.Store.Create().SetName(name).Exec(ctx) }
}

// logRow is a row of the context's account about a contact's version.
func logRow(ctx context.Context, contact int, version revision.Version) *ent.Change {
	v, _ := viewer.FromContext(ctx)
	return &ent.Change{
		AccountID: v.Account, ContactID: contact, Version: version, Kind: change.KindUPDATE, Source: change.SourceIMPORT,
		ActorKind: viewer.ActorSystem, At: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), Fields: []revision.FieldChange{},
	}
}
