// Command yardstick is what the benchmark measures the server against: a contact server as one writes it by hand, with
// net/http and database/sql, one statement a request, and nothing that contactgraph has beyond that: no GraphQL, no tenants,
// no change log, no rights. It is written to be fast and kept honest: it commits as durably as contactgraph does.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "yardstick:", err)
		os.Exit(1)
	}
}

// run serves until ctx ends, or fills the database with -seed.
func run(ctx context.Context, args []string, stdout io.Writer) (err error) {
	flags := flag.NewFlagSet("yardstick", flag.ContinueOnError)
	addr := flags.String("addr", "127.0.0.1:0", "the `address` to listen on")
	database := flags.String("database", "yardstick.db", "a `file`, or postgres://…")
	seed := flags.Int("seed", 0, "create the table with the contacts 1 to `N`, and end")
	o := options{}
	flags.IntVar(&o.conns, "conns", 32, "how many connections the pool has")
	flags.IntVar(&o.writers, "writers", 0, "1 for a connection of its own that writes, beside the pool that reads (SQLite); 0 for one pool")
	if err := flags.Parse(args); err != nil {
		return err
	}
	db, err := open(ctx, *database, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.close()) }()
	if *seed > 0 {
		return db.seed(ctx, *seed)
	}
	s, err := newStore(ctx, db)
	if err != nil {
		return err
	}
	return serve(ctx, *addr, routes(s), stdout)
}

// serve answers on the address, which it prints, until ctx ends.
func serve(ctx context.Context, addr string, h http.Handler, stdout io.Writer) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	web := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: 2 * time.Minute}
	served := make(chan error, 1)
	go func() { served <- web.Serve(listener) }()
	if _, err := fmt.Fprintf(stdout, "yardstick serves http://%s\n", listener.Addr()); err != nil {
		return errors.Join(err, web.Close())
	}
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	leaving, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return web.Shutdown(leaving)
}
