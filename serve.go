package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"syscall"
	"time"

	"contactgraph/internal/changelog"
	"contactgraph/internal/cli"
	"contactgraph/internal/demo"
	"contactgraph/internal/outage"
	"contactgraph/internal/rekey"
	"contactgraph/internal/server"
	"contactgraph/internal/tracing"
	"contactgraph/internal/version"
	"contactgraph/internal/weborigin"
)

// serve is the command that runs the server. Its fields are its flags.
type serve struct {
	cli.Settings `embed:""`
	network      `embed:""`

	Addr            string `default:"127.0.0.1:8080" help:"Address to listen on."`
	Demo            bool   `help:"Fill an empty database with demo data. Its API keys and passwords are public, so --addr must be a loopback address."`
	DemoContacts    int    `default:"500" help:"Number of contacts in the demo data."`
	IServiceAccount string `name:"iservice-account" placeholder:"NAME" help:"Account that the iService API serves. Default: Demo with --demo, otherwise the only account in the database."`
	Registration    bool   `name:"iservice-registration" help:"Let people register as customers of the account that the iService API serves, without credentials."`
	AllowCorrupt    bool   `help:"Start on a damaged database, to read what is left of it. Restore a backup instead, if there is one."`

	GraphQL  graphQL       `embed:""`
	Requests requestLimits `embed:""`
	OIDC     oidcSettings  `embed:"" prefix:"oidc-"`
	Mail     mailSettings  `embed:""`
	Metrics  measurements  `embed:""`

	LogRetention time.Duration `placeholder:"DURATION" help:"Delete changes from the change log when they are older than this, such as 8760h. At least 24h. By default, all changes are kept."`
}

// Validate checks the flags.
func (c *serve) Validate() error {
	if err := c.network.Validate(); err != nil {
		return err
	}
	if c.LogRetention != 0 && c.LogRetention < changelog.MinRetention {
		return fmt.Errorf("--log-retention is %s, but must be at least %s: for that long, requests that are repeated with "+
			"the same idempotency key are answered from the change log", c.LogRetention, changelog.MinRetention)
	}
	return c.Requests.validate()
}

// Run serves until ctx ends.
//
// The server answers requests before the database is open: /readyz reports why it is not ready, and
// the APIs answer with 503. The greeting, which contains the address, is printed when it is ready.
func (c *serve) Run(ctx context.Context, p *cli.Process) (err error) {
	if p.Getenv("GOGC") == "" { // otherwise the operator has set it
		go server.TuneGC(ctx)
	}
	hangups, stopHangups := notifyHangups()
	defer stopHangups()
	var level slog.LevelVar
	level.Set(c.LogLevel)
	log := slog.New(outage.Handler(server.LogHandler(c.LogHandler(p.Stderr, &level)), server.OfRequest))
	logVersion(ctx, log)
	certificate, err := c.certificate()
	if err != nil {
		return err
	}
	provider, err := c.OIDC.config(ctx, p.Getenv, c.https(), log)
	if err != nil {
		return err
	}
	sender, links, err := c.Mail.config(ctx, p.Getenv, c.https(), log)
	if err != nil {
		return err
	}
	trusted, err := c.GraphQL.trusted()
	if err != nil {
		return err
	}
	origins, err := c.origins()
	if err != nil {
		return err
	}
	listener, err := c.listen(ctx)
	if err != nil {
		return err
	}
	defer listener.Close() //nolint:errcheck // the server has closed it, if it was started
	observers, stopMetrics, err := c.Metrics.start(ctx, log)
	if err != nil {
		return err
	}
	defer stopMetrics() // last, so that the end of the server can be measured, too
	traces, stopTraces, err := tracing.Start(ctx, p.Getenv, version.Current(), log)
	if err != nil {
		return err
	}
	defer stopTraces()
	c.warnOfPlainHTTP(ctx, listener.Addr(), log)

	startup := state{provider: provider, mail: sender != nil, observers: observers, tracing: traces}
	observers.watchReady(startup.usable)
	srv := c.newServer(ctx, certificate, origins, &startup, log)
	startup.server.Store(srv)
	serving, stop := context.WithCancel(ctx)
	defer stop()
	served := make(chan error, 1)
	go func() { served <- srv.Serve(serving, listener) }()
	go reload(serving, hangups, p, &level, certificate, log)
	s, err := c.OpenToServe(ctx, log, c.AllowCorrupt, observers.database)
	if err != nil {
		stop()
		if ctx.Err() != nil { // the operator has stopped the server while it waited for the database
			return <-served
		}
		return errors.Join(err, <-served)
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if sender != nil {
		s.Resets.SendBy(sender, links)
	}
	startup.services.Store(s)
	observers.watch(s)
	if err := c.prepare(ctx, s, log); err != nil {
		stop()
		return errors.Join(err, <-served)
	}
	if err := c.checkDemo(ctx, s, &startup, listener.Addr()); err != nil {
		stop()
		return errors.Join(err, <-served)
	}
	warnOfAnyOrigin(ctx, origins, &startup, log)
	if ctx.Err() == nil {
		startup.apis.Store(c.newAPIs(s, &startup, trusted, origins, log))
		startup.prepared.Store(true)
		var background sync.WaitGroup
		background.Go(func() { c.prune(serving, s, log) })
		background.Go(func() { s.Keys.Serve(serving) })
		background.Go(func() { s.Resets.Serve(serving) })
		background.Go(func() { s.Duplicates.Serve(serving) })
		background.Go(func() { s.Jobs.Serve(serving) })
		background.Go(func() { observers.readLogSizes(serving, s, log) })
		defer func() {
			stop()
			background.Wait()
		}()
		fmt.Fprint(p.Stdout, c.greeting(ctx, listener.Addr(), s, &startup)) //nolint:errcheck // the server works without a greeting
		background.Go(func() { notifyManager(serving, c.url(listener.Addr()), log) })
	}
	return <-served
}

// logVersion logs which binary starts, so that a log can be read without knowing it.
func logVersion(ctx context.Context, log *slog.Logger) {
	v := version.Current()
	log.InfoContext(ctx, "starting contactgraph", slog.String("version", v.Version), slog.String("revision", v.Revision),
		slog.String("go", v.Go), slog.String("migration", v.Migration))
}

// listen opens the port before the database is opened, so that a second server on the same address
// changes nothing.
func (c *serve) listen(ctx context.Context) (net.Listener, error) {
	addr, err := net.ResolveTCPAddr("tcp", c.Addr)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %q: set --addr to a host and a port, such as 127.0.0.1:8080: %w", c.Addr, err)
	}
	if c.Demo && !addr.IP.IsLoopback() {
		return nil, fmt.Errorf("the API keys and passwords of --demo are public, so the server cannot listen on %q, which other machines can reach: "+
			"set --addr to a loopback address, such as 127.0.0.1:8080, or omit --demo", c.Addr)
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr.String())
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%s is in use by another program: stop it, or set --addr to another port", c.Addr)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("no permission to listen on %s: set --addr to a port above 1023", c.Addr)
	case err != nil:
		return nil, fmt.Errorf("cannot listen on %s: %w", c.Addr, err)
	}
	return listener, nil
}

// prepare computes keys and search terms again where that is necessary, creates the demo data, and
// checks the flags that depend on the database. If the server is stopped meanwhile, this is not an
// error.
func (c *serve) prepare(ctx context.Context, s *cli.Services, log *slog.Logger) error {
	if _, err := s.Keys.Run(ctx, rekey.Modified); err != nil {
		switch {
		case ctx.Err() != nil:
			return nil //nolint:nilerr // the operator has stopped the server: the next start continues
		case !c.AllowCorrupt:
			return err
		}
		log.ErrorContext(ctx, "keys and search terms could not be computed again, so some contacts may not be found", slog.Any("error", err))
	}
	if c.Demo {
		_, err := demo.Seed(ctx, s.Services, c.DemoContacts, log)
		switch {
		case err != nil && ctx.Err() != nil:
			log.WarnContext(ctx, "stopped before the demo data was complete", slog.Any("error", err))
			return nil //nolint:nilerr // the operator has stopped the server
		case errors.Is(err, demo.ErrInterrupted):
			return fmt.Errorf("the demo data in the database %s is incomplete: %w; unless another process is seeding it now, delete "+
				"the database (for an SQLite file, also the files whose names end in -wal and -shm), or set --database to another one",
				c.DatabaseName(), err)
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

// checkDemo finds out whether the database contains demo data, whose keys are public, also if the
// server was not started for it. Then it must not be served to other machines.
func (c *serve) checkDemo(ctx context.Context, s *cli.Services, startup *state, addr net.Addr) error {
	present, err := demo.Present(ctx, s.Auth)
	incomplete := errors.Is(err, demo.ErrInterrupted)
	switch {
	case ctx.Err() != nil: // the operator has stopped the server
		return nil //nolint:nilerr // as in prepare
	case err != nil && !incomplete:
		return err
	}
	startup.publicKeys.Store(present || incomplete)
	startup.demo.Store(c.Demo && present)
	if startup.publicKeys.Load() && !isLoopback(addr) {
		return fmt.Errorf("the database %s contains demo data, whose API keys and passwords are public, so the server cannot listen on %q, "+
			"which other machines can reach: set --addr to a loopback address, such as 127.0.0.1:8080, or --database to another database",
			c.DatabaseName(), c.Addr)
	}
	return nil
}

// warnOfPlainHTTP warns if passwords and cookies may be sent over a network unencrypted.
func (c *serve) warnOfPlainHTTP(ctx context.Context, addr net.Addr, log *slog.Logger) {
	if !isLoopback(addr) && !c.https() {
		log.WarnContext(ctx, "other machines can reach this server by plain HTTP, so passwords and session cookies could be read on the way: "+
			"set --tls-certificate and --tls-key, or let clients connect through a proxy with HTTPS and set --secure-cookies")
	}
}

// warnOfAnyOrigin warns if every web page can use data whose API keys are public.
func warnOfAnyOrigin(ctx context.Context, origins *weborigin.Policy, startup *state, log *slog.Logger) {
	if origins.AllowsAny() && startup.publicKeys.Load() {
		log.WarnContext(ctx, "every web page in a browser on this machine can use the demo data, because its API keys are public: "+
			"set --allow-origin to the origins of your own pages instead of *")
	}
}

// isLoopback reports whether only this machine can reach the address.
func isLoopback(addr net.Addr) bool {
	tcp, ok := addr.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

// pruneInterval is how often expired rows are deleted.
const pruneInterval = time.Hour

// prune deletes expired rows immediately and then periodically, until ctx ends.
func (c *serve) prune(ctx context.Context, s *cli.Services, log *slog.Logger) {
	ticker := time.NewTicker(pruneInterval)
	defer ticker.Stop()
	for {
		if err := errors.Join(s.Changes.Prune(ctx, c.LogRetention), s.Jobs.Prune(ctx, c.LogRetention)); err != nil && ctx.Err() == nil {
			log.ErrorContext(ctx, "deleting expired rows failed and will be retried",
				slog.Duration("after", pruneInterval), slog.Any("error", err))
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}
