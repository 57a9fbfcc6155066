package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"time"

	"contactgraph/ent"

	atlaspostgres "ariga.io/atlas/sql/postgres"
	"entgo.io/ent/dialect"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	// postgresWriters is how many batches a process has under way: while one waits for its commit, the other fills. More would
	// wait for the counter of their account, and be smaller.
	postgresWriters = 2
	// postgresReaders bounds the connections that read. With the writers' they stay far below max_connections for several
	// processes.
	postgresReaders = 16
	// What a database that hangs may hold up: a read, the waiting for a turn, and what a batch sends at once. Together they stay
	// below what the server gives a request.
	readPatience  = 6 * time.Second
	turnPatience  = 6 * time.Second
	writePatience = 10 * time.Second
	// migrationLock is the key of the advisory lock that migrations take. Any number will do that nobody else uses.
	migrationLock = 0x636f6e7461637473
)

// connectPostgres opens the database that a URL of pgx names. See https://pkg.go.dev/github.com/jackc/pgx/v5/pgconn#ParseConfig.
func connectPostgres(ctx context.Context, address string) (*engine, error) {
	config, err := pgx.ParseConfig(address)
	if err != nil { // it repeats the URL, but for the password
		return nil, fmt.Errorf("cannot use --database: %w", err)
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "contactgraph"
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = readPatience
	}
	name := withoutPassword(address)
	writer := poolPostgres(config, postgresWriters)
	if err := writer.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("opening the database %s: %w", name, err), writer.Close())
	}
	return &engine{
		dialect: dialect.Postgres, folder: "postgres", name: name, readers: poolPostgres(config, postgresReaders), writer: writer,
		maxWriters: postgresWriters, leastRows: 2,
		limits: limits{read: readPatience, turn: turnPatience, write: writePatience},
		alone: func(ctx context.Context, fn func(context.Context, *sql.Tx) error) error {
			return alonePostgres(ctx, writer, fn)
		},
		reserve:  reservePostgres,
		atlas:    atlaspostgres.Open,
		hasTable: hasTablePostgres,
	}, nil
}

// withoutPassword is the URL as it may stand in a log.
func withoutPassword(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "postgres://…"
	}
	u.RawQuery = "" // a password can stand there, too
	return u.Redacted()
}

func poolPostgres(config *pgx.ConnConfig, conns int) *sql.DB {
	db := stdlib.OpenDB(*config, stdlib.OptionAfterConnect(prepareConnection))
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	return db
}

// prepareConnection refuses a connection whose commits do not wait for the disk, and makes its times UTC. It sets nothing on
// the server's side: behind PgBouncer the next transaction may run on another connection.
func prepareConnection(ctx context.Context, conn *pgx.Conn) error {
	conn.TypeMap().RegisterType(&pgtype.Type{
		Name: "timestamptz", OID: pgtype.TimestamptzOID, Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
	})
	var commit string
	if err := conn.QueryRow(ctx, "SHOW synchronous_commit").Scan(&commit); err != nil {
		return err
	}
	if commit == "off" {
		return errors.New("synchronous_commit is off, and with it acknowledged writes would be lost: turn it on for this database")
	}
	return nil
}

// alonePostgres runs fn in a transaction that holds the migrations' lock. The lock is the transaction's, not the session's,
// for PgBouncer's sake.
func alonePostgres(ctx context.Context, db *sql.DB, fn func(context.Context, *sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to roll back, and before it err says why
	if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock($1)", migrationLock); err != nil {
		return err
	}
	if err := fn(ctx, tx); err != nil {
		return err
	}
	return tx.Commit()
}

func hasTablePostgres(ctx context.Context, tx *sql.Tx, table string) (found bool, err error) {
	err = tx.QueryRowContext(ctx, "SELECT to_regclass($1) IS NOT NULL", table).Scan(&found)
	return found, err
}

// reservePostgres moves the sequence behind the table's identity, which does not look at ids that were chosen.
func reservePostgres(ctx context.Context, c *ent.Client, table string, id int) error {
	_, err := c.ExecContext(ctx, `SELECT setval(s::regclass, GREATEST($2::bigint, coalesce(pg_sequence_last_value(s::regclass), 0)))
		FROM pg_get_serial_sequence($1, 'id') AS s`, table, id)
	return err
}
