package federation

import (
	"os"
	"testing"

	"contactgraph/internal/acceptance/harness"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }
