package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"contactgraph/internal/pgserver"

	"github.com/jackc/pgx/v5"
)

// engine creates databases.
type engine interface {
	// database creates a database with so many contacts for p, and returns its name. remove removes
	// it.
	database(ctx context.Context, p *program, contacts int) (name string, remove func() error, err error)
	// time returns the CPU time of the engine's own processes.
	time() (time.Duration, error)
	close() error
}

const (
	sqliteName   = "sqlite"
	postgresName = "postgres"
)

var engineNames = []string{sqliteName, postgresName}

var engines = map[string]func(context.Context, *bench) (engine, error){
	sqliteName: func(_ context.Context, b *bench) (engine, error) {
		seeded := b.keep
		if seeded == "" {
			seeded = filepath.Join(b.work, "seeded")
		}
		return &sqlite{b, seeded}, os.MkdirAll(seeded, 0o700)
	},
	postgresName: func(ctx context.Context, b *bench) (engine, error) {
		// In the parent directory: the user that PostgreSQL runs as has no access to the directory
		// of this run.
		s, err := pgserver.Start(ctx, pgserver.Options{Dir: b.dir})
		if err != nil {
			return nil, err
		}
		return &postgres{bench: b, server: s, seeded: map[string]bool{}}, nil
	},
}

// sqlite keeps seeded files in a directory. Each database is a copy of one.
type sqlite struct {
	*bench

	seeded string
}

func (s *sqlite) database(ctx context.Context, p *program, contacts int) (name string, remove func() error, err error) {
	file := fmt.Sprintf("%s-%d.db", p.name, contacts)
	seeded := filepath.Join(s.seeded, file)
	if _, err := os.Stat(seeded); err != nil {
		if err := s.seed(ctx, p, seeded, contacts); err != nil {
			return "", nil, fmt.Errorf("seeding: %w", err)
		}
	}
	name = filepath.Join(s.work, file)
	return name, func() error { return removeSQLite(name) }, copyFile(name, seeded)
}

// seed creates the file under another name first, so that an interrupted run leaves no incomplete
// file.
func (s *sqlite) seed(ctx context.Context, p *program, file string, contacts int) error {
	s.logf("seeding %s", filepath.Base(file))
	part := file + ".part"
	if err := removeSQLite(part); err != nil {
		return err
	}
	if err := p.seed(ctx, part, contacts); err != nil {
		return err
	}
	if _, err := os.Stat(part + "-wal"); err == nil {
		return fmt.Errorf("%s has left a -wal file next to %s: it has not closed the database", p.name, part)
	}
	return os.Rename(part, file)
}

// removeSQLite removes a database with its -wal and -shm files, which SQLite would otherwise use
// with the next database of the same name.
func removeSQLite(file string) error {
	return errors.Join(os.RemoveAll(file), os.RemoveAll(file+"-wal"), os.RemoveAll(file+"-shm"))
}

func copyFile(to, from string) (err error) {
	in, err := os.Open(filepath.Clean(from))
	if err != nil {
		return err
	}
	defer in.Close() //nolint:errcheck // it was only read
	out, err := os.OpenFile(filepath.Clean(to), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	if _, err := io.Copy(out, in); err != nil {
		return err
	}
	return out.Sync() // a later write by the kernel would slow down the measurement
}

func (*sqlite) time() (time.Duration, error) { return 0, nil }
func (*sqlite) close() error                 { return nil }

// postgres is a PostgreSQL server that both programs use, each with its own databases.
type postgres struct {
	*bench

	server *pgserver.Server
	seeded map[string]bool // the names of the databases that are copied
	copies int
}

func (s *postgres) database(ctx context.Context, p *program, contacts int) (url string, remove func() error, err error) {
	seeded := fmt.Sprintf("%s_%d", p.name, contacts)
	if !s.seeded[seeded] {
		s.logf("seeding %s with %d contacts", p.name, contacts)
		if err := s.server.CreateDatabase(ctx, seeded); err != nil {
			return "", nil, err
		}
		if err := p.seed(ctx, s.server.URL(seeded), contacts); err != nil {
			return "", nil, fmt.Errorf("seeding: %w", err)
		}
		if err := vacuum(ctx, s.server.URL(seeded)); err != nil {
			return "", nil, fmt.Errorf("vacuuming after seeding: %w", err)
		}
		s.seeded[seeded] = true
	}
	s.copies++
	name := fmt.Sprintf("%s_copy_%d", seeded, s.copies)
	remove = func() error { return s.server.DropDatabase(context.WithoutCancel(ctx), name) }
	return s.server.URL(name), remove, s.server.CopyDatabase(ctx, name, seeded)
}

// vacuum does what PostgreSQL would do by itself within minutes. So it does not happen during a
// round, and the planner has statistics.
func vacuum(ctx context.Context, url string) (err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	_, err = conn.Exec(ctx, "VACUUM ANALYZE")
	return err
}

func (s *postgres) time() (time.Duration, error) { return timeWithChildren(s.server.PID()) }
func (s *postgres) close() error                 { return s.server.Stop() }
