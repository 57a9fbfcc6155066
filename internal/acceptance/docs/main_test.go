package docs

import (
	"fmt"
	"os"
	"testing"

	"contactgraph/internal/acceptance/harness"
)

func TestMain(m *testing.M) {
	code := harness.Main(m)
	if err := project.remove(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}
