// Command yardstick is the server that the benchmark compares contactgraph with: a minimal contact
// server on net/http and database/sql that runs one statement per request. It has no GraphQL,
// tenants, change log or permissions. It is written to be fast, but the comparison is fair: its
// commits are as durable as those of contactgraph.
//
// Start reading at run. http.go has the routes and statements.go the SQL.
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

// run serves until ctx ends. With -seed it fills the database instead.
func run(ctx context.Context, args []string, stdout io.Writer) (err error) {
	flags := flag.NewFlagSet("yardstick", flag.ContinueOnError)
	addr := flags.String("addr", "127.0.0.1:0", "`address` to listen on")
	database := flags.String("database", "yardstick.db", "SQLite `file`, or postgres://…")
	seed := flags.Int("seed", 0, "create the table with the contacts 1 to `N`, and exit")
	o := options{}
	flags.IntVar(&o.conns, "conns", 32, "connections in the pool")
	flags.IntVar(&o.writers, "writers", 0, "0: one pool for everything; 1: a separate connection for writes (SQLite)")
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
	s, err := prepare(ctx, db)
	if err != nil {
		return err
	}
	return serve(ctx, *addr, routes(s), stdout)
}

// serve listens on the address, prints it, and serves until ctx ends.
func serve(ctx context.Context, addr string, h http.Handler, stdout io.Writer) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	web := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: 2 * time.Minute}
	served := make(chan error, 1)
	go func() { served <- web.Serve(listener) }()
	if _, err := fmt.Fprintf(stdout, "yardstick is serving http://%s\n", listener.Addr()); err != nil {
		return errors.Join(err, web.Close())
	}
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return web.Shutdown(drain)
}
