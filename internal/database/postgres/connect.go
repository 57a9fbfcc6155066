package postgres

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"contactgraph/internal/database/dialect"
	"contactgraph/internal/database/schema"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	// accountWriters is how many batches of an account a process runs at the same time: while one
	// waits for its commit, the next one fills. More of them would wait for the counter of the
	// account, and be smaller.
	accountWriters = 2
	// writers leaves some to the other accounts while the servers of three do not answer.
	writers = 4 * accountWriters
	// accountReaders bounds the connections that read for one account at the same time.
	accountReaders = 16
	// readers leaves as many to the other accounts while one uses all of its own. With those of the
	// writers they stay far below max_connections for several processes.
	readers = 2 * accountReaders
	// Limits for a server that hangs. The sum of them is below what the HTTP server gives a
	// request.
	readLimit  = 6 * time.Second
	queueLimit = 6 * time.Second
	writeLimit = 10 * time.Second
	// hostsLimit is how long to wait for all of several hosts together until one is connected.
	hostsLimit = 2 * time.Second
	// migrationLock is the key of the advisory lock that migrations take. It must differ from the
	// keys of other programs in the same database.
	migrationLock = 0x636f6e7461637473
)

// keywords matches a connection string of keywords and values, such as host=db1 dbname=contacts.
// See https://www.postgresql.org/docs/15/libpq-connect.html#LIBPQ-CONNSTRING.
var keywords = regexp.MustCompile(`^\s*(host|hostaddr|port|dbname|user|password|passfile|service|servicefile|sslmode|connect_timeout|application_name|options|target_session_attrs)\s*=`)

// Accepts takes the connection strings of PostgreSQL: URLs, and keywords with values.
func (Dialect) Accepts(url string) bool {
	return strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://") || keywords.MatchString(url)
}

// Redact returns the address as a URL that may be logged. It has no parameters, because a password
// can be one.
func (Dialect) Redact(address string) string {
	u, err := url.Parse(address)
	if keywords.MatchString(address) {
		u, err = urlOf(address)
	}
	if err != nil {
		return "postgres://…"
	}
	u.RawQuery = ""
	return u.Redacted()
}

// urlOf returns the URL of a connection string of keywords, without its password.
func urlOf(address string) (*url.URL, error) {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, err
	}
	host := config.Host
	if !strings.HasPrefix(host, "/") { // the folder of a socket has no port
		host = net.JoinHostPort(host, strconv.Itoa(int(config.Port)))
	}
	return &url.URL{Scheme: "postgres", User: url.User(config.User), Host: host, Path: "/" + config.Database}, nil
}

// Open connects to the server. For the form of a connection string see
// https://pkg.go.dev/github.com/jackc/pgx/v5/pgconn#ParseConfig.
func (d Dialect) Open(ctx context.Context, url string) (*dialect.Connection, error) {
	config, err := configOf(url)
	if err != nil {
		return nil, err
	}
	name := d.Redact(url)
	if err := adaptToPooler(ctx, config, url); err != nil {
		return nil, fmt.Errorf("opening the database %s: %w", name, err)
	}
	writer := pool(config, writers)
	if err := writer.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("opening the database %s: %w", name, err), writer.Close())
	}
	return &dialect.Connection{
		Dialect: d, Name: name, BulkUpdate: 2,
		Readers: pool(config, readers), AccountReaders: accountReaders, Writer: writer, Writers: writers, AccountWriters: accountWriters,
		Limits: dialect.Limits{Read: readLimit, Queue: queueLimit, Write: writeLimit},
	}, nil
}

// noSuchDatabase is the SQLSTATE of a connection to a database that does not exist.
const noSuchDatabase = "3D000"

// Inspect connects to a database that may not exist, or may not have our tables.
func (d Dialect) Inspect(ctx context.Context, url string) (db *sql.DB, missing string, err error) {
	config, err := configOf(url)
	if err != nil {
		return nil, "", err
	}
	name := d.Redact(url)
	found := false
	if err = adaptToPooler(ctx, config, url); err == nil {
		db = pool(config, 1)
		found, err = d.HasTable(ctx, db, schema.RevisionsTable)
	}
	pg, ok := errors.AsType[*pgconn.PgError](err)
	switch {
	case ok && pg.Code == noSuchDatabase:
		return nil, "there is no database " + name, nil
	case err != nil && db == nil:
		return nil, "", fmt.Errorf("opening the database %s: %w", name, err)
	case err != nil:
		return nil, "", errors.Join(fmt.Errorf("opening the database %s: %w", name, err), db.Close())
	case !found:
		return nil, fmt.Sprintf("the database %s has no contactgraph tables", name), db.Close()
	}
	return db, "", nil
}

func configOf(url string) (*pgx.ConnConfig, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil { // it repeats the URL, but not the password
		return nil, fmt.Errorf("cannot use --database: %w", err)
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "contactgraph"
	}
	config.ConnectTimeout = connectTimeout(config)
	return config, nil
}

// connectTimeout returns how long to wait for each host. A host that accepts connections and stays
// silent must not use up the time of a read, whatever the connection string says.
func connectTimeout(config *pgx.ConnConfig) time.Duration {
	hosts := map[string]bool{config.Host + ":" + strconv.Itoa(int(config.Port)): true}
	for _, f := range config.Fallbacks {
		hosts[f.Host+":"+strconv.Itoa(int(f.Port))] = true
	}
	if len(hosts) == 1 {
		return cmp.Or(config.ConnectTimeout, readLimit)
	}
	most := hostsLimit / time.Duration(len(hosts))
	return min(cmp.Or(config.ConnectTimeout, most), most)
}

// execMode is the parameter of a connection string that says how pgx prepares statements.
const execMode = "default_query_exec_mode"

// adaptToPooler lets the connections prepare no named statements if a pooler such as PgBouncer is
// in front of the server, unless the connection string says how to prepare them: the pooler may run
// the next transaction on another connection, which does not have them. A pooler is recognized by
// the process of the connection: what it reports is not the one that runs the statements.
func adaptToPooler(ctx context.Context, config *pgx.ConnConfig, address string) (err error) {
	if strings.Contains(address, execMode) {
		return nil
	}
	probe := config.Copy()
	probe.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol
	conn, err := pgx.ConnectConfig(ctx, probe)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	var pid uint32
	if err := conn.QueryRow(ctx, "SELECT pg_backend_pid()").Scan(&pid); err != nil {
		return err
	}
	if pid != conn.PgConn().PID() {
		config.DefaultQueryExecMode = pgx.QueryExecModeCacheDescribe
	}
	return nil
}

func pool(config *pgx.ConnConfig, conns int) *sql.DB {
	db := stdlib.OpenDB(*config, stdlib.OptionAfterConnect(prepareConnection))
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	return db
}

// prepareConnection refuses a connection whose commits do not wait for the disk, and reads its
// times as UTC. It sets nothing on the server: behind PgBouncer the next transaction may run on
// another connection.
func prepareConnection(ctx context.Context, conn *pgx.Conn) error {
	conn.TypeMap().RegisterType(&pgtype.Type{
		Name: "timestamptz", OID: pgtype.TimestamptzOID, Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
	})
	var commit string
	if err := conn.QueryRow(ctx, "SHOW synchronous_commit").Scan(&commit); err != nil {
		return err
	}
	if commit == "off" {
		return errors.New("synchronous_commit is off, so acknowledged writes could be lost: turn it on for this database")
	}
	return nil
}

// Exclusive runs fn in a transaction that has the lock of the migrations. PgBouncer requires a lock
// of the transaction instead of the session.
func (Dialect) Exclusive(ctx context.Context, writer *sql.DB, fn func(context.Context, *sql.Tx) error) error {
	tx, err := writer.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
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
