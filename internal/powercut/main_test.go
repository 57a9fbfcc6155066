// Package powercut tests that no acknowledged write is lost when the power fails. It cuts the power
// of a file system of its own: ext4 on a loop device, which it makes drop everything that is not
// durable yet (EXT4_IOC_SHUTDOWN without a flush of the journal). This needs root. Where root can
// do it, go test ./... cuts a few times, and make test-powercut often.
//
// A control shows that a loss would be noticed: a program that writes as the server does, with
// synchronous=FULL, which must lose nothing, and with NORMAL, which must lose something.
package powercut

import (
	"fmt"
	"os"
	"testing"
)

// Variables of the environment.
const (
	// often asks for many cuts. A machine that cannot cut then fails the tests.
	often = "CONTACTGRAPH_TEST_POWERCUT"
	// controlDSN turns this program into the control, which writes to the database that it names.
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

// many returns cuts if many were asked for, and a few otherwise.
func many(cuts int) int {
	if os.Getenv(often) == "" {
		return 3
	}
	return cuts
}

// cannot ends a test that cannot run on this machine. It is a failure only if the test was asked
// for.
func cannot(t *testing.T, why string) {
	t.Helper()
	if os.Getenv(often) == "" {
		t.Skip(why)
	}
	t.Fatal(why)
}
