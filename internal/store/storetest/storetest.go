// Package storetest opens databases for the tests of other packages: each on a file of its own, and each the recording
// driver that fails the test at any statement which does not carry its account.
package storetest

import (
	"context"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"contactgraph/ent"
	"contactgraph/internal/store"
	"contactgraph/internal/viewer"
)

// DB is an open store, closed when the test ends.
type DB struct {
	*store.Store

	File string

	tb       testing.TB
	mu       sync.Mutex
	recorded []string
}

// Open opens a new database.
func Open(tb testing.TB) *DB {
	tb.Helper()
	db := &DB{File: filepath.Join(tb.TempDir(), "t.db"), tb: tb}
	s, err := store.Open(tb.Context(), db.File, store.Options{Observe: db.observe})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
	})
	db.Store = s
	return db
}

// Account makes an account with its feed, and returns its id.
func (db *DB) Account(name string) (id int) {
	db.tb.Helper()
	err := db.Write(viewer.NewSystemContext(db.tb.Context(), 0), 0, func(ctx context.Context, tx *ent.Tx) error {
		a, err := tx.Account.Create().SetName(name).SetNameKey(name).Save(ctx)
		if err != nil {
			return err
		}
		id = a.ID
		return tx.Feed.Create().Exec(viewer.NewSystemContext(ctx, id))
	})
	if err != nil {
		db.tb.Fatal(err)
	}
	return id
}

// Statements returns the SQL that runs while do runs.
func (db *DB) Statements(do func()) []string {
	db.mu.Lock()
	before := len(db.recorded)
	db.mu.Unlock()
	do()
	db.mu.Lock()
	defer db.mu.Unlock()
	return db.recorded[before:len(db.recorded):len(db.recorded)]
}

// observe records a statement, and fails the test if it touches rows of tenants without saying whose.
func (db *DB) observe(_ context.Context, shown string) {
	_, statement, found := strings.Cut(shown, "query=")
	if !found {
		return // the beginning or end of a transaction
	}
	statement, _, _ = strings.Cut(statement, " args=")
	db.mu.Lock()
	db.recorded = append(db.recorded, statement)
	db.mu.Unlock()
	if table := Stray(statement); table != "" {
		db.tb.Errorf("a statement on %s does not carry its account: %s", table, statement)
	}
}
