// Package store opens the database, brings its tables up to date, and holds the one way to write to it.
//
// Readers use Client, whose connections cannot write. Writers hand a function to Write; what it does becomes durable as a
// whole, together with the rows that it added to the change log, or not at all.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"

	"contactgraph/ent"
	_ "contactgraph/ent/runtime" // the hooks and policies of ent/schema

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
)

// Options of Open.
type Options struct {
	// Logger is told what the migrations did. The default drops it.
	Logger *slog.Logger
	// Observe, if set, is shown every statement before it runs. Tests use it to prove that each carries its account.
	Observe func(ctx context.Context, statement string)
}

// Store is an open database with tables of this binary's version.
type Store struct {
	dialect string
	readers *sql.DB
	writer  *sql.DB
	client  *ent.Client
	writing *ent.Client
	turn    chan struct{} // holds a token while a write runs
	closing chan struct{} // closed by Close
	close   func() error  // runs once
}

// Open opens the database that url names (a file, or sqlite:FILE), creating the file if there is none, and migrates it. It
// fails with a message for the operator when the database cannot be used.
func Open(ctx context.Context, url string, o Options) (*Store, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	file, err := sqliteFile(url)
	if err != nil {
		return nil, err
	}
	writer, err := openWriter(ctx, file)
	if err != nil {
		return nil, fmt.Errorf("opening the database %s: %w", file, err)
	}
	if err := migrateSQLite(ctx, writer, o.Logger); err != nil {
		return nil, errors.Join(fmt.Errorf("migrating the database %s: %w", file, err), writer.Close())
	}
	readers, err := openSQLite(ctx, file, readerPragmas, maxReaders)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("opening the database %s for reading: %w", file, err), writer.Close())
	}
	s := &Store{
		dialect: dialect.SQLite,
		readers: readers,
		writer:  writer,
		client:  newClient(readers, o),
		writing: newClient(writer, o),
		turn:    make(chan struct{}, 1),
		closing: make(chan struct{}),
	}
	s.close = sync.OnceValue(s.closeNow)
	return s, nil
}

func newClient(db *sql.DB, o Options) *ent.Client {
	var drv dialect.Driver = entsql.OpenDB(dialect.SQLite, db)
	if o.Observe != nil {
		drv = dialect.DebugWithContext(drv, func(ctx context.Context, v ...any) {
			o.Observe(ctx, fmt.Sprint(v...))
		})
	}
	return ent.NewClient(ent.Driver(drv))
}

// sqliteFile reads the value of --database.
func sqliteFile(url string) (string, error) {
	if strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://") {
		return "", errors.New("this version keeps its data in SQLite: give --database a file, such as contactgraph.db")
	}
	file := strings.TrimPrefix(url, "sqlite:")
	if file == "" || strings.Contains(file, ":memory:") || strings.Contains(file, "://") {
		return "", fmt.Errorf("cannot use %q as a database: give --database a file, such as contactgraph.db", url)
	}
	return file, nil
}

// Client reads. Its queries see only what the context's viewer may; a write through it fails.
func (s *Store) Client() *ent.Client { return s.client }

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.readers.PingContext(ctx); err != nil {
		return fmt.Errorf("reaching the database: %w", err)
	}
	var one int
	return s.readers.QueryRowContext(ctx, "SELECT 1").Scan(&one)
}

// Close lets a running write end, refuses those that wait with ErrClosed, and closes the database. Closing again does
// nothing.
func (s *Store) Close() error { return s.close() }

func (s *Store) closeNow() error {
	close(s.closing)
	s.turn <- struct{}{} // kept
	return errors.Join(s.readers.Close(), s.writer.Close())
}
