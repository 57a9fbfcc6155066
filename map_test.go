package main_test

import (
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestMapInREADME compares the map in README.md with layers: each line of the diagram may import
// only what is on it or below it, every package is on the diagram, and every folder on it has a row
// in the table.
func TestMapInREADME(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, wrong := range checkMap(string(text), layers) {
		t.Error(wrong)
	}
}

// TestCheckerOfTheMap shows that the checker finds each kind of error.
func TestCheckerOfTheMap(t *testing.T) {
	t.Parallel()
	const readme = "## The map\n\n```\nserver.go\ngraph  internal/rest\nent\n```\n\n| `graph/` | resolvers |\n| `internal/rest/` | REST |\n| `server.go` | main |\n| `ent/` | tables |\n"
	table := func(graph ...string) map[string][]string {
		return map[string][]string{".": {"graph", "internal/rest"}, "graph": graph, "internal/rest": {"ent"}, "ent/...": nil}
	}
	tests := []struct {
		name, readme string
		layers       map[string][]string
		want         string // in the error; "" if there is none
	}{
		{"a map that fits", readme, table("ent/..."), ""},
		{"an import of a line above", readme, map[string][]string{".": {"graph"}, "graph": nil, "internal/rest": nil, "ent/...": {"graph"}}, "graph, which is above it"},
		{"a package that is not on the map", readme, map[string][]string{".": nil, "internal/new": nil}, "internal/new is not on the map"},
		{"a folder without a row", strings.Replace(readme, "| `internal/rest/` | REST |\n", "", 1), table(), "internal/rest has no row"},
	}
	for _, tt := range tests {
		got := strings.Join(checkMap(tt.readme, tt.layers), "\n")
		if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

var (
	diagram = regexp.MustCompile("(?s)## The map\n.*?```\n(.*?)```")
	mapRow  = regexp.MustCompile("(?m)^\\| `([^`]+?)/?`")
)

// checkMap returns what is wrong with the map in the text of README.md.
func checkMap(readme string, layers map[string][]string) (wrong []string) {
	found := diagram.FindStringSubmatch(readme)
	if found == nil {
		return []string{"README.md has no diagram under ## The map"}
	}
	lines := map[string]int{}
	for i, line := range strings.Split(found[1], "\n") {
		for folder := range strings.FieldsSeq(line) {
			lines[folder] = i
		}
	}
	for pkg, imported := range layers {
		if isForTests(pkg) {
			continue
		}
		from, ok := placeOnMap(pkg, lines)
		if !ok {
			wrong = append(wrong, strings.TrimSuffix(pkg, "/...")+" is not on the map in README.md")
			continue
		}
		for _, other := range imported {
			if to, ok := placeOnMap(other, lines); ok && to < from {
				wrong = append(wrong, pkg+" imports "+other+", which is above it on the map in README.md")
			}
		}
	}
	var rows []string
	for _, row := range mapRow.FindAllStringSubmatch(readme, -1) {
		rows = append(rows, row[1])
	}
	for folder := range lines {
		if !slices.ContainsFunc(rows, func(row string) bool { return folder == row || strings.HasPrefix(folder, row+"/") }) {
			wrong = append(wrong, folder+" has no row in the table below the map in README.md")
		}
	}
	slices.Sort(wrong)
	return wrong
}

// placeOnMap returns the line of the folder that holds the package: its own, or one above it.
func placeOnMap(pkg string, lines map[string]int) (line int, ok bool) {
	pkg = strings.TrimSuffix(pkg, "/...")
	if pkg == "." {
		pkg = "server.go"
	}
	for ; pkg != "."; pkg = path.Dir(pkg) {
		if line, ok = lines[pkg]; ok {
			return line, true
		}
	}
	return 0, false
}

// isForTests reports whether only tests, benchmarks and commands for developers use the package.
func isForTests(pkg string) bool {
	return slices.ContainsFunc([]string{"bench", "internal/acceptance", "internal/contact/contacttest", "internal/database/databasetest", "internal/database/schema/plan", "internal/pgserver", "internal/powercut", "internal/rest/resttest"},
		func(p string) bool { return covers(p+"/...", strings.TrimSuffix(pkg, "/...")) })
}
