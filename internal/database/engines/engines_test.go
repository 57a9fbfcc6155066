package engines_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"contactgraph/internal/database/engines"
)

// drivers are the packages that only an engine's own folder may import.
var drivers = regexp.MustCompile(`^"(github\.com/jackc/pgx/|github\.com/mattn/go-sqlite3|ariga\.io/atlas/sql/(sqlite|postgres))`)

// mayImportDrivers are the folders of the engines, and what only tests and benchmarks use.
var mayImportDrivers = []string{
	"internal/database/sqlite", "internal/database/postgres", "internal/database/databasetest", "internal/pgserver", "internal/acceptance/harness",
}

// TestOnlyTheEnginesImportDrivers checks that no other package can depend on an engine.
func TestOnlyTheEnginesImportDrivers(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..", "..")
	checked := 0
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			if entry != nil && entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == "bench") {
				return filepath.SkipDir
			}
			return err
		}
		folder, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		checked++
		for _, i := range file.Imports {
			if drivers.MatchString(i.Path.Value) && !slices.Contains(mayImportDrivers, filepath.ToSlash(folder)) {
				t.Errorf("%s imports %s: what differs between engines belongs behind dialect.Dialect", path, i.Path.Value)
			}
		}
		return nil
	})
	if err != nil || checked == 0 {
		t.Errorf("checked %d files, %v", checked, err)
	}
}

func TestFor(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"contacts.db": "sqlite3", "sqlite:x:y.db": "sqlite3", "postgres://localhost/x": "postgres", "postgresql://localhost/x": "postgres",
		"host=localhost dbname=x": "postgres", " user = x": "postgres", "dbname=x": "postgres", "a=b.db": "sqlite3", "hosts.db": "sqlite3",
		"file:x.db": "", "file:x.db?mode=ro": "", "sqlite:file:x.db": "", "x.db?mode=ro": "", "x.db?_txlock=immediate": "", "is it?.db": "sqlite3",
		"": "", "sqlite:": "", "sqlite::memory:": "", "mysql://localhost/x": "",
	} {
		d, err := engines.For(url)
		switch {
		case want == "" && err == nil:
			t.Errorf("%q: got %s, want an error", url, d.Name())
		case want != "" && (err != nil || d.Name() != want):
			t.Errorf("%q: got %v, %v, want %s", url, d, err, want)
		}
	}
}
