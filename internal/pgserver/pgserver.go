// Package pgserver runs PostgreSQL servers for tests and benchmarks. A server runs the programs
// that are installed on the machine, has its data in a temporary folder, and listens only on a
// socket in that folder. It ends with the process that started it. Start reading at Start;
// bouncer.go runs PgBouncer in front of a server, and citus.go creates databases in a cluster that
// runs already.
package pgserver

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// superuser is the role that owns everything in the server.
const superuser = "postgres"

// Options of Start.
type Options struct {
	Dir      string            // where the server's folder is created; "" for the system's temporary folder
	NoSync   bool              // do not wait for the disk: faster, but data is lost in a power cut
	Settings map[string]string // of postgresql.conf, in addition to the defaults of Run
}

// Server is a running PostgreSQL.
type Server struct {
	dir     string
	bin     string
	options Options
	runAs   *syscall.Credential // nil for the user of this process
	process *exec.Cmd
	ended   chan struct{} // closed when the process has ended
}

// Start creates a server and waits until it answers.
func Start(ctx context.Context, o Options) (*Server, error) {
	bin, err := binaries(ctx)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(o.Dir, "pg")
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir, bin: bin, options: o}
	err = s.create(ctx)
	if err == nil {
		err = s.Run(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return s, nil
}

// binaries is the folder of PostgreSQL's programs.
func binaries(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "pg_config", "--bindir").Output()
	if err != nil {
		return "", fmt.Errorf("finding PostgreSQL (the Debian packages postgresql and libpq-dev): %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}

// create creates the server's files. PostgreSQL refuses to run as root, so under root it runs as
// the user postgres.
func (s *Server) create(ctx context.Context) error {
	if os.Geteuid() == 0 {
		owner, err := user.Lookup(superuser)
		if err != nil {
			return err
		}
		uid, errUID := strconv.ParseUint(owner.Uid, 10, 32)
		gid, errGID := strconv.ParseUint(owner.Gid, 10, 32)
		if err := errors.Join(errUID, errGID, os.Chown(s.dir, int(uid), int(gid))); err != nil {
			return err
		}
		s.runAs = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
	initdb := s.command(ctx, "initdb", "--pgdata", s.data(), "--username", superuser, "--auth", "trust",
		"--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync")
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	return nil
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

// command returns a command that runs one of PostgreSQL's programs as the server's user.
func (s *Server) command(ctx context.Context, program string, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, filepath.Join(s.bin, program), args...) //nolint:gosec // programs of PostgreSQL, for tests
	c.Dir = s.dir
	c.SysProcAttr = &syscall.SysProcAttr{Credential: s.runAs, Pdeathsig: syscall.SIGQUIT, Setpgid: true}
	return c
}

// Run starts a server that was stopped, and waits until it answers.
func (s *Server) Run(ctx context.Context) error {
	settings := map[string]string{
		"listen_addresses": "", "unix_socket_directories": s.dir, "max_connections": "200", "shared_buffers": "128MB",
	}
	if s.options.NoSync {
		settings["fsync"], settings["full_page_writes"] = "off", "off"
	}
	maps.Copy(settings, s.options.Settings)
	args := []string{"-D", s.data()}
	for name, value := range settings {
		args = append(args, "-c", name+"="+value)
	}
	log, err := os.OpenFile(s.Log(), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close() //nolint:errcheck // the server has its own descriptor
	s.process = s.command(context.WithoutCancel(ctx), "postgres", args...)
	s.process.Stdout, s.process.Stderr = log, log
	if err := s.process.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	s.ended = ended
	go func(c *exec.Cmd) {
		_ = c.Wait() // the log has the reason
		close(ended)
	}(s.process)
	return s.await(ctx)
}

// await waits until the server answers, or has ended.
func (s *Server) await(ctx context.Context) error {
	for {
		conn, err := pgx.Connect(ctx, s.URL(superuser))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-s.ended:
			text, _ := os.ReadFile(s.Log())
			return fmt.Errorf("postgres did not start: %s", text)
		case <-ctx.Done():
			return errors.Join(err, context.Cause(ctx), s.Stop())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// URL is the address of a database of the server.
func (s *Server) URL(database string) string {
	return (&url.URL{
		Scheme: "postgres", User: url.User(superuser), Path: "/" + database, RawQuery: url.Values{"host": {s.dir}}.Encode(),
	}).String()
}

// Dir is the folder with the server's socket.
func (s *Server) Dir() string { return s.dir }

// Log is the file that the server writes its log to.
func (s *Server) Log() string { return filepath.Join(s.dir, "log") }

// PID is the process id of the server, which leads a process group of its own.
func (s *Server) PID() int { return s.process.Process.Pid }

// CreateDatabase creates an empty database.
func (s *Server) CreateDatabase(ctx context.Context, name string) error {
	return s.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize())
}

// CopyDatabase creates a copy of another database. It fails while there are connections to that
// one.
func (s *Server) CopyDatabase(ctx context.Context, name, from string) error {
	return s.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize()+" TEMPLATE "+pgx.Identifier{from}.Sanitize())
}

// DropDatabase removes a database, and ends all connections to it.
func (s *Server) DropDatabase(ctx context.Context, name string) error {
	return s.Exec(ctx, "DROP DATABASE "+pgx.Identifier{name}.Sanitize()+" WITH (FORCE)")
}

// Exec runs a statement as the superuser, in the database postgres.
func (s *Server) Exec(ctx context.Context, statement string) error {
	return execute(ctx, s.URL(superuser), statement)
}

// Crash ends the server at once, as pg_ctl stop -m immediate does. It recovers at its next Run.
func (s *Server) Crash() { s.end(syscall.SIGQUIT) }

// Stop ends the server and removes its files.
func (s *Server) Stop() error {
	s.end(syscall.SIGINT)
	return os.RemoveAll(s.dir)
}

// end sends the signal and waits for the end. A server that ignores the signal is killed.
func (s *Server) end(signal syscall.Signal) {
	if s.process == nil {
		return
	}
	_ = s.process.Process.Signal(signal) // it may have ended by itself
	select {
	case <-s.ended:
	case <-time.After(30 * time.Second):
		_ = syscall.Kill(-s.process.Process.Pid, syscall.SIGKILL)
		<-s.ended
	}
}
