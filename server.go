// Command contactgraph serves the contacts of many accounts: to GraphQL, and to the clients of two documented REST APIs.
// Its commands and settings are in contactgraph --help; each setting is a flag and an environment variable.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"contactgraph/graph"
	"contactgraph/internal/auth"
	"contactgraph/internal/changelog"
	"contactgraph/internal/cli"
	"contactgraph/internal/demo"
	"contactgraph/internal/rest"
	"contactgraph/internal/server"
	"contactgraph/web"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	if err := run(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "contactgraph:", err)
		os.Exit(1)
	}
}

// run runs the command in args until it is done or ctx ends, which is how a server stops in peace. Answers to people go to
// stdout, the log to stderr.
func run(ctx context.Context, args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) error {
	return cli.Run(ctx, &commands{}, args, &cli.Process{Getenv: getenv, Stdin: stdin, Stdout: stdout, Stderr: stderr})
}

// commands is the command line.
type commands struct {
	Serve   serve `cmd:"" default:"withargs" help:"Serve the contacts. This is what happens without a command."`
	Migrate struct {
		Up     cli.MigrateUp     `cmd:"" help:"Bring the tables up to date, as serve does when it starts."`
		Status cli.MigrateStatus `cmd:"" help:"Show which migrations the database has. Nothing is changed."`
	} `cmd:"" help:"Change the tables, or see how they are."`
	Backup cli.Backup `cmd:"" help:"Copy an SQLite database, which may be in use, to a new file."`
	Key    struct {
		Create cli.CreateKey `cmd:"" help:"Create an API key and print its token, which cannot be had again."`
	} `cmd:"" help:"Manage API keys."`
	User struct {
		Create cli.CreateUser `cmd:"" help:"Create an agent or admin who signs in with a password."`
	} `cmd:"" help:"Manage users."`
}

// serve is the command that answers requests.
type serve struct {
	cli.Settings `embed:""`

	Addr            string `default:"127.0.0.1:8080" help:"The address to listen on."`
	Demo            bool   `help:"Fill an empty database with demo data. Its keys are known to all, so --addr must be a loopback address."`
	DemoContacts    int    `default:"500" help:"How many contacts the demo data has."`
	IServiceAccount string `name:"iservice-account" placeholder:"NAME" help:"The account that the iService addresses serve: the only one, or with --demo the account Demo, unless another is named."`
	SecureCookies   bool   `help:"Browsers come by HTTPS, and must send session cookies by nothing else."`

	LogRetention time.Duration `placeholder:"DURATION" help:"Cut changes off the change log when they are older than this, such as 8760h: at least 24h. Left out, all are kept."`
}

// Validate says what is wrong with the flags.
func (c *serve) Validate() error {
	if c.LogRetention != 0 && c.LogRetention < changelog.MinRetention {
		return fmt.Errorf("--log-retention is %s, and must be at least %s: so long a repeated write finds its outcome in the log", c.LogRetention, changelog.MinRetention)
	}
	return nil
}

// Run serves until ctx ends.
func (c *serve) Run(ctx context.Context, p *cli.Process) (err error) {
	if p.Getenv("GOGC") == "" { // else the operator has chosen
		go server.TuneGC(ctx)
	}
	log := slog.New(server.LogHandler(c.LogHandler(p.Stderr)))
	listener, err := c.listen(ctx)
	if err != nil {
		return err
	}
	defer listener.Close() //nolint:errcheck // the server has closed it, unless it was not reached
	s, err := c.Open(ctx, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()

	var now state
	doors := c.server(s, &now, log)
	serving, stop := context.WithCancel(ctx)
	defer stop()
	served := make(chan error, 1)
	go func() { served <- doors.Serve(serving, listener) }()
	if err := c.prepare(ctx, s, log); err != nil {
		stop()
		return errors.Join(err, <-served)
	}
	if ctx.Err() == nil {
		present, err := demo.Present(ctx, s.Auth)
		now.demo.Store(c.Demo && present && err == nil)
		now.prepared.Store(true)
		tidying := make(chan struct{})
		go func() {
			defer close(tidying)
			c.tidy(serving, s.Changes, log)
		}()
		defer func() {
			stop()
			<-tidying
		}()
		fmt.Fprint(p.Stdout, c.greeting(ctx, listener.Addr(), s, &now)) //nolint:errcheck // it serves without anybody to greet, too
	}
	return <-served
}

// tidyInterval is how often what has had its time is taken away.
const tidyInterval = time.Hour

// tidy takes away from time to time what has had its time, until ctx ends.
func (c *serve) tidy(ctx context.Context, changes *changelog.Service, log *slog.Logger) {
	ticker := time.NewTicker(tidyInterval)
	defer ticker.Stop()
	for {
		if err := changes.Prune(ctx, c.LogRetention); err != nil && ctx.Err() == nil {
			log.ErrorContext(ctx, "tidying the database failed; it will be tried again", slog.Any("error", err))
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// listen opens the address before anything is written, so that a second server on it does no harm.
func (c *serve) listen(ctx context.Context) (net.Listener, error) {
	addr, err := net.ResolveTCPAddr("tcp", c.Addr)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %q: give --addr a host and a port, such as 127.0.0.1:8080: %w", c.Addr, err)
	}
	if c.Demo && !addr.IP.IsLoopback() {
		return nil, fmt.Errorf("--demo makes keys that everybody knows, so it cannot listen on %q, where others can come: "+
			"give --addr a loopback address, such as 127.0.0.1:8080, or leave out --demo", c.Addr)
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr.String())
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("another program listens on %s: stop it, or give --addr another port", c.Addr)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("no permission to listen on %s: give --addr a port above 1023", c.Addr)
	case err != nil:
		return nil, fmt.Errorf("cannot listen on %s: %w", c.Addr, err)
	}
	return listener, nil
}

// state is what becomes of a server while it runs.
type state struct {
	prepared atomic.Bool // the database can be used
	demo     atomic.Bool // it holds the demo data
}

// settings are what the pages must know.
func (s *state) settings() web.Settings {
	if !s.demo.Load() {
		return web.Settings{}
	}
	d := &web.Demo{Key: demo.AgentKey}
	for _, in := range demo.SignIns() {
		d.SignIns = append(d.SignIns, web.SignIn(in))
	}
	return web.Settings{Demo: d}
}

// server puts the doors together.
func (c *serve) server(s *cli.Services, now *state, log *slog.Logger) *server.Server {
	return server.New(server.Config{
		GraphQL: graph.NewHandler(graph.Config{
			Services: s.Services, Client: s.DB.Client(), SecureCookies: c.SecureCookies, Log: log,
		}),
		CloseStreams: s.Hub.Close,
		SDL:          graph.SDL,
		REST: rest.New(rest.Config{
			Services: s.Services, IServiceAccount: c.iServiceAccount(s.Auth), SecureCookies: c.SecureCookies, Log: log,
		}),
		Site: web.New(now.settings, manual()),
		Ping: s.DB.Ping,
		Ready: func(context.Context) error {
			if !now.prepared.Load() {
				return errors.New("the database is being prepared")
			}
			return nil
		},
		Log: log,
	})
}

// iServiceAccount finds the account of the iService addresses at each request: it may be made while the server runs.
func (c *serve) iServiceAccount(a *auth.Service) func(context.Context) (id int, found bool, err error) {
	name := c.IServiceAccount
	if name == "" && c.Demo {
		name = demo.Account
	}
	if name == "" {
		return a.OnlyAccount
	}
	return func(ctx context.Context) (int, bool, error) { return a.AccountByName(ctx, name) }
}

// prepare makes the demo data and checks what needs the database. A server that is stopped meanwhile has not failed.
func (c *serve) prepare(ctx context.Context, s *cli.Services, log *slog.Logger) error {
	if c.Demo {
		_, err := demo.Seed(ctx, s.Services, c.DemoContacts, log)
		switch {
		case err != nil && ctx.Err() != nil:
			log.WarnContext(ctx, "stopped before the demo data was complete", slog.Any("error", err))
			return nil //nolint:nilerr // who stops a server has not made it fail
		case errors.Is(err, demo.ErrInterrupted):
			return fmt.Errorf("the database %s cannot be used: %w; if no other process is at work on that, delete the database "+
				"(of a file, also those beside it that end in -wal and -shm), or give --database another", c.DatabaseName(), err)
		case err != nil:
			return err
		}
	}
	if c.IServiceAccount == "" {
		return nil
	}
	if _, err := s.Account(ctx, c.IServiceAccount); err != nil {
		return fmt.Errorf("--iservice-account: %w", err)
	}
	return nil
}

// greeting says where to go, and with --demo how to get in.
func (c *serve) greeting(ctx context.Context, addr net.Addr, s *cli.Services, now *state) string {
	host, port, _ := net.SplitHostPort(addr.String()) // a listener's address has both
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	text := fmt.Sprintf(`contactgraph serves %[2]s

  %[1]s/                       the console
  %[1]s/playground             GraphQL to try
  %[1]s/docs                   the manuals
  %[1]s/graphql                GraphQL
  %[1]s/api/v1/Contacts/1      REST
  %[1]s/f/webapp-api-custinfo  iService
`, "http://"+net.JoinHostPort(host, port), c.DatabaseName())
	if now.demo.Load() {
		text += demoGreeting()
	}
	if n, err := s.Auth.Accounts(ctx); n == 0 && err == nil {
		text += "\nThere is no account yet: contactgraph key create --new-account --account NAME --name KEY --role admin makes one.\n"
	}
	return text
}

// demoGreeting says how to get in where the demo data is.
func demoGreeting() string {
	var b strings.Builder
	fmt.Fprintf(&b, "\nDemo data: send the header X-ApiKey: %s (or %s; %s for the account %s), or sign in:\n\n",
		demo.AdminKey, demo.AgentKey, demo.OtherKey, demo.OtherAccount)
	for _, in := range demo.SignIns() {
		fmt.Fprintf(&b, "  %-8s  %-26s  password %s, account %s\n", strings.ToLower(in.Role), in.Login, in.Password, in.Account)
	}
	return b.String()
}
