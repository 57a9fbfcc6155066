package dialect

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// Connection is an open database.
type Connection struct {
	Dialect Dialect
	Name    string // for messages, without a password

	Readers *sql.DB
	Writer  *sql.DB
	Writers int // how many batches of writes may run at the same time
	// AccountReaders and AccountWriters are how many of them one account may use at the same time.
	AccountReaders, AccountWriters int

	// BulkUpdate is the number of rows from which on one UPDATE for all of them is faster than one
	// for each.
	BulkUpdate int
	// StopOnFailedCommit: after a commit whose outcome is unknown, nothing may be written until the
	// database has been opened again.
	StopOnFailedCommit bool
	// FilesChanged fails if the files of the database are no longer those that were opened. It
	// takes some microseconds. It is nil for a server, which looks after its files itself.
	FilesChanged func() error
	// Warnings are for the operator, such as that others can read the files.
	Warnings []string

	Limits Limits
}

// Limits bounds how long things may take. 0 stands for no limit, as for an SQLite file, which does
// not hang. On PostgreSQL, Read and Queue are 6 seconds and Write is 10.
type Limits struct {
	Read  time.Duration // one query
	Queue time.Duration // the wait of a write until it begins
	Write time.Duration // one statement of a write, or several that are sent together
}

// Exclusive runs fn in a transaction while no other process is in an exclusive one.
func (c *Connection) Exclusive(ctx context.Context, fn func(context.Context, *sql.Tx) error) error {
	return c.Dialect.Exclusive(ctx, c.Writer, fn)
}

// Close closes the connections.
func (c *Connection) Close() error { return errors.Join(c.Readers.Close(), c.Writer.Close()) }
