package main

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"strings"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver pgx
	_ "github.com/mattn/go-sqlite3"    // the driver sqlite3
)

// options select the connections to the database.
type options struct {
	conns   int // in the pool
	writers int // 0, or 1 for a separate connection for writes
}

// database is an open database. Both pools are the same unless there is a separate connection for
// writes.
type database struct{ readers, writer *sql.DB }

// sqliteSettings make commits as durable as those of contactgraph. A writer waits for the lock,
// because a failed request would abort the benchmark.
const sqliteSettings = "?_journal_mode=WAL&_synchronous=FULL&_busy_timeout=30000&_txlock=immediate&_stmt_cache_size=64&_loc=UTC"

func open(ctx context.Context, name string, o options) (*database, error) {
	driver, dsn := "sqlite3", "file:"+(&url.URL{Path: name}).EscapedPath()+sqliteSettings
	if strings.HasPrefix(name, "postgres://") || strings.HasPrefix(name, "postgresql://") {
		driver, dsn = "pgx", name
	}
	pool, err := openPool(ctx, driver, dsn, o.conns)
	if err != nil {
		return nil, err
	}
	db := &database{readers: pool, writer: pool}
	if o.writers > 0 && driver == "sqlite3" {
		if db.writer, err = openPool(ctx, driver, dsn, o.writers); err != nil {
			return nil, errors.Join(err, pool.Close())
		}
	}
	return db, nil
}

// openPool opens a pool that keeps its connections, and checks that it can connect.
func openPool(ctx context.Context, driver, dsn string, conns int) (*sql.DB, error) {
	db, err := sql.Open(driver, dsn)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	if err := db.PingContext(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

func (db *database) close() error {
	if db.writer == db.readers {
		return db.readers.Close()
	}
	return errors.Join(db.readers.Close(), db.writer.Close())
}

// createTable works on both engines. On SQLite an integer primary key is the rowid.
const createTable = `CREATE TABLE contacts (
	id integer PRIMARY KEY,
	secret text NOT NULL,
	version bigint NOT NULL,
	registered_at timestamp NOT NULL,
	registration_source text NOT NULL,
	registration_ip text NOT NULL,
	registration_store_id integer,
	last_modified timestamp NOT NULL,
	email text,
	email_key text UNIQUE,
	phone_country_code text,
	phone text,
	phone_key text UNIQUE,
	first_name text,
	last_name text,
	name_key text NOT NULL,
	limit_mails_permanently boolean NOT NULL,
	limit_mails_temporarily_until timestamp,
	preferred_store_id integer,
	company_id integer,
	latest_permission_source text
)`

// fill generates contacts inside the database, which is the fastest way and works on both engines.
const fill = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < CAST($1 AS integer))
INSERT INTO contacts (id, secret, version, registered_at, registration_source, registration_ip, registration_store_id, last_modified,
	email, email_key, phone_country_code, phone, phone_key, first_name, last_name, name_key, limit_mails_permanently,
	limit_mails_temporarily_until, preferred_store_id, company_id, latest_permission_source)
SELECT i, 'ZRVQ3MSC2GDP5KXA' || (1000000000 + i), 1, CURRENT_TIMESTAMP, 'web', '203.0.113.' || (i % 256), 1 + i % 12, CURRENT_TIMESTAMP,
	'contact' || i || '@example.com', 'contact' || i || '@example.com',
	CASE WHEN i % 4 = 0 THEN '46' END, CASE WHEN i % 4 = 0 THEN '0' || (700000000 + i) END, CASE WHEN i % 4 = 0 THEN '+46' || (700000000 + i) END,
	CASE i % 5 WHEN 0 THEN 'Ada' WHEN 1 THEN 'Beatrice' WHEN 2 THEN 'Emil' WHEN 3 THEN 'Charlotte' ELSE 'Olof' END,
	CASE i % 3 WHEN 0 THEN 'Andersson' WHEN 1 THEN 'Berg' ELSE 'Lindqvist' END, 'andersson ada ' || i, i % 20 = 0,
	NULL, CASE WHEN i % 2 = 0 THEN 1 + i % 12 END, CASE WHEN i % 7 = 0 THEN 1 + i % 3 END, 'Registration form'
FROM n`

// seed creates the table and fills it with the contacts 1 to n.
func (db *database) seed(ctx context.Context, n int) error {
	if _, err := db.writer.ExecContext(ctx, createTable); err != nil {
		return err
	}
	if _, err := db.writer.ExecContext(ctx, fill, n); err != nil {
		return err
	}
	_, err := db.writer.ExecContext(ctx, "ANALYZE contacts")
	return err
}
