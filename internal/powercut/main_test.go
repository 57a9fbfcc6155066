// Package powercut shows that no acknowledged write is lost when the power fails. It cuts the power of a file system of its
// own: ext4 on a loop device, told to forget whatever it has not yet made durable (FS_IOC_SHUTDOWN with no flush of the
// journal), which needs root. Where root may do that, go test ./... cuts a few times, make test-powercut often.
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
	// often makes the cuts many, and a machine on which there can be none a failure.
	often = "CONTACTGRAPH_TEST_POWERCUT"
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

// many is how often to cut: so often, or a few times.
func many(cuts int) int {
	if os.Getenv(often) == "" {
		return 3
	}
	return cuts
}

// cannot ends a test that the machine does not let run: unless it was asked for, that is no failure.
func cannot(t *testing.T, why string) {
	t.Helper()
	if os.Getenv(often) == "" {
		t.Skip(why)
	}
	t.Fatal(why)
}
