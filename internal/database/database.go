// Package store opens the database, brings its tables up to date, and holds the one way to write to it.
//
// Readers use Client, whose connections cannot write. Writers hand a function to Write; what it does becomes durable as a
// whole, together with the rows that it added to the change log, or not at all.
package database

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"

	"contactgraph/ent"
	_ "contactgraph/ent/runtime" // the hooks and policies of ent/schema
	"contactgraph/internal/dberr"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
)

// Options of Open.
type Options struct {
	// Logger is told what the migrations did, and why writing stopped. The default drops it.
	Logger *slog.Logger
	// Observe, if set, is shown every statement before it runs. Tests use it to prove that each carries its account.
	Observe func(ctx context.Context, statement string)
}

// Store is an open database with tables of this binary's version.
type DB struct {
	engine  *engine
	client  *ent.Client
	one     string // the statement that reads a contact
	writers []*writer
	log     *slog.Logger
	failure atomic.Pointer[error] // why writing has stopped
	closing chan struct{}         // closed by Close
	close   func() error          // runs once
}

// Open opens the database that url names (a file, or sqlite:FILE, which it creates if there is none; or postgres://…), and
// migrates it. It fails with a message for the operator when the database cannot be used.
func Open(ctx context.Context, url string, o Options) (*DB, error) {
	o = o.withDefaults()
	e, err := connect(ctx, url)
	if err != nil {
		return nil, err
	}
	done, err := e.migrate(ctx)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("migrating the database %s: %w", e.name, err), e.close())
	}
	for _, name := range done {
		o.Logger.InfoContext(ctx, "migration applied", slog.String("migration", name))
	}
	db := &DB{
		engine:  e,
		client:  ent.NewClient(ent.Driver(&readDriver{entsql.OpenDB(e.dialect, e.readers), o.Observe, e.limits.read})),
		log:     o.Logger,
		closing: make(chan struct{}),
	}
	one := builder{postgres: e.dialect == dialect.Postgres}
	one.selectContacts(1, false)
	db.one = one.String()
	db.close = sync.OnceValue(db.closeNow)
	for range e.maxWriters {
		b := &writeDriver{Driver: entsql.OpenDB(e.dialect, e.writer), observe: o.Observe}
		db.writers = append(db.writers, &writer{
			db: db, driver: b, client: ent.NewClient(ent.Driver(b)),
			queue: make(chan *request, maxQueue), leader: make(chan struct{}, 1), statements: map[statementKey]string{},
		})
	}
	return db, nil
}

func (o Options) withDefaults() Options {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Observe == nil {
		o.Observe = func(context.Context, string) {}
	}
	return o
}

// Client reads. Its queries see only what the context's viewer may; a write through it fails. Where the database cannot be
// reached they fail with dberr.ErrUnavailable.
func (db *DB) Client() *ent.Client { return db.client }

// Ping reports whether the database answers, and takes writes.
func (db *DB) Ping(ctx context.Context) error {
	if err := db.stopped(); err != nil {
		return err
	}
	var one int
	if err := db.engine.readers.QueryRowContext(ctx, "SELECT 1").Scan(&one); err != nil {
		return fmt.Errorf("reaching the database: %w", dberr.Classify(err))
	}
	return nil
}

// stop ends all writing, because of err. Only a new start of the process finds out what the disk holds.
func (db *DB) stop(err error) {
	err = fmt.Errorf("%w: writing has stopped until the next start, because a commit failed: %w", dberr.ErrUnavailable, err)
	if db.failure.CompareAndSwap(nil, &err) {
		db.log.ErrorContext(context.Background(), "writing has stopped: start the server again", slog.Any("error", err))
	}
}

// stopped says why writing has stopped, nil if it has not.
func (db *DB) stopped() error {
	if err := db.failure.Load(); err != nil {
		return *err
	}
	return nil
}

// Close lets running writes end, refuses those that wait with ErrClosed, and closes the database. Closing again does
// nothing.
func (db *DB) Close() error { return db.close() }

func (db *DB) closeNow() error {
	close(db.closing)
	for _, w := range db.writers {
		w.leader <- struct{}{} // kept
	}
	return db.engine.close()
}
