// Command bench measures contactgraph against a hand-written yardstick (see its folder): both run side by side on this
// machine, and take turns under a closed-loop client that checks every answer. With -grow it also measures contactgraph alone
// at growing sizes. README.md says how to run it and how to read what it prints.
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

// run measures what args ask for, prints the report to stdout, and says on stderr what it is about.
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
		return context.Cause(ctx) // what failed, failed because of it
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

	work     string    // everything that the run leaves on the disk, removed at its end
	progress io.Writer // told what is being done
	server   *program
	other    *program // that it is compared with
	report   report
}

func (b *bench) say(format string, args ...any) {
	fmt.Fprintf(b.progress, format+"\n", args...) //nolint:errcheck // the report does not depend on it
}

func (b *bench) measure(ctx context.Context) error {
	var err error
	if b.report.Machine, err = describeMachine(b.work); err != nil {
		return err
	}
	b.report.Settings = b.describe()
	b.say("building")
	if err := b.build(ctx); err != nil {
		return err
	}
	defer b.server.log.Close() //nolint:errcheck // it goes with the folder
	defer b.other.log.Close()  //nolint:errcheck // it goes with the folder
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
