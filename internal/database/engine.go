package database

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"contactgraph/ent"

	atlas "ariga.io/atlas/sql/migrate"
	atlasschema "ariga.io/atlas/sql/schema"
)

// engine is the database behind a store: its connections, and all in which the two kinds of it differ.
type engine struct {
	dialect string // as ent calls it
	folder  string // of migrations/
	name    string // for messages, without a password

	readers, writer *sql.DB
	maxWriters      int // that run at the same time
	leastRows       int // that are worth a statement that updates several

	// stops says that nothing is written after a commit that failed.
	stops  bool
	limits limits
	// alone runs fn in a transaction, while no other process is in one of the same kind.
	alone func(ctx context.Context, fn func(context.Context, *sql.Tx) error) error

	// reserve, if set, keeps the database from giving out an id that was chosen, or a lower one.
	reserve func(ctx context.Context, c *ent.Client, table string, id int) error

	// check, if set, fails if migrations have broken what the engine did not watch meanwhile.
	check func(ctx context.Context, tx *sql.Tx) error

	atlas    func(atlasschema.ExecQuerier) (atlas.Driver, error)
	hasTable func(ctx context.Context, tx *sql.Tx, table string) (bool, error)
}

// limits are how long things may take; 0 for a file, which does not go away without a word.
type limits struct{ read, turn, write time.Duration }

// within is a context that ends after d, if that is not 0.
func within(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	if d == 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, d)
}

// Name is the value of --database as it may be shown: without a password.
func Name(url string) string {
	if isPostgres(url) {
		return withoutPassword(url)
	}
	return url
}

func isPostgres(url string) bool {
	return strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://")
}

// connect opens the database that url names.
func connect(ctx context.Context, url string) (*engine, error) {
	if isPostgres(url) {
		return connectPostgres(ctx, url)
	}
	file, err := sqliteFile(url)
	if err != nil {
		return nil, err
	}
	return connectSQLite(ctx, file)
}

func (e *engine) close() error { return errors.Join(e.readers.Close(), e.writer.Close()) }
