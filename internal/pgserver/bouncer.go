package pgserver

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// Bouncer is a PgBouncer between its clients and a server, in transaction mode: each transaction of
// a client may run on another connection to the server. It ends with the process that started it.
type Bouncer struct {
	dir     string
	process *exec.Cmd
	ended   chan struct{} // closed when the process has ended
}

// bouncerSettings is pgbouncer.ini. Its arguments are the server's folder, the bouncer's folder,
// and the number of connections to the server for each database.
const bouncerSettings = `[databases]
* = host=%[1]s user=` + superuser + `

[pgbouncer]
pool_mode = transaction
default_pool_size = %[3]d
max_client_conn = 500
auth_type = any
listen_addr =
unix_socket_dir = %[2]s
logfile = %[2]s/log
pidfile = %[2]s/pid
`

// Bounce starts a PgBouncer in front of the server, with this many connections to each database,
// and waits until it answers.
func (s *Server) Bounce(ctx context.Context, connections int) (*Bouncer, error) {
	program, err := exec.LookPath("pgbouncer")
	if err != nil { // Debian's folder, which is in the PATH of root only
		program, err = exec.LookPath("/usr/sbin/pgbouncer")
	}
	if err != nil {
		return nil, fmt.Errorf("finding PgBouncer (the Debian package pgbouncer): %w", err)
	}
	dir, err := os.MkdirTemp(s.dir, "b")
	if err != nil {
		return nil, err
	}
	settings := filepath.Join(dir, "ini")
	if err := os.WriteFile(settings, fmt.Appendf(nil, bouncerSettings, s.dir, dir, connections), 0o600); err != nil {
		return nil, err
	}
	if s.runAs != nil {
		uid, gid := int(s.runAs.Uid), int(s.runAs.Gid)
		if err := errors.Join(os.Chown(dir, uid, gid), os.Chown(settings, uid, gid)); err != nil {
			return nil, err
		}
	}
	c := exec.CommandContext(context.WithoutCancel(ctx), program, "-q", settings) //nolint:gosec // PgBouncer, for tests
	c.Dir = dir
	c.SysProcAttr = &syscall.SysProcAttr{Credential: s.runAs, Pdeathsig: syscall.SIGTERM, Setpgid: true}
	b := &Bouncer{dir: dir, process: c, ended: make(chan struct{})}
	if err := c.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = c.Wait() // the log has the reason
		close(b.ended)
	}()
	return b, b.await(ctx)
}

// await waits until the bouncer answers, or has ended.
func (b *Bouncer) await(ctx context.Context) error {
	for {
		conn, err := pgx.Connect(ctx, b.URL(superuser))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-b.ended:
			text, _ := os.ReadFile(filepath.Join(b.dir, "log"))
			return fmt.Errorf("pgbouncer did not start: %s", text)
		case <-ctx.Done():
			return errors.Join(err, context.Cause(ctx), b.Stop())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// URL is the address of a database of the server, through the bouncer. Statements are described,
// not prepared: what one connection has prepared, the next one does not have.
func (b *Bouncer) URL(database string) string {
	return (&url.URL{
		Scheme: "postgres", User: url.User(superuser), Path: "/" + database,
		RawQuery: url.Values{"host": {b.dir}, "port": {"6432"}, "default_query_exec_mode": {"cache_describe"}}.Encode(),
	}).String()
}

// Stop ends the bouncer and removes its files.
func (b *Bouncer) Stop() error {
	_ = b.process.Process.Signal(syscall.SIGTERM) // it may have ended by itself
	<-b.ended
	return os.RemoveAll(b.dir)
}
