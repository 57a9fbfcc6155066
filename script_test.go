package main

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/mattn/go-sqlite3" // the driver of revise
	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"contactgraph": main, "revise": revise, "older": older})
}

// TestScripts runs the scripts in testdata/script, each in its own folder and environment.
func TestScripts(t *testing.T) {
	t.Parallel()
	samples, err := filepath.Abs("internal/importfile/testdata/presets")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", RequireExplicitExec: true, RequireUniqueNames: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("SAMPLES", samples) // files of other programs
			return nil
		},
	})
}

// older FILE inserts contacts as an older version of contactgraph would, whose keys have to be
// computed; older FILE STATEMENT runs a statement instead.
func older() {
	statement := strings.Join(os.Args[2:], " ")
	if statement == "" {
		statement = `DELETE FROM derivations; INSERT INTO contacts (id, account_id, secret, version, registered_at, registration_source,
			registration_ip, last_modified, email, email_key) VALUES
			(1, 1, 'a', 1, '2026-03-01 12:00:00+00:00', '', '', '2026-03-01 12:00:00+00:00', 'x@example.com.', 'x@example.com.'),
			(2, 1, 'b', 1, '2026-03-02 12:00:00+00:00', '', '', '2026-03-01 12:00:00+00:00', 'x@example.com', 'x@example.com'),
			(3, 1, 'c', 1, '2026-03-02 12:00:00+00:00', '', '', '2026-03-01 12:00:00+00:00', 'y@example.com', 'old')`
	}
	db, err := sql.Open("sqlite3", os.Args[1])
	if err == nil {
		_, err = db.Exec(statement)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "older:", err)
		os.Exit(1)
	}
	os.Exit(0)
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
