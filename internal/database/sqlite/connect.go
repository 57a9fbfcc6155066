package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"contactgraph/internal/database/dialect"
	"contactgraph/internal/database/schema"

	"github.com/mattn/go-sqlite3"
)

const (
	// accountReaders bounds the connections that read for one account at the same time. SQLite
	// gains nothing from more than a few for each core.
	accountReaders = 8
	// maxReaders leaves as many to the other accounts while one uses all of its own.
	maxReaders = 2 * accountReaders
)

// bulkUpdate is the number of rows from which on one UPDATE is cheaper than one for each row: it
// builds a table of its values first.
const bulkUpdate = 16

// The settings of each connection. synchronous=FULL, because NORMAL, the driver's default for WAL,
// loses acknowledged writes when the power fails. _txlock=immediate, because a read that turns into
// a write fails at once when another connection writes. _stmt_cache_size=24, because a statement
// that writes many rows has thousands of parameters, and so much memory as long as it is prepared:
// with 256, a server that had created 40,000 contacts had twice the memory.
const (
	sharedPragmas = "_journal_mode=WAL&_synchronous=FULL&_foreign_keys=1&_busy_timeout=5000&_stmt_cache_size=24&_loc=UTC"
	writerPragmas = sharedPragmas + "&mode=rwc&_txlock=immediate"
	readerPragmas = sharedPragmas + "&mode=ro&_query_only=1"
	// For a file that may belong to another program. It may have to recover from a crash, so it is
	// not opened with mode=ro.
	inspectPragmas = "mode=rw&_query_only=1&_busy_timeout=5000"
)

// Open opens the file, creates it if it does not exist, and refuses a database of another program.
func (d Dialect) Open(ctx context.Context, url string) (*dialect.Connection, error) {
	file := fileOf(url)
	writer, err := openWriter(ctx, file)
	if err != nil {
		return nil, fmt.Errorf("opening the database %s: %w", file, err)
	}
	all, err := filesOf(ctx, file, writer)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("opening the database %s: %w", file, err), writer.Close())
	}
	return &dialect.Connection{
		Dialect: d, Name: file, Writer: writer, Writers: 1, AccountReaders: accountReaders, AccountWriters: 1,
		Readers:    pool(file, readerPragmas, maxReaders), // opened by their first queries, after the migrations
		BulkUpdate: bulkUpdate, StopOnFailedCommit: true, FilesChanged: all.changed, Warnings: all.warnings(),
	}, nil
}

// openWriter opens the connection that writes, and creates the file if it does not exist.
func openWriter(ctx context.Context, file string) (*sql.DB, error) {
	if err := createPrivate(file); err != nil {
		return nil, err
	}
	if err := refuseForeign(ctx, file); err != nil {
		return nil, err
	}
	return openNew(ctx, file)
}

// openNew opens the writer's connection to a file that other processes may open at the same time.
// To turn a new file to WAL while another process does so fails with SQLITE_BUSY at once, whatever
// busy_timeout says.
func openNew(ctx context.Context, file string) (*sql.DB, error) {
	for end := time.Now().Add(5 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		db, err := open(ctx, file, writerPragmas, 1)
		if se, ok := errors.AsType[sqlite3.Error](err); !ok || se.Code != sqlite3.ErrBusy || time.Now().After(end) {
			return db, err
		}
	}
}

// createPrivate creates the file with access for its owner only: it contains personal data.
func createPrivate(file string) error {
	f, err := os.OpenFile(filepath.Clean(file), os.O_RDWR|os.O_CREATE, 0o600)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("the folder %s does not exist: create it, or set --database to another file", filepath.Dir(file))
	case errors.Is(err, fs.ErrPermission):
		return errors.New("no permission to read and write the file")
	case err != nil:
		return err
	}
	return f.Close()
}

// refuseForeign fails if the file is a database of another program. It runs before a connection
// with the writer's settings is opened, because those change the file.
func refuseForeign(ctx context.Context, file string) (err error) {
	db := sql.OpenDB(connector{dsn: dsn(file, inspectPragmas), driver: &sqlite3.SQLiteDriver{}})
	defer func() { err = errors.Join(err, db.Close()) }()
	rows, err := db.QueryContext(ctx, `SELECT name FROM sqlite_schema
		WHERE type = 'table' AND NOT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = ?)`, schema.RevisionsTable)
	if err != nil {
		return explain(err)
	}
	defer func() { err = errors.Join(err, rows.Err(), rows.Close()) }()
	if rows.Next() {
		var table string
		if err := rows.Scan(&table); err != nil {
			return err
		}
		return fmt.Errorf("it has tables of another program, such as %s; set --database to another file", table)
	}
	return nil
}

// Inspect opens a file that may not exist, or may belong to another program.
func (Dialect) Inspect(ctx context.Context, url string) (db *sql.DB, missing string, err error) {
	file := fileOf(url)
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return nil, "there is no database " + file, nil
	}
	db = sql.OpenDB(connector{dsn: dsn(file, inspectPragmas), driver: &sqlite3.SQLiteDriver{}})
	var table string
	err = db.QueryRowContext(ctx, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name <> ?, name LIMIT 1",
		schema.RevisionsTable).Scan(&table)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, fmt.Sprintf("the database %s is empty", file), db.Close()
	case err != nil:
		return nil, "", errors.Join(fmt.Errorf("opening the database %s: %w", file, explain(err)), db.Close())
	case table != schema.RevisionsTable:
		return nil, fmt.Sprintf("the database %s has tables of another program, such as %s", file, table), db.Close()
	}
	return db, "", nil
}

// dsn is the driver's name for a file with settings.
func dsn(file, pragmas string) string {
	return "file:" + (&url.URL{Path: file}).EscapedPath() + "?" + pragmas
}

// open opens a pool of at most conns connections, and one connection at once.
func open(ctx context.Context, file, pragmas string, conns int) (*sql.DB, error) {
	db := pool(file, pragmas, conns)
	if err := db.PingContext(ctx); err != nil {
		return nil, errors.Join(explain(err), db.Close())
	}
	return db, nil
}

// pool is a pool of at most conns connections, none of which is open yet.
func pool(file, pragmas string, conns int) *sql.DB {
	db := sql.OpenDB(connector{dsn: dsn(file, pragmas), driver: &sqlite3.SQLiteDriver{ConnectHook: checkSettings}})
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	return db
}

// explain adds what the operator can do about an error of the first connection.
func explain(err error) error {
	if se, ok := errors.AsType[sqlite3.Error](err); ok && se.Code == sqlite3.ErrNotADB {
		// Not wrapped: the file was never a database, or only a backup helps.
		return fmt.Errorf("the file is not an SQLite database; set --database to another file, or restore a backup if it was one: %v", se) //nolint:errorlint // see above
	}
	return err
}

// checkSettings refuses a connection on which a setting that durability depends on had no effect.
func checkSettings(c *sqlite3.SQLiteConn) error {
	for pragma, want := range map[string]any{"journal_mode": "wal", "synchronous": int64(2), "foreign_keys": int64(1)} {
		rows, err := c.Query("PRAGMA "+pragma, nil)
		if err != nil {
			return err
		}
		got := make([]driver.Value, 1)
		err = rows.Next(got)
		if cerr := rows.Close(); err != nil && !errors.Is(err, io.EOF) || cerr != nil {
			return errors.Join(err, cerr)
		}
		if got[0] != want {
			return fmt.Errorf("PRAGMA %s is %v, not %v: the file system may not support it", pragma, got[0], want)
		}
	}
	return nil
}

// connector opens connections with settings of their own. A driver registered with database/sql
// would have the same settings in the whole process.
type connector struct {
	dsn    string
	driver *sqlite3.SQLiteDriver
}

func (c connector) Connect(context.Context) (driver.Conn, error) { return c.driver.Open(c.dsn) }
func (c connector) Driver() driver.Driver                        { return c.driver }
