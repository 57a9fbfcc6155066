// Package database is the only way to the stored data.
//
// Reads go through DB.Client, an ent client whose queries see only what the viewer may see, and
// through a few methods that do not check this: their callers do (DB.ReadContact, DB.CountRows,
// DB.LogEnd, DB.ReadLog). Neither can write.
//
// Writes go through DB.Write and DB.WriteAll. They hand a Tx to a function; what the function does
// is committed together with the rows that it appended to the change log, or not at all. Writes
// that wait at the same time share one transaction and one commit. Databases call this group
// commit: the wait for the disk, which is most of what a write costs, is paid once for all of them.
//
// The package runs on several engines. What differs between them is in the packages sqlite and
// postgres, behind dialect.Dialect; the tables and their migrations are in the package schema.
//
// To read the code, begin here, and go on with
//
//   - tx.go: what a write can do;
//   - write.go: how a write is queued, and becomes a request;
//   - groupcommit.go: how a leader runs the requests of all callers in one transaction;
//   - prefetch.go, flush.go, sequence.go: the statements that serve all requests of a transaction;
//   - readdriver.go, writedriver.go, transaction.go: the drivers below ent's clients;
//   - dialect, and then sqlite or postgres.
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
	"contactgraph/internal/database/dialect"
	"contactgraph/internal/database/schema"
	"contactgraph/internal/dberr"

	entsql "entgo.io/ent/dialect/sql"
)

// Options of Open.
type Options struct {
	// Logger gets the migrations that Open applied, and the reason why writing stopped. The default
	// drops them.
	Logger *slog.Logger
	// Observe, if set, is called with every statement before it runs. Tests use it to prove that
	// each statement names its account.
	Observe func(ctx context.Context, statement string)
}

// DB is an open database whose tables have this binary's version.
type DB struct {
	conn       *dialect.Connection
	client     *ent.Client
	selectByID string // reads one contact
	writers    []*writer
	log        *slog.Logger
	failure    atomic.Pointer[error] // why writing has stopped
	closing    chan struct{}         // closed by Close
	close      func() error          // runs once
}

// Open opens and migrates the database that url names: a file, or sqlite:FILE, which it creates if
// it does not exist; or postgres://… Its errors are for the operator.
func Open(ctx context.Context, url string, o Options) (*DB, error) {
	o = o.withDefaults()
	c, err := connect(ctx, url)
	if err != nil {
		return nil, err
	}
	applied, err := schema.Migrate(ctx, c)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("migrating the database %s: %w", c.Name, err), c.Close())
	}
	for _, name := range applied {
		o.Logger.InfoContext(ctx, "migration applied", slog.String("migration", name))
	}
	name := c.Dialect.Name()
	db := &DB{
		conn:       c,
		client:     ent.NewClient(ent.Driver(&readDriver{entsql.OpenDB(name, c.Readers), c.Dialect, o.Observe, c.Limits.Read})),
		selectByID: selectContacts(dialect.NewBuilder(c.Dialect), 1).String(),
		log:        o.Logger,
		closing:    make(chan struct{}),
	}
	db.close = sync.OnceValue(db.closeNow)
	for range c.Writers {
		d := &writeDriver{Driver: entsql.OpenDB(name, c.Writer), dialect: c.Dialect, observe: o.Observe}
		db.writers = append(db.writers, &writer{
			db: db, driver: d, client: ent.NewClient(ent.Driver(d)),
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

// Client returns the client for reads. Its queries return only what the context's viewer may see; a
// write through it fails. If the database cannot be reached, they fail with dberr.ErrUnavailable.
func (db *DB) Client() *ent.Client { return db.client }

// Ping fails if the database does not answer, or writing has stopped.
func (db *DB) Ping(ctx context.Context) error {
	if err := db.stopped(); err != nil {
		return err
	}
	var one int
	if err := db.conn.Readers.QueryRowContext(ctx, "SELECT 1").Scan(&one); err != nil {
		return fmt.Errorf("reaching the database: %w", dberr.Classify(err))
	}
	return nil
}

// stop ends all writing because of err. Only a restart of the process finds out what is on the
// disk.
func (db *DB) stop(err error) {
	err = fmt.Errorf("%w: writes are rejected until the server is restarted, because a commit failed: %w", dberr.ErrUnavailable, err)
	if db.failure.CompareAndSwap(nil, &err) {
		db.log.ErrorContext(context.Background(), "writes are rejected: restart the server", slog.Any("error", err))
	}
}

// stopped returns why writing has stopped, nil if it has not.
func (db *DB) stopped() error {
	if err := db.failure.Load(); err != nil {
		return *err
	}
	return nil
}

// Close waits for running writes, refuses those in the queues with ErrClosed, and closes the
// database. To close again does nothing.
func (db *DB) Close() error { return db.close() }

func (db *DB) closeNow() error {
	close(db.closing)
	for _, w := range db.writers {
		w.leader <- struct{}{} // and never returned: there is no leader after this
	}
	return db.conn.Close()
}
