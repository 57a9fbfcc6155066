// Command bench compares contactgraph with a minimal hand-written server, the yardstick (see its
// folder). Both run at the same time on this machine, and are measured in turns by a closed-loop
// client that checks every response. With -grow it also measures how the cost of contactgraph grows
// with the number of contacts. README.md explains how to run it and how to read its report.
//
// Start reading at run. compare.go measures the two servers and grow.go the growth; both put a load
// (load.go) on running programs (program.go). server.go and yardstick.go send the requests of each
// case. report.go prints the results and targets.go checks them.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run measures what args select. It prints the report to stdout and the progress to stderr.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	o, err := parseOptions(args, stderr)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp(o.dir, "contactgraph-bench")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	b := &bench{options: o, work: dir, progress: stderr}
	if err := b.measure(ctx); ctx.Err() != nil {
		return context.Cause(ctx) // the error is a consequence of it
	} else if err != nil {
		return err
	}
	if o.json != "" {
		if err := b.report.writeJSON(o.json); err != nil {
			return err
		}
	}
	return b.report.printTo(stdout)
}

// bench is a run.
type bench struct {
	options

	work     string // the directory of this run, removed at its end
	progress io.Writer
	server   *program
	other    *program // to compare the server with
	report   report
}

func (b *bench) logf(format string, args ...any) {
	fmt.Fprintf(b.progress, format+"\n", args...) //nolint:errcheck // the report does not depend on it
}

func (b *bench) measure(ctx context.Context) error {
	var err error
	if b.report.Machine, err = describeMachine(b.work); err != nil {
		return err
	}
	b.report.Settings = b.describe()
	b.logf("building")
	if err := b.build(ctx); err != nil {
		return err
	}
	defer b.server.log.Close() //nolint:errcheck // removed with the directory
	defer b.other.log.Close()  //nolint:errcheck // removed with the directory
	for _, name := range b.engines {
		if err := b.measureOn(ctx, name); err != nil {
			return fmt.Errorf("on %s: %w", name, err)
		}
	}
	return nil
}

func (b *bench) measureOn(ctx context.Context, name string) (err error) {
	e, err := engines[name](ctx, b)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	if len(b.cases) > 0 {
		for _, size := range b.sizes {
			if err := b.compare(ctx, e, name, size); err != nil {
				return fmt.Errorf("comparing at %d contacts: %w", size, err)
			}
		}
	}
	if b.grow {
		return b.measureGrowth(ctx, e, name)
	}
	return nil
}
