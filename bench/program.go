package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
	"time"
)

// program is a server that can be measured.
type program struct {
	name   string
	binary string
	source []string // the package that it is built from, and how
	log    *os.File // what its processes log to, as they would in earnest
	serve  []string
	cases  map[string]newWorker
	// seeding is the command that fills an empty database with contacts, and whether that command then serves.
	seeding func(contacts int) (args []string, serves bool)
}

// build builds both programs as they are released: without the race detector.
func (b *bench) build(ctx context.Context) error {
	b.server = &program{
		name: "server", binary: filepath.Join(b.work, "contactgraph"), source: []string{"contactgraph"}, serve: []string{"serve", "--addr", "127.0.0.1:0", "--database"},
		cases: serverCases,
		seeding: func(n int) ([]string, bool) {
			return []string{"serve", "--demo", "--demo-contacts", strconv.Itoa(n), "--addr", "127.0.0.1:0", "--database"}, true
		},
	}
	b.other = b.besides()
	for _, p := range []*program{b.server, b.other} {
		var err error
		if p.log, err = os.OpenFile(filepath.Join(b.work, p.name+".log"), os.O_APPEND|os.O_CREATE|os.O_RDWR, 0o600); err != nil {
			return err
		}
		args := append([]string{"build", "-o", p.binary}, p.source...)
		build := exec.CommandContext(ctx, "go", args...) //nolint:gosec // packages of ours
		if out, err := build.CombinedOutput(); err != nil {
			return fmt.Errorf("building %s: %w\n%s", p.name, err, out)
		}
	}
	return nil
}

// What the server can be measured beside.
const (
	besideYardstick = "yardstick"
	besideNoLog     = "nolog"
	besideUnwatched = "unwatched"
)

var besideNames = []string{besideYardstick, besideNoLog, besideUnwatched}

// besides is the program that the server is measured beside: another, or itself otherwise.
func (b *bench) besides() *program {
	p := *b.server
	p.name, p.binary = b.beside, filepath.Join(b.work, b.beside)
	switch b.beside {
	case besideNoLog:
		p.source = []string{"-tags", "nolog", "contactgraph"}
	case besideYardstick:
		p.source, p.cases = []string{"contactgraph/bench/yardstick"}, yardstickCases
		p.serve = []string{"-conns", strconv.Itoa(b.conns), "-writers", strconv.Itoa(b.writers), "-database"}
		p.seeding = func(n int) ([]string, bool) {
			return []string{"-seed", strconv.Itoa(n), "-database"}, false
		}
	}
	return &p
}

// seed fills an empty database with contacts.
func (p *program) seed(ctx context.Context, database string, contacts int) error {
	args, serves := p.seeding(contacts)
	args = append(args, database)
	if serves {
		running, err := p.start(ctx, args) // it prints its address when it has seeded
		if err != nil {
			return err
		}
		return running.stop()
	}
	return p.failed(p.command(ctx, args).Run())
}

// stopLimit is how long a server may take to end.
const stopLimit = 30 * time.Second

// command is the program with args. When ctx ends it is asked to end, as an operator does.
func (p *program) command(ctx context.Context, args []string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, p.binary, args...) //nolint:gosec // a binary that was built here
	cmd.Stderr = p.log
	// In a group of its own Ctrl-C does not reach it, so that it ends in order; and it does not outlive this process.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = stopLimit
	return cmd
}

// failed adds to an error what the program said last.
func (p *program) failed(err error) error {
	if err == nil {
		return nil
	}
	text, _ := os.ReadFile(p.log.Name()) // it only adds to the error
	const last = 2000
	return fmt.Errorf("%s: %w\n%s", p.name, err, text[max(0, len(text)-last):])
}

// clearLog empties the log, which grows by a line a request.
func (p *program) clearLog() error { return p.log.Truncate(0) }

// process is a running server.
type process struct {
	*program

	url   string
	pid   int
	end   context.CancelFunc
	ended chan error // gets how it ended
}

var address = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

// start starts a server, and waits until it has printed its address.
func (p *program) start(ctx context.Context, args []string) (*process, error) {
	ctx, end := context.WithCancel(ctx)
	cmd := p.command(ctx, args)
	stdout, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		end()
		return nil, err
	}
	s := &process{program: p, pid: cmd.Process.Pid, end: end, ended: make(chan error, 1)}
	lines := bufio.NewScanner(stdout)
	for s.url == "" && lines.Scan() {
		s.url = address.FindString(lines.Text())
	}
	go func() {
		_, _ = io.Copy(io.Discard, stdout) // what else it prints is for people
		err := cmd.Wait()
		if cmd.ProcessState.Success() {
			err = nil // it was asked to end, and did
		}
		s.ended <- err
	}()
	if s.url == "" {
		return nil, errors.Join(p.failed(errors.New("it printed no address")), s.stop())
	}
	return s, nil
}

// stop ends the server.
func (s *process) stop() error {
	s.end()
	return s.failed(<-s.ended)
}
