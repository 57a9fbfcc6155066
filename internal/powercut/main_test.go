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
