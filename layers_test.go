package main_test

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// module is what the paths of our own packages begin with.
const module = "contactgraph"

// layers says which of our packages each package may import; "ent/..." stands for ent and all below it. Arrows run one
// way, as the map in README.md draws them. Tests may import what they like.
var layers = map[string][]string{
	".": {"graph", "graph/apierror", "internal/app", "internal/auth", "internal/changelog", "internal/cli", "internal/demo", "internal/graphqlhttp", "internal/idempotency", "internal/contact/...", "internal/rest", "internal/server", "internal/usererror", "web"},

	// Next to it: the benchmarks, and what only tests import.
	"bench":                        {"internal/pgserver"},
	"bench/yardstick":              {},
	"internal/rest/resttest":       {"internal/rest"},
	"internal/acceptance":          {},
	"internal/acceptance/harness":  {"internal/pgserver"},
	"internal/contact/contacttest": {"ent/...", "internal/catalog", "internal/changelog", "internal/contact", "internal/contact/field", "internal/contact/merge", "internal/contact/query", "internal/database/databasetest", "internal/idempotency", "internal/revision", "internal/usererror", "internal/viewer"},

	// The APIs, the pages and the command line.
	"internal/server":      {"web"},
	"web":                  {},
	"internal/cli":         {"internal/app", "internal/auth", "internal/database", "internal/viewer"},
	"internal/demo":        {"ent/...", "internal/app", "internal/auth", "internal/catalog", "internal/contact", "internal/contact/field", "internal/viewer"},
	"graph":                {"ent/...", "graph/...", "internal/app", "internal/auth", "internal/authz", "internal/catalog", "internal/changelog", "internal/contact/...", "internal/globalid", "internal/graphqlhttp", "internal/idempotency", "internal/revision", "internal/usererror", "internal/viewer"},
	"graph/gate":           {"graph/apierror", "graph/loader", "internal/auth", "internal/authz", "internal/graphqlhttp", "internal/idempotency", "internal/viewer"},
	"graph/loader":         {"ent/...", "graph/model", "internal/catalog", "internal/contact/field", "internal/viewer"},
	"graph/apierror":       {"internal/authz", "internal/changelog", "internal/dberr", "internal/graphqlhttp", "internal/idempotency", "internal/revision", "internal/usererror"},
	"graph/generated":      {"ent/...", "graph/model", "graph/scalar", "internal/changelog", "internal/contact/merge", "internal/contact/query", "internal/revision"},
	"graph/model":          {"ent/...", "graph/scalar", "internal/changelog", "internal/contact/merge", "internal/contact/query", "internal/revision", "internal/viewer"},
	"graph/scalar":         {"internal/revision"},
	"internal/rest":        {"ent/...", "internal/app", "internal/auth", "internal/authz", "internal/changelog", "internal/contact", "internal/contact/field", "internal/dberr", "internal/globalid", "internal/idempotency", "internal/normalize", "internal/rest/aspnet", "internal/revision", "internal/storable", "internal/usererror", "internal/viewer"},
	"internal/graphqlhttp": {"internal/safego"},
	"internal/rest/aspnet": {},

	// The services.
	"internal/app":           {"internal/auth", "internal/catalog", "internal/changelog", "internal/contact", "internal/contact/query"},
	"internal/contact":       {"ent/...", "internal/safego", "internal/authz", "internal/catalog", "internal/changelog", "internal/contact/field", "internal/contact/merge", "internal/database", "internal/dberr", "internal/idempotency", "internal/normalize", "internal/revision", "internal/storable", "internal/usererror", "internal/viewer"},
	"internal/contact/query": {"ent/...", "internal/authz", "internal/normalize", "internal/revision", "internal/storable", "internal/usererror", "internal/viewer"},
	"internal/changelog":     {"ent/...", "internal/safego", "internal/authz", "internal/contact/field", "internal/database", "internal/idempotency", "internal/revision", "internal/usererror", "internal/viewer"},
	"internal/catalog":       {"ent/...", "internal/authz", "internal/contact/field", "internal/database", "internal/dberr", "internal/idempotency", "internal/normalize", "internal/revision", "internal/storable", "internal/usererror", "internal/viewer"},
	"internal/auth":          {"ent/...", "internal/database", "internal/dberr", "internal/normalize", "internal/viewer"},

	// What the services share.
	"internal/idempotency":   {"ent/...", "internal/database", "internal/dberr", "internal/storable", "internal/usererror", "internal/viewer"},
	"internal/authz":         {"internal/usererror", "internal/viewer"},
	"internal/usererror":     {"ent/...", "internal/contact/field", "internal/contact/merge", "internal/storable"},
	"internal/contact/merge": {"ent/...", "internal/contact/field", "internal/revision"},
	"internal/contact/field": {"ent/...", "internal/normalize", "internal/revision", "internal/viewer"},

	// The database.
	"internal/database":              {"ent/...", "internal/dberr", "internal/revision", "internal/viewer", "migrations"},
	"internal/database/plan":         {"internal/database", "internal/pgserver"},
	"internal/database/databasetest": {"ent/...", "internal/database", "internal/pgserver", "internal/viewer"},
	"ent/...":                        {"ent/...", "internal/globalid", "internal/revision", "internal/viewer"},
	"ent/schema":                     {"ent/intercept", "ent/privacy", "internal/revision", "internal/viewer"},

	// Packages that import nothing of ours.
	"internal/safego":    {},
	"internal/dberr":     {},
	"internal/globalid":  {},
	"internal/normalize": {},
	"internal/pgserver":  {},
	"internal/revision":  {},
	"internal/storable":  {},
	"internal/viewer":    {},
	"migrations":         {},
}

func TestArrowsRunOneWay(t *testing.T) {
	t.Parallel()
	for _, wrong := range strayImports(imports(t), layers) {
		t.Error(wrong)
	}
}

// pageLayers are the rows of web/src. A feature imports another feature only if it has a row of its own.
var pageLayers = map[string][]string{
	"web/src/app":        {"web/src/components", "web/src/features/...", "web/src/gql", "web/src/lib"},
	"web/src/components": {"web/src/gql", "web/src/lib"},
	"web/src/lib":        {"web/src/gql"},
	"web/src/gql":        {},

	// The features. All of them use the session; the forms share the fields of a contact.
	"web/src/features/...":            {"web/src/components", "web/src/features/session", "web/src/gql", "web/src/lib"},
	"web/src/features/session":        {"web/src/components", "web/src/gql", "web/src/lib"},
	"web/src/features/contact-fields": {"web/src/components", "web/src/features/session", "web/src/gql", "web/src/lib"},
	"web/src/features/contact":        {"web/src/components", "web/src/features/contact-fields", "web/src/features/session", "web/src/gql", "web/src/lib"},
	"web/src/features/new-contact":    {"web/src/components", "web/src/features/contact-fields", "web/src/features/session", "web/src/gql", "web/src/lib"},

	// The pages for developers.
	"web/src/dev":     {},
	"web/src/dev/...": {"web/src/dev", "web/src/lib"},
}

func TestArrowsOfPagesRunOneWay(t *testing.T) {
	t.Parallel()
	for _, wrong := range strayImports(pageImports(t), pageLayers) {
		t.Error(wrong)
	}
}

var fromFile = regexp.MustCompile(`(?:from |import\(?)'(\.[^']*)'`)

// pageImports are our own folders that each folder of the pages imports.
func pageImports(t *testing.T) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	for _, file := range files(t, ".ts", ".tsx") {
		folder := path.Dir(file)
		if !covers("web/src/...", folder) {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range fromFile.FindAllSubmatch(text, -1) {
			other := path.Join(folder, string(match[1]))
			if info, err := os.Stat(other); err != nil || !info.IsDir() {
				other = path.Dir(other)
			}
			if other != folder && !slices.Contains(found[folder], other) {
				found[folder] = append(found[folder], other)
			}
		}
	}
	if len(found) == 0 {
		t.Fatal("no imports were found")
	}
	return found
}

// TestCheckerOfArrows shows that an arrow that is turned round is caught.
func TestCheckerOfArrows(t *testing.T) {
	t.Parallel()
	layers := map[string][]string{"graph": {"internal/contact"}, "internal/contact": {"ent/..."}, "ent/...": {"ent/..."}, "ent/schema": {}}
	tests := []struct {
		name    string
		imports map[string][]string
		want    []string
	}{
		{"the arrows as they are", map[string][]string{"graph": {"internal/contact"}, "internal/contact": {"ent", "ent/login"}, "ent": {"ent/login"}, "ent/login": nil}, nil},
		{"an arrow turned round", map[string][]string{"graph": nil, "internal/contact": {"ent", "graph"}}, []string{
			"internal/contact imports graph: it may import only ent/...; if the arrow is meant, add it to layers and to the map in README.md",
		}},
		{"an arrow past a layer", map[string][]string{"graph": {"ent"}}, []string{
			"graph imports ent: it may import only internal/contact; if the arrow is meant, add it to layers and to the map in README.md",
		}},
		{"a row of its own goes before one for all", map[string][]string{"ent/schema": {"ent"}}, []string{
			"ent/schema imports ent: it may import only the standard library and modules of others; if the arrow is meant, add it to layers and to the map in README.md",
		}},
		{"a package without a row", map[string][]string{"internal/new": nil}, []string{
			"internal/new has no row in layers: say which packages it may import",
		}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, strayImports(tt.imports, layers)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.name, diff)
		}
	}
}

// strayImports says which imports the layers do not allow, and which packages have no row.
func strayImports(imports, layers map[string][]string) (wrong []string) {
	for pkg, imported := range imports {
		allowed, ok := layers[pkg]
		if !ok {
			allowed, ok = layers[covering(pkg, layers)]
		}
		if !ok {
			wrong = append(wrong, pkg+" has no row in layers: say which packages it may import")
			continue
		}
		only := strings.Join(allowed, ", ")
		if only == "" {
			only = "the standard library and modules of others"
		}
		for _, other := range imported {
			if !slices.ContainsFunc(allowed, func(a string) bool { return covers(a, other) }) {
				wrong = append(wrong, fmt.Sprintf("%s imports %s: it may import only %s; if the arrow is meant, add it to layers and to the map in README.md", pkg, other, only))
			}
		}
	}
	slices.Sort(wrong)
	return wrong
}

// covers reports whether a name of the table stands for the package.
func covers(name, pkg string) bool {
	root, all := strings.CutSuffix(name, "/...")
	return pkg == root || all && strings.HasPrefix(pkg, root+"/")
}

// covering is the row that stands for the package and others.
func covering(pkg string, layers map[string][]string) string {
	for name := range layers {
		if covers(name, pkg) {
			return name
		}
	}
	return ""
}

// imports are our own packages that each of our packages imports, tests aside.
func imports(t *testing.T) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	for _, file := range files(t, ".go") {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		pkg := path.Dir(file)
		if _, ok := found[pkg]; !ok {
			found[pkg] = nil
		}
		for _, i := range parsed.Imports {
			if other, ours := strings.CutPrefix(strings.Trim(i.Path.Value, `"`), module+"/"); ours && !slices.Contains(found[pkg], other) {
				found[pkg] = append(found[pkg], other)
			}
		}
	}
	return found
}

// files are all files of the repository that end so, but those that tools brought in.
func files(t *testing.T, endings ...string) (all []string) {
	t.Helper()
	err := filepath.WalkDir(".", func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() && file != "." && (strings.HasPrefix(name, ".") || name == "node_modules" || name == "dist") {
			return filepath.SkipDir
		}
		if !entry.IsDir() && slices.ContainsFunc(endings, func(e string) bool { return strings.HasSuffix(name, e) }) {
			all = append(all, filepath.ToSlash(file))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
