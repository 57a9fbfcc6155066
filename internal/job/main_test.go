package job_test

import (
	"testing"

	"contactgraph/internal/database/databasetest"
)

func TestMain(m *testing.M) { databasetest.Main(m) }
