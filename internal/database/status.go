package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/mattn/go-sqlite3"
)

// Status is which migrations a database has.
type Status struct {
	// Lacks says why it has none: it is not there, or holds nothing of ours. "" if it is ours.
	Lacks string
	// Migrations are those of this binary and those of the database, by version.
	Migrations []Migration
}

// Migration is one step of the tables from nothing to what they are today.
type Migration struct {
	Version, Name string
	Additive      bool      // the binary before it can live with it
	Applied       time.Time // zero while it is pending
	Unknown       bool      // a newer binary has applied it, and this one does not have it
}

// StatusOf says which migrations the database that url names has. It changes nothing, and makes no database.
func StatusOf(ctx context.Context, url string) (*Status, error) {
	if file, err := sqliteFile(url); err == nil {
		return statusOfSQLite(ctx, file)
	}
	return statusOfPostgres(ctx, url)
}

// Folders of migrations/.
const (
	sqliteFolder   = "sqlite"
	postgresFolder = "postgres"
)

func statusOfSQLite(ctx context.Context, file string) (s *Status, err error) {
	db, lacks, err := lookAtSQLite(ctx, file)
	if err != nil {
		return nil, err
	}
	if lacks != "" {
		return lacking(sqliteFolder, lacks)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return statusOf(ctx, sqliteFolder, db)
}

// lookAtSQLite opens a file that need not be there, or may be somebody else's. If it is not a database of ours, lacks says
// so, and db is nil.
func lookAtSQLite(ctx context.Context, file string) (db *sql.DB, lacks string, err error) {
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return nil, "there is no database " + file, nil
	}
	db = sql.OpenDB(connector{dsn: dsn(file, lookingPragmas), driver: &sqlite3.SQLiteDriver{}})
	var table string
	err = db.QueryRowContext(ctx, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name <> ?, name LIMIT 1",
		revisionsTable).Scan(&table)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, fmt.Sprintf("the database %s is empty", file), db.Close()
	case err != nil:
		return nil, "", errors.Join(fmt.Errorf("opening the database %s: %w", file, describe(err)), db.Close())
	case table != revisionsTable:
		return nil, fmt.Sprintf("the database %s holds tables of something else, such as %s", file, table), db.Close()
	}
	return db, "", nil
}

// noSuchDatabase is PostgreSQL's code for it.
const noSuchDatabase = "3D000"

func statusOfPostgres(ctx context.Context, url string) (s *Status, err error) {
	e, err := connect(ctx, url)
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok && pg.Code == noSuchDatabase {
		return lacking(postgresFolder, "there is no database "+withoutPassword(url))
	}
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	tx, err := e.readers.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, err
	}
	defer tx.Rollback() //nolint:errcheck // it only reads
	switch there, err := e.hasTable(ctx, tx, revisionsTable); {
	case err != nil:
		return nil, err
	case !there:
		return lacking(e.folder, fmt.Sprintf("the database %s has no tables of contactgraph", e.name))
	}
	return statusOf(ctx, e.folder, tx)
}

// lacking is the status where nothing is applied.
func lacking(folder, lacks string) (*Status, error) {
	all, err := known(folder)
	return &Status{Lacks: lacks, Migrations: all}, err
}

// known are the migrations of this binary.
func known(folder string) (all []Migration, err error) {
	dir, err := memoryDir(folder)
	if err != nil {
		return nil, err
	}
	files, err := dir.Files()
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		m := Migration{Version: f.Version(), Name: f.Desc()}
		if m.Additive, err = isAdditive(dir, m.Version); err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}

type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// statusOf puts together the migrations of this binary and those that a database of ours has.
func statusOf(ctx context.Context, folder string, db querier) (s *Status, err error) {
	all, err := known(folder)
	if err != nil {
		return nil, err
	}
	rows, err := db.QueryContext(ctx, "SELECT version, description, additive, executed_at FROM "+revisionsTable)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Err(), rows.Close()) }()
	for rows.Next() {
		m := Migration{Unknown: true}
		if err := rows.Scan(&m.Version, &m.Name, &m.Additive, &m.Applied); err != nil {
			return nil, err
		}
		i := slices.IndexFunc(all, func(k Migration) bool { return k.Version == m.Version })
		if i < 0 {
			all = append(all, m)
			continue
		}
		all[i].Applied = m.Applied
	}
	slices.SortFunc(all, func(a, b Migration) int { return strings.Compare(a.Version, b.Version) })
	return &Status{Migrations: all}, nil
}
