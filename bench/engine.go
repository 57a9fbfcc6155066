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

// engine makes databases.
type engine interface {
	// database returns the name of a database with so many contacts, for p alone to use. discard removes it.
	database(ctx context.Context, p *program, contacts int) (name string, discard func() error, err error)
	// time is the CPU time that the engine's own processes have spent.
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
		// In the folder above: the one of this run is closed to the user that PostgreSQL runs as.
		s, err := pgserver.Start(ctx, pgserver.Options{Dir: b.dir})
		if err != nil {
			return nil, err
		}
		return &postgres{bench: b, server: s, seeded: map[string]bool{}}, nil
	},
}

// sqlite keeps seeded files in a folder, and gives out copies of them.
type sqlite struct {
	*bench

	seeded string
}

func (s *sqlite) database(ctx context.Context, p *program, contacts int) (name string, discard func() error, err error) {
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

// seed makes the file under another name first: one that is cut short must not be taken for the whole.
func (s *sqlite) seed(ctx context.Context, p *program, file string, contacts int) error {
	s.say("seeding %s", filepath.Base(file))
	part := file + ".part"
	if err := removeSQLite(part); err != nil {
		return err
	}
	if err := p.seed(ctx, part, contacts); err != nil {
		return err
	}
	if _, err := os.Stat(part + "-wal"); err == nil {
		return fmt.Errorf("%s left a log beside %s: it did not close it", p.name, part)
	}
	return os.Rename(part, file)
}

// removeSQLite removes a database with the files beside it, which SQLite would take for those of its successor.
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
	return out.Sync() // what is left for later would slow down what is measured
}

func (*sqlite) time() (time.Duration, error) { return 0, nil }
func (*sqlite) close() error                 { return nil }

// postgres is a server that both programs use, each with databases of its own.
type postgres struct {
	*bench

	server *pgserver.Server
	seeded map[string]bool // the names of the databases that others are copies of
	copies int
}

func (s *postgres) database(ctx context.Context, p *program, contacts int) (url string, discard func() error, err error) {
	seeded := fmt.Sprintf("%s_%d", p.name, contacts)
	if !s.seeded[seeded] {
		s.say("seeding %s with %d contacts", p.name, contacts)
		if err := s.server.CreateDatabase(ctx, seeded); err != nil {
			return "", nil, err
		}
		if err := p.seed(ctx, s.server.URL(seeded), contacts); err != nil {
			return "", nil, fmt.Errorf("seeding: %w", err)
		}
		if err := tidy(ctx, s.server.URL(seeded)); err != nil {
			return "", nil, fmt.Errorf("tidying up after seeding: %w", err)
		}
		s.seeded[seeded] = true
	}
	s.copies++
	name := fmt.Sprintf("%s_copy_%d", seeded, s.copies)
	discard = func() error { return s.server.DropDatabase(context.WithoutCancel(ctx), name) }
	return s.server.URL(name), discard, s.server.CopyDatabase(ctx, name, seeded)
}

// tidy does what the server would do by itself within minutes: so it does not do it in the middle of a round, and the planner
// knows the tables.
func tidy(ctx context.Context, url string) (err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	_, err = conn.Exec(ctx, "VACUUM ANALYZE")
	return err
}

func (s *postgres) time() (time.Duration, error) { return familyTime(s.server.PID()) }
func (s *postgres) close() error                 { return s.server.Stop() }
