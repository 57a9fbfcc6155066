package main

import (
	"database/sql"
	"fmt"
	"os"
	"testing"

	_ "github.com/mattn/go-sqlite3" // the driver of revise
	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"contactgraph": main, "revise": revise})
}

// TestScripts runs the scripts in testdata/script, each in its own folder and environment.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{Dir: "testdata/script", RequireExplicitExec: true, RequireUniqueNames: true})
}

// revise FILE VERSION ADDITIVE records a migration in a database, as a newer version of
// contactgraph would.
func revise() {
	db, err := sql.Open("sqlite3", os.Args[1])
	if err == nil {
		_, err = db.Exec(`INSERT INTO schema_revisions (version, description, additive, hash, applied, total, executed_at)
			VALUES (?, 'from the future', ?, '', 1, 1, CURRENT_TIMESTAMP)`, os.Args[2], os.Args[3] == "true")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "revise:", err)
		os.Exit(1)
	}
	os.Exit(0) // closes the database: a process that has ended has no locks
}
