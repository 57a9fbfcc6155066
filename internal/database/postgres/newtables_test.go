package postgres

import (
	"regexp"
	"strings"
	"testing"

	"contactgraph/migrations"
)

// TestForeignKeysAreSeparated separates the foreign keys of all tables that migrations create.
func TestForeignKeysAreSeparated(t *testing.T) {
	t.Parallel()
	files, err := migrations.Files.ReadDir("postgres")
	if err != nil {
		t.Fatal(err)
	}
	created, keys := 0, 0
	for _, f := range files {
		text, err := migrations.Files.ReadFile("postgres/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, statement := range regexp.MustCompile(`(?m)^CREATE TABLE .*$`).FindAllString(string(text), -1) {
			table, create, constraints := separateForeignKeys(statement)
			created++
			keys += len(constraints)
			if table == "" || strings.Contains(create, "REFERENCES") || !strings.HasSuffix(create, ");") {
				t.Errorf("%s: creating %q: %s", f.Name(), table, create)
			}
			if want := strings.Count(statement, "FOREIGN KEY"); len(constraints) != want {
				t.Errorf("%s: the foreign keys of %s: %q, want %d", f.Name(), table, constraints, want)
			}
			for _, c := range constraints {
				if strings.Count(c, "(") != strings.Count(c, ")") || !strings.HasPrefix(c, " CONSTRAINT ") {
					t.Errorf("%s: a foreign key of %s: %s", f.Name(), table, c)
				}
				create += c
			}
			if len(create)+len(constraints) != len(statement) {
				t.Errorf("%s: a part of %s is lost: %s", f.Name(), table, create)
			}
		}
	}
	if created < 20 || keys < 20 {
		t.Errorf("%d tables with %d foreign keys were found", created, keys)
	}
}
