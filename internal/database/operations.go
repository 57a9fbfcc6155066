package database

import (
	"context"
	"errors"
	"log/slog"

	"contactgraph/ent"
	"contactgraph/internal/database/dialect"
	"contactgraph/internal/database/engines"
	"contactgraph/internal/database/schema"
)

// Status lists the migrations of a database.
type Status = schema.Status

// Migration is one step from an empty database to the tables of today.
type Migration = schema.Migration

// connect opens the database that url names. It changes no tables.
func connect(ctx context.Context, url string) (*dialect.Connection, error) {
	d, err := engines.For(url)
	if err != nil {
		return nil, err
	}
	return d.Open(ctx, url)
}

// Name returns the URL of a database, the value of --database, as it may be shown: without a
// password.
func Name(url string) string {
	d, err := engines.For(url)
	if err != nil {
		return url // it names no database, and is repeated in the error that says so
	}
	return d.Redact(url)
}

// Migrate brings the database that url names up to date, as Open does, and returns the names of the
// files that it applied, also when it fails. It logs what may take long.
func Migrate(ctx context.Context, url string, log *slog.Logger) (applied []string, err error) {
	c, err := connect(ctx, url)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	return schema.Migrate(ctx, c, log)
}

// StatusOf lists the migrations that the database has and lacks. It changes nothing, and creates no
// database.
func StatusOf(ctx context.Context, url string) (*Status, error) {
	d, err := engines.For(url)
	if err != nil {
		return nil, err
	}
	return schema.StatusOf(ctx, d, url)
}

// Inspect runs fn with a client that reads the database that url names, which has all migrations of
// this binary. It changes nothing.
func Inspect(ctx context.Context, url string, fn func(*ent.Client) error) (err error) {
	r, err := OpenReader(ctx, url)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	return fn(r.Client())
}

// Backup copies the database that url names, an SQLite file that other processes may be writing to,
// to a new file. The copy contains every write that was acknowledged before. It is complete,
// without damage and on the disk, or does not exist. To restore it, open it. Backup first removes
// what killed backups have left: of the same name, and of the names of other backups in the folder,
// for which isOther returns true; nil stands for none.
func Backup(ctx context.Context, url, file string, isOther func(name string) bool) error {
	d, err := engines.For(url)
	if err != nil {
		return err
	}
	return d.Backup(ctx, url, file, isOther)
}

// Distribute migrates the PostgreSQL database that url names, and spreads its tables over the
// servers of Citus; schema_revisions stays on the coordinator. It returns the migrations that it
// applied and the tables that it placed, also when it fails. Tables that are placed already are not
// touched. The others must be empty.
func Distribute(ctx context.Context, url string, log *slog.Logger) (migrated, placed []string, err error) {
	d, err := engines.For(url)
	if err != nil {
		return nil, nil, err
	}
	return d.Distribute(ctx, url, log)
}
