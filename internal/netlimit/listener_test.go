package netlimit

import (
	"errors"
	"log/slog"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// failing is a listener that fails some times before it accepts a connection.
type failing struct {
	net.Listener
	errs []error
}

func (l *failing) Accept() (net.Conn, error) {
	if len(l.errs) == 0 {
		client, server := net.Pipe()
		client.Close()
		return server, nil
	}
	err := l.errs[0]
	l.errs = l.errs[1:]
	return nil, err
}

// TestExhaustedDescriptors: one line in the log says what to do, and one that it is over. The time
// is that of the test's bubble.
func TestExhaustedDescriptors(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &fixture{t: t}
		f.Guard = New(roomy(), slog.New(slog.NewTextHandler(f, nil)))
		idle, _ := net.Pipe()
		f.add(idle)
		exhausted := &net.OpError{Op: "accept", Err: os.NewSyscallError("accept4", syscall.EMFILE)}
		c, err := f.Listen(&failing{errs: slices.Repeat([]error{exhausted}, 20_000)}).Accept() // for more than six minutes
		if err != nil {
			t.Fatal(err)
		}
		if n := f.Open(); n != 1 {
			t.Errorf("%d connections are open: the idle one must be closed", n)
		}
		c.Close()
		time.Sleep(2 * calm)
		if n := strings.Count(f.logged(), "\n"); n != 2 || !strings.Contains(f.logged(), "ulimit -n") ||
			!strings.Contains(f.logged(), "level=WARN") || !strings.Contains(f.logged(), "can be accepted again") {
			t.Errorf("logged %s", f.logged())
		}
	})
}

func TestOtherErrorsEndTheListener(t *testing.T) {
	t.Parallel()
	f := &fixture{t: t}
	f.Guard = New(roomy(), slog.New(slog.NewTextHandler(f, nil)))
	if _, err := f.Listen(&failing{errs: []error{net.ErrClosed}}).Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("got %v", err)
	}
}
