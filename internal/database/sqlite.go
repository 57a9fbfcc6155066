package database

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
	"strings"
	"time"

	atlassqlite "ariga.io/atlas/sql/sqlite"
	"entgo.io/ent/dialect"
	"github.com/mattn/go-sqlite3"
)

// maxReaders bounds the connections that read at the same time; SQLite gains nothing from more than a few a core.
const maxReaders = 8

// sqliteLeastRows is where one statement for several rows, which makes a table of them first, begins to be cheaper than one for
// each.
const sqliteLeastRows = 16

// The settings of each connection. synchronous=FULL, because the driver's default for WAL, NORMAL, forgets acknowledged
// writes when the power fails; _txlock=immediate, because a read that turns into a write fails at once when another writes.
const (
	sharedPragmas = "_journal_mode=WAL&_synchronous=FULL&_foreign_keys=1&_busy_timeout=5000&_stmt_cache_size=256&_loc=UTC"
	writerPragmas = sharedPragmas + "&mode=rwc&_txlock=immediate"
	readerPragmas = sharedPragmas + "&mode=ro&_query_only=1"
	// To look at a file that may be somebody else's. It may recover from a crash, so not mode=ro.
	lookingPragmas = "mode=rw&_query_only=1&_busy_timeout=5000"
)

// sqliteFile reads the value of --database that names a file.
func sqliteFile(url string) (string, error) {
	file := strings.TrimPrefix(url, "sqlite:")
	if file == "" || strings.Contains(file, ":memory:") || strings.Contains(file, "://") {
		return "", fmt.Errorf("cannot use %q as a database: give --database a file, such as contactgraph.db, or postgres://USER@HOST/DATABASE", url)
	}
	return file, nil
}

// connectSQLite opens the file, creating it if there is none, and finds out that it is ours.
func connectSQLite(ctx context.Context, file string) (*engine, error) {
	writer, err := openWriter(ctx, file)
	if err != nil {
		return nil, fmt.Errorf("opening the database %s: %w", file, err)
	}
	// The readers' connections are opened by their first queries, when the writer has made the tables.
	readers := poolSQLite(file, readerPragmas, maxReaders)
	return &engine{
		dialect: dialect.SQLite, folder: "sqlite", name: file, readers: readers, writer: writer, maxWriters: 1, leastRows: sqliteLeastRows, stops: true,
		alone: func(ctx context.Context, fn func(context.Context, *sql.Tx) error) error {
			return aloneSQLite(ctx, writer, fn)
		},
		check:    checkForeignKeys,
		atlas:    atlassqlite.Open,
		hasTable: hasTableSQLite,
	}, nil
}

// aloneSQLite runs fn in a transaction that locks out every other writer. Foreign keys are off meanwhile: rebuilding a
// table drops the old one, which would cascade into its children.
func aloneSQLite(ctx context.Context, db *sql.DB, fn func(context.Context, *sql.Tx) error) (err error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if _, err := conn.ExecContext(ctx, "PRAGMA foreign_keys = OFF"); err != nil {
		return err
	}
	defer func() {
		_, onErr := conn.ExecContext(ctx, "PRAGMA foreign_keys = ON")
		err = errors.Join(err, onErr)
	}()
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to roll back, and before it err says why
	if err := fn(ctx, tx); err != nil {
		return err
	}
	return tx.Commit()
}

// checkForeignKeys fails if a row refers to one that is not there.
func checkForeignKeys(ctx context.Context, tx *sql.Tx) error {
	var broken int
	if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM pragma_foreign_key_check").Scan(&broken); err != nil {
		return err
	}
	if broken > 0 {
		return fmt.Errorf("%d rows refer to rows that are not there; nothing was changed", broken)
	}
	return nil
}

func hasTableSQLite(ctx context.Context, tx *sql.Tx, table string) (found bool, err error) {
	err = tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = $1)", table).Scan(&found)
	return found, err
}

// openWriter opens the connection that writes, and creates the file if there is none.
func openWriter(ctx context.Context, file string) (*sql.DB, error) {
	if err := createPrivate(file); err != nil {
		return nil, err
	}
	if err := refuseForeign(ctx, file); err != nil {
		return nil, err
	}
	return openNew(ctx, file)
}

// openNew opens the writer's connection to a file that others may be opening, too: who turns a new file to WAL while another
// does is told that it is locked, at once, whatever busy_timeout says.
func openNew(ctx context.Context, file string) (*sql.DB, error) {
	for end := time.Now().Add(5 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		db, err := openSQLite(ctx, file, writerPragmas, 1)
		if se, ok := errors.AsType[sqlite3.Error](err); !ok || se.Code != sqlite3.ErrBusy || time.Now().After(end) {
			return db, err
		}
	}
}

// refuseForeign fails if the file is not ours to write to: the settings of a writer would change it.
func refuseForeign(ctx context.Context, file string) (err error) {
	db := sql.OpenDB(connector{dsn: dsn(file, lookingPragmas), driver: &sqlite3.SQLiteDriver{}})
	defer func() { err = errors.Join(err, db.Close()) }()
	rows, err := db.QueryContext(ctx, `SELECT name FROM sqlite_schema
		WHERE type = 'table' AND NOT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = ?)`, revisionsTable)
	if err != nil {
		return describe(err)
	}
	defer func() { err = errors.Join(err, rows.Err(), rows.Close()) }()
	if rows.Next() {
		var table string
		if err := rows.Scan(&table); err != nil {
			return err
		}
		return fmt.Errorf("it holds tables of something else, such as %s; give --database another file", table)
	}
	return nil
}

// dsn is the driver's name for a file with settings.
func dsn(file, pragmas string) string {
	return "file:" + (&url.URL{Path: file}).EscapedPath() + "?" + pragmas
}

// openSQLite opens a pool of at most conns connections, and checks that one can be had.
func openSQLite(ctx context.Context, file, pragmas string, conns int) (*sql.DB, error) {
	db := poolSQLite(file, pragmas, conns)
	if err := db.PingContext(ctx); err != nil {
		return nil, errors.Join(describe(err), db.Close())
	}
	return db, nil
}

// poolSQLite is a pool of at most conns connections, none of which is open yet.
func poolSQLite(file, pragmas string, conns int) *sql.DB {
	db := sql.OpenDB(connector{dsn: dsn(file, pragmas), driver: &sqlite3.SQLiteDriver{ConnectHook: checkSettings}})
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	return db
}

// createPrivate creates the file for its owner alone: it holds people's data.
func createPrivate(file string) error {
	f, err := os.OpenFile(filepath.Clean(file), os.O_RDWR|os.O_CREATE, 0o600)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("the folder %s does not exist: create it, or give --database another file", filepath.Dir(file))
	case errors.Is(err, fs.ErrPermission):
		return errors.New("no permission to read and write the file")
	case err != nil:
		return err
	}
	return f.Close()
}

// describe adds what the operator can do about an error of the first connection.
func describe(err error) error {
	var se sqlite3.Error
	if errors.As(err, &se) && se.Code == sqlite3.ErrNotADB {
		return fmt.Errorf("the file is not an SQLite database; give --database another file: %w", err)
	}
	return err
}

// checkSettings refuses a connection on which a setting that durability rests on did not take effect.
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

// connector opens connections with settings of their own, without a driver registered for the whole process.
type connector struct {
	dsn    string
	driver *sqlite3.SQLiteDriver
}

func (c connector) Connect(context.Context) (driver.Conn, error) { return c.driver.Open(c.dsn) }
func (c connector) Driver() driver.Driver                        { return c.driver }
