// Package powercut shows that no acknowledged write is lost when the power fails. It cuts the power of a file system of its
// own: ext4 on a loop device, told to forget whatever it has not yet made durable (FS_IOC_SHUTDOWN with no flush of the
// journal), which needs root. make test-powercut runs it; go test ./... leaves it out.
//
// That it would notice a loss is shown by a control: a program that writes as the server does, with synchronous=FULL, which
// must lose nothing, and with NORMAL, which must lose something.
package powercut

import (
	"fmt"
	"os"
	"testing"
)

// Variables of the environment.
const (
	// enabled lets the tests run.
	enabled = "CONTACTGRAPH_TEST_POWERCUT"
	// controlDSN makes this program the control, which writes to the database that it names.
	controlDSN = "CONTACTGRAPH_POWERCUT_CONTROL"
)

const clients = 16

func TestMain(m *testing.M) {
	if dsn := os.Getenv(controlDSN); dsn != "" {
		if err := control(dsn, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// needRoot skips the test unless it was asked for.
func needRoot(t *testing.T) {
	t.Helper()
	if os.Getenv(enabled) == "" {
		t.Skip("make test-powercut runs it")
	}
	if os.Geteuid() != 0 {
		t.Fatal("only root can mount a file system and cut its power")
	}
}
