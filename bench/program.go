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
	source []string // arguments of go build: the package and its tags; nil if the binary exists
	log    *os.File // of its processes: they log as they would in production
	serve  []string
	cases  map[string]newWorker
	// seeding is the command that fills an empty database with contacts, and whether that command
	// then serves.
	seeding func(contacts int) (args []string, serves bool)
}

// build builds both programs, with the flags in GOFLAGS.
func (b *bench) build(ctx context.Context) error {
	b.server = &program{
		name: "server", binary: filepath.Join(b.work, "contactgraph"), source: []string{"contactgraph"},
		serve: []string{"serve", "--addr", "127.0.0.1:0", "--database"},
		cases: serverCases,
		seeding: func(n int) ([]string, bool) {
			return []string{"serve", "--demo", "--demo-contacts", strconv.Itoa(n), "--addr", "127.0.0.1:0", "--database"}, true
		},
	}
	b.other = b.otherProgram()
	for _, p := range []*program{b.server, b.other} {
		var err error
		if p.log, err = os.OpenFile(filepath.Join(b.work, p.name+".log"), os.O_APPEND|os.O_CREATE|os.O_RDWR, 0o600); err != nil {
			return err
		}
		if p.source == nil {
			continue
		}
		args := append([]string{"build", "-o", p.binary}, p.source...)
		build := exec.CommandContext(ctx, "go", args...) //nolint:gosec // our own packages
		if out, err := build.CombinedOutput(); err != nil {
			return fmt.Errorf("building %s: %w\n%s", p.name, err, out)
		}
	}
	return nil
}

// What the server can be compared with.
const (
	againstYardstick = "yardstick"
	againstNoLog     = "nolog"
	againstUnwatched = "unwatched"
)

var againstNames = []string{againstYardstick, againstNoLog, againstUnwatched}

// isBinary reports whether -against is the path of another build of contactgraph.
func isBinary(against string) bool { return filepath.Base(against) != against }

// otherProgram returns the program to compare the server with: the yardstick, or a variant of the
// server.
func (b *bench) otherProgram() *program {
	p := *b.server
	p.name, p.binary = filepath.Base(b.against), filepath.Join(b.work, b.against)
	switch {
	case isBinary(b.against):
		p.name, p.binary, p.source = "other", b.against, nil
	case b.against == againstNoLog:
		p.source = []string{"-tags", "nolog", "contactgraph"}
	case b.against == againstYardstick:
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
		running, err := p.start(ctx, args) // it prints its address after seeding
		if err != nil {
			return err
		}
		return running.stop()
	}
	return p.withLog(p.command(ctx, args).Run())
}

// stopTimeout is how long a server may take to stop.
const stopTimeout = 30 * time.Second

// command returns the program with args. When ctx ends, the program gets a SIGTERM, as from an
// operator.
func (p *program) command(ctx context.Context, args []string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, p.binary, args...) //nolint:gosec // a binary that was built here
	cmd.Stderr = p.log
	// All clients send the same API key from the same address.
	cmd.Env = append(os.Environ(), "CONTACTGRAPH_MAX_CONNECTIONS=100000", "CONTACTGRAPH_MAX_CONNECTIONS_PER_ADDRESS=100000",
		"CONTACTGRAPH_MAX_SOCKETS_PER_CALLER=100000", "CONTACTGRAPH_MAX_OPERATIONS_PER_CALLER=100000")
	// In its own process group it does not get the SIGINT of Ctrl-C, so this process can stop it in
	// order. It dies with this process.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = stopTimeout
	return cmd
}

// withLog adds the end of the log to an error.
func (p *program) withLog(err error) error {
	if err == nil {
		return nil
	}
	text, _ := os.ReadFile(p.log.Name()) // the error is complete without it
	const last = 2000
	return fmt.Errorf("%s: %w\n%s", p.name, err, text[max(0, len(text)-last):])
}

// clearLog truncates the log, which grows by one line per request.
func (p *program) clearLog() error { return p.log.Truncate(0) }

// process is a running server.
type process struct {
	*program

	url    string
	pid    int
	cancel context.CancelFunc
	exited chan error // receives its result
}

var address = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

// start starts a server, and waits until it has printed its address.
func (p *program) start(ctx context.Context, args []string) (*process, error) {
	ctx, cancel := context.WithCancel(ctx)
	cmd := p.command(ctx, args)
	stdout, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		cancel()
		return nil, err
	}
	s := &process{program: p, pid: cmd.Process.Pid, cancel: cancel, exited: make(chan error, 1)}
	lines := bufio.NewScanner(stdout)
	for s.url == "" && lines.Scan() {
		s.url = address.FindString(lines.Text())
	}
	go func() {
		_, _ = io.Copy(io.Discard, stdout) // the rest of the greeting
		err := cmd.Wait()
		if cmd.ProcessState.Success() {
			err = nil // it has stopped on request
		}
		s.exited <- err
	}()
	if s.url == "" {
		return nil, errors.Join(p.withLog(errors.New("the program has exited without printing its address")), s.stop())
	}
	return s, nil
}

// stop stops the server and waits until it has exited.
func (s *process) stop() error {
	s.cancel()
	return s.withLog(<-s.exited)
}
