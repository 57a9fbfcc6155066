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
//   - scheduler.go: which requests run next, and shares.go: which reads;
//   - groupcommit.go: how a leader runs the requests of all callers in one transaction;
//   - prefetch.go, flush.go, sequence.go: the statements that serve all requests of a transaction;
//   - snapshot.go: reads that all see the same state;
//   - fitting.go: reads as many changes as fit into memory;
//   - readdriver.go, writedriver.go, transaction.go: the drivers below ent's clients;
//   - observer.go: what can be measured;
//   - health.go: what makes the database unusable, and keeper.go, which looks for it;
//   - clock.go: the time, which never goes back;
//   - operations.go: what operators do with a database, and reader.go, which reads one in use;
//   - dialect, and then sqlite or postgres.
package database

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

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
	// Observer, if set, learns how writes fare.
	Observer Observer
	// Now is the clock of the machine, time.Now by default.
	Now func() time.Time
	// VerifyFor is how long Open looks for damage in the database, 0 to not look. Open fails if it
	// finds some, unless AllowCorrupt is set.
	VerifyFor    time.Duration
	AllowCorrupt bool
	// Wait makes Open wait for a database that cannot be reached, until its context ends.
	Wait bool
}

// DB is an open database whose tables have this binary's version.
type DB struct {
	conn       *dialect.Connection
	client     *ent.Client
	reads      *readDriver // of client
	selectByID string      // reads one contact
	scheduler  *scheduler  // of the writers
	shares     *shares     // of the readers
	log        *slog.Logger
	observer   Observer
	clock      *clock
	failure    atomic.Pointer[error] // why writing has stopped
	corrupt    atomic.Bool           // a statement has found damage
	unwritable atomic.Bool           // the time could not be stored
	closing    chan struct{}         // closed by Close
	keeper     sync.WaitGroup        // runs keep
	close      func() error          // runs once
}

// Open opens and migrates the database that url names: a file, or sqlite:FILE, which it creates if
// it does not exist; or a connection string of PostgreSQL. Its errors are for the operator.
func Open(ctx context.Context, url string, o Options) (*DB, error) {
	o = o.withDefaults()
	db, err := open(ctx, url, o)
	if !o.Wait || !errors.Is(dberr.Classify(err), dberr.ErrUnavailable) {
		return db, err
	}
	o.Logger.WarnContext(ctx, "the database cannot be reached: waiting for it", slog.Any("error", err))
	for errors.Is(dberr.Classify(err), dberr.ErrUnavailable) {
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(waitInterval):
			db, err = open(ctx, url, o)
		}
	}
	if err == nil {
		o.Logger.InfoContext(ctx, "the database has been reached")
	}
	return db, err
}

// waitInterval is how often Open tries again.
const waitInterval = 500 * time.Millisecond

// open is Open with one attempt.
func open(ctx context.Context, url string, o Options) (*DB, error) {
	c, err := connect(ctx, url)
	if err != nil {
		return nil, explainCorrupt(Name(url), o, err)
	}
	for _, warning := range c.Warnings {
		o.Logger.WarnContext(ctx, warning)
	}
	if err := prepare(ctx, c, o); err != nil {
		return nil, errors.Join(explainCorrupt(c.Name, o, err), c.Close())
	}
	db := newDB(c, o)
	if err := db.startClock(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("reading the time of the database %s: %w", c.Name, explainCorrupt(c.Name, o, err)), c.Close())
	}
	db.keeper.Go(db.keep)
	return db, nil
}

// prepare looks for damage in the database, and migrates it.
func prepare(ctx context.Context, c *dialect.Connection, o Options) error {
	if err := verify(ctx, c, o); err != nil {
		return err
	}
	applied, err := schema.Migrate(ctx, c, o.Logger)
	if err != nil {
		return fmt.Errorf("migrating the database %s: %w", c.Name, err)
	}
	for _, name := range applied {
		o.Logger.InfoContext(ctx, "migration applied", slog.String("migration", name))
	}
	return nil
}

// newDB returns a database on the connection.
func newDB(c *dialect.Connection, o Options) *DB {
	name := c.Dialect.Name()
	db := &DB{
		conn:       c,
		selectByID: selectContacts(dialect.NewBuilder(c.Dialect), 1).String(),
		log:        o.Logger,
		observer:   o.Observer,
		clock:      &clock{now: o.Now, log: o.Logger},
		closing:    make(chan struct{}),
	}
	db.shares = newShares(c.AccountReaders)
	db.reads = &readDriver{entsql.OpenDB(name, c.Readers), c.Dialect, o.Observe, db.classify, db.beginRead}
	db.client = ent.NewClient(ent.Driver(db.reads))
	db.close = sync.OnceValue(db.closeNow)
	var writers []*writer
	for range c.Writers {
		d := &writeDriver{Driver: entsql.OpenDB(name, c.Writer), dialect: c.Dialect, observe: o.Observe, classify: db.classify}
		writers = append(writers, &writer{db: db, driver: d, client: ent.NewClient(ent.Driver(d)), statements: map[statementKey]string{}})
	}
	db.scheduler = newScheduler(writers, c.AccountWriters)
	return db
}

func (o Options) withDefaults() Options {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Observe == nil {
		o.Observe = func(context.Context, string) {}
	}
	if o.Observer == nil {
		o.Observer = unobserved{}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// Client returns the client for reads. Its queries return only what the context's viewer may see; a
// write through it fails. If the database cannot be reached, they fail with dberr.ErrUnavailable.
func (db *DB) Client() *ent.Client { return db.client }

// Close waits for running writes, refuses those in the queues with ErrClosed, and closes the
// database. To close again does nothing.
func (db *DB) Close() error { return db.close() }

func (db *DB) closeNow() error {
	close(db.closing)
	db.keeper.Wait()
	db.scheduler.close()
	return db.conn.Close()
}
