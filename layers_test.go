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

// module is the path of this module.
const module = "contactgraph"

// layers lists which packages of this module each package may import; "ent/..." is ent and all
// packages below it. Imports run in one direction, as the map in README.md shows. Tests may import
// any package.
var layers = map[string][]string{
	".": {"graph", "graph/apierror", "graph/cost", "internal/app", "internal/limiter", "internal/netlimit", "internal/auth", "internal/changelog", "internal/cli", "internal/demo", "internal/graphqlhttp", "internal/idempotency", "internal/contact", "internal/contact/merge", "internal/contact/query", "internal/rekey", "internal/rest", "internal/rest/openapi", "internal/server", "internal/settings", "internal/sso", "internal/usererror", "web", "internal/weborigin", "internal/mail", "internal/outage", "internal/reset", "internal/version", "internal/metrics", "internal/tracing", "internal/database"},

	// The benchmarks, and packages that only tests import.
	"bench":                          {"internal/pgserver"},
	"bench/yardstick":                {},
	"internal/rest/resttest":         {"internal/rest/openapi"},
	"graph/cost/costtest":            {},
	"internal/acceptance":            {},
	"internal/acceptance/harness":    {"internal/pgserver", "internal/pgserver/citustest"},
	"internal/powercut":              {},
	"internal/sso/ssotest":           {},
	"internal/sso/ssotest/provide":   {"internal/sso/ssotest"},
	"internal/mail/mailtest":         {},
	"internal/mail/mailtest/receive": {"internal/mail/mailtest"},
	"internal/contact/contacttest":   {"ent/...", "internal/limiter", "internal/catalog", "internal/changelog", "internal/contact", "internal/contact/field", "internal/contact/merge", "internal/contact/query", "internal/database/databasetest", "internal/idempotency", "internal/normalize", "internal/revision", "internal/usererror", "internal/viewer"},

	// The APIs, the console and the command line.
	"internal/server":          {"internal/netlimit", "internal/rest/legacypath", "web", "internal/tracing", "internal/version", "internal/weborigin"},
	"internal/outage":          {"internal/dberr"},
	"internal/interchange":     {"ent/...", "internal/contact/field", "internal/revision", "internal/storable"},
	"internal/importfile":      {"ent/...", "internal/contact/field", "internal/interchange", "internal/normalize", "internal/revision", "internal/storable"},
	"internal/metrics":         {"internal/authz", "internal/changelog", "internal/database", "internal/dberr", "internal/graphqlhttp", "internal/server", "internal/usererror", "internal/version"},
	"internal/sso":             {"internal/auth", "internal/limiter", "internal/storable", "internal/viewer"},
	"web":                      {},
	"internal/cli":             {"ent/...", "internal/export", "internal/importfile", "internal/interchange", "internal/app", "internal/auth", "internal/database", "internal/dberr", "internal/database/transfer", "internal/normalize", "internal/verify", "internal/viewer", "internal/people", "internal/usererror", "internal/revision", "internal/audit", "internal/rekey", "internal/settings", "internal/version", "internal/job", "internal/contact"},
	"internal/demo":            {"ent/...", "internal/app", "internal/auth", "internal/catalog", "internal/contact", "internal/contact/field", "internal/viewer"},
	"graph":                    {"ent/...", "graph/...", "internal/app", "internal/auth", "internal/authz", "internal/catalog", "internal/changelog", "internal/contact", "internal/contact/field", "internal/contact/merge", "internal/contact/query", "internal/duplicate", "internal/globalid", "internal/graphqlhttp", "internal/idempotency", "internal/job", "internal/limiter", "internal/revision", "internal/usererror", "internal/viewer", "internal/people", "internal/report", "internal/reset", "internal/settings", "internal/version", "internal/weborigin"},
	"graph/gate":               {"graph/apierror", "graph/arguments", "graph/cost", "graph/loader", "graph/persisted", "internal/auth", "internal/authz", "internal/bytelru", "internal/graphqlhttp", "internal/idempotency", "internal/limiter", "internal/viewer", "internal/weborigin"},
	"graph/persisted":          {"graph/apierror", "internal/bytelru", "internal/graphqlhttp", "internal/limiter"},
	"graph/arguments":          {"graph/apierror", "graph/scalar", "internal/revision", "internal/storable"},
	"graph/cost":               {},
	"graph/loader":             {"ent/...", "graph/model", "internal/catalog", "internal/contact/field", "internal/globalid", "internal/viewer"},
	"graph/apierror":           {"internal/limiter", "internal/authz", "internal/changelog", "internal/dberr", "internal/graphqlhttp", "internal/idempotency", "internal/revision", "internal/usererror"},
	"graph/generated":          {"ent/...", "internal/duplicate", "graph/model", "graph/scalar", "internal/changelog", "internal/contact/merge", "internal/contact/query", "internal/revision", "internal/people", "internal/settings", "internal/audit", "internal/viewer", "internal/version"},
	"graph/model":              {"ent/...", "internal/duplicate", "graph/scalar", "internal/changelog", "internal/contact/merge", "internal/contact/query", "internal/revision", "internal/viewer", "internal/people", "internal/settings", "internal/audit", "internal/version"},
	"graph/scalar":             {"internal/revision"},
	"internal/rest":            {"internal/rest/call", "internal/rest/iservice", "internal/rest/webapi"},
	"internal/rest/webapi":     {"ent/...", "internal/export", "internal/interchange", "internal/audit", "internal/auth", "internal/authz", "internal/catalog", "internal/changelog", "internal/contact", "internal/contact/field", "internal/contact/query", "internal/idempotency", "internal/limiter", "internal/password", "internal/people", "internal/rest/aspnet", "internal/rest/call", "internal/rest/legacypath", "internal/report", "internal/revision", "internal/usererror", "internal/viewer", "internal/weborigin", "internal/importfile", "internal/job", "internal/netlimit"},
	"internal/rest/iservice":   {"ent/...", "internal/auth", "internal/authz", "internal/catalog", "internal/contact", "internal/contact/field", "internal/contact/query", "internal/globalid", "internal/idempotency", "internal/limiter", "internal/reset", "internal/rest/call", "internal/revision", "internal/usererror", "internal/viewer", "internal/weborigin"},
	"internal/rest/call":       {"ent/...", "internal/app", "internal/auth", "internal/authz", "internal/contact", "internal/dberr", "internal/idempotency", "internal/limiter", "internal/netlimit", "internal/viewer"},
	"internal/rest/openapi":    {},
	"internal/graphqlhttp":     {"internal/netlimit", "internal/safego", "internal/weborigin"},
	"internal/rest/aspnet":     {},
	"internal/rest/legacypath": {},

	// The services.
	"internal/job":           {"ent/...", "internal/audit", "internal/authz", "internal/contact", "internal/contact/field", "internal/contact/query", "internal/database", "internal/dberr", "internal/idempotency", "internal/revision", "internal/usererror", "internal/viewer", "internal/catalog", "internal/importfile", "internal/interchange"},
	"internal/duplicate":     {"ent/...", "internal/authz", "internal/contact/field", "internal/database", "internal/dberr", "internal/normalize", "internal/usererror", "internal/viewer"},
	"internal/app":           {"internal/auth", "internal/export", "internal/catalog", "internal/changelog", "internal/contact", "internal/contact/query", "internal/duplicate", "internal/job", "internal/people", "internal/rekey", "internal/report", "internal/reset"},
	"internal/contact":       {"ent/...", "internal/limiter", "internal/password", "internal/safego", "internal/settings", "internal/authz", "internal/catalog", "internal/changelog", "internal/contact/field", "internal/contact/merge", "internal/database", "internal/dberr", "internal/idempotency", "internal/netlimit", "internal/normalize", "internal/revision", "internal/storable", "internal/usererror", "internal/viewer", "internal/audit"},
	"internal/report":        {"ent/...", "internal/audit", "internal/authz", "internal/catalog", "internal/changelog", "internal/contact/field", "internal/database", "internal/people", "internal/revision", "internal/usererror", "internal/viewer"},
	"internal/export":        {"ent/...", "internal/globalid", "internal/storable", "internal/audit", "internal/authz", "internal/changelog", "internal/contact/field", "internal/contact/query", "internal/database", "internal/interchange", "internal/revision", "internal/usererror", "internal/viewer"},
	"internal/verify":        {"ent/...", "internal/changelog", "internal/contact/field", "internal/database", "internal/normalize", "internal/rekey", "internal/revision", "internal/viewer"},
	"internal/contact/query": {"ent/...", "internal/authz", "internal/changelog", "internal/contact/field", "internal/normalize", "internal/revision", "internal/storable", "internal/usererror", "internal/viewer"},
	"internal/changelog":     {"ent/...", "internal/safego", "internal/authz", "internal/contact/field", "internal/database", "internal/idempotency", "internal/revision", "internal/usererror", "internal/viewer"},
	"internal/catalog":       {"ent/...", "internal/authz", "internal/contact/field", "internal/database", "internal/dberr", "internal/idempotency", "internal/normalize", "internal/revision", "internal/storable", "internal/usererror", "internal/viewer"},
	"internal/people":        {"ent/...", "internal/interchange", "internal/rekey", "internal/limiter", "internal/password", "internal/secondfactor", "internal/audit", "internal/auth", "internal/authz", "internal/contact/field", "internal/database", "internal/dberr", "internal/globalid", "internal/idempotency", "internal/normalize", "internal/revision", "internal/settings", "internal/storable", "internal/usererror", "internal/viewer", "internal/weborigin"},
	"internal/reset":         {"ent/...", "internal/audit", "internal/auth", "internal/contact", "internal/database", "internal/dberr", "internal/mail", "internal/normalize", "internal/password", "internal/settings", "internal/storable", "internal/usererror", "internal/viewer"},
	"internal/auth":          {"ent/...", "internal/rekey", "internal/revision", "internal/audit", "internal/authz", "internal/contact/field", "internal/database", "internal/dberr", "internal/limiter", "internal/netlimit", "internal/normalize", "internal/password", "internal/secondfactor", "internal/settings", "internal/usererror", "internal/viewer", "internal/weborigin"},
	"internal/password":      {"internal/settings"},
	"internal/rekey":         {"ent/...", "internal/contact/field", "internal/database", "internal/dberr", "internal/normalize", "internal/revision", "internal/viewer"},

	// Packages that the services share.
	"internal/idempotency":   {"ent/...", "internal/database", "internal/dberr", "internal/storable", "internal/usererror", "internal/viewer"},
	"internal/audit":         {"ent/...", "internal/viewer"},
	"internal/authz":         {"ent/...", "internal/settings", "internal/usererror", "internal/viewer"},
	"internal/usererror":     {"ent/...", "internal/contact/field", "internal/contact/merge", "internal/storable"},
	"internal/contact/merge": {"ent/...", "internal/contact/field", "internal/revision"},
	"internal/contact/field": {"ent/...", "internal/normalize", "internal/revision", "internal/viewer"},

	// The database.
	"internal/database":              {"ent/...", "internal/database/dialect", "internal/database/engines", "internal/database/schema", "internal/dberr", "internal/revision", "internal/viewer"},
	"internal/database/dialect":      {},
	"internal/database/engines":      {"internal/database/dialect", "internal/database/postgres", "internal/database/sqlite"},
	"internal/database/postgres":     {"ent/...", "internal/database/dialect", "internal/database/schema"},
	"internal/database/sqlite":       {"internal/database/dialect", "internal/database/schema"},
	"internal/database/transfer":     {"ent/...", "internal/database/dialect", "internal/database/engines", "internal/database/schema"},
	"internal/database/schema":       {"ent/...", "internal/database/dialect", "migrations"},
	"internal/database/schema/plan":  {"internal/database/engines", "internal/database/schema", "internal/pgserver"},
	"internal/database/databasetest": {"ent/...", "internal/database", "internal/database/dialect", "internal/database/engines", "internal/pgserver", "internal/pgserver/citustest", "internal/settings", "internal/viewer"},
	"internal/dberr":                 {"internal/database/engines"},
	"ent/...":                        {"ent/...", "internal/globalid", "internal/revision", "internal/settings", "internal/viewer"},
	"ent/schema":                     {"ent", "ent/intercept", "ent/membership", "ent/privacy", "internal/revision", "internal/settings", "internal/viewer"},

	"internal/limiter": {"internal/netlimit", "internal/viewer"},

	// Packages that import no other package of this module.
	"internal/bytelru":            {},
	"internal/safego":             {},
	"internal/secondfactor":       {},
	"internal/globalid":           {},
	"internal/mail":               {},
	"internal/netlimit":           {},
	"internal/normalize":          {},
	"internal/pgserver":           {},
	"internal/pgserver/citustest": {"internal/pgserver"},
	"internal/revision":           {},
	"internal/settings":           {},
	"internal/storable":           {},
	"internal/viewer":             {},
	"internal/weborigin":          {},
	"internal/version":            {"migrations"},
	"internal/tracing":            {"internal/version"},
	"migrations":                  {},
}

func TestImportsFollowLayers(t *testing.T) {
	t.Parallel()
	for _, wrong := range strayImports(imports(t), layers) {
		t.Error(wrong)
	}
}

// pageLayers are the layers of web/src. A feature may import another feature only if it has its own
// row.
var pageLayers = map[string][]string{
	"web/src/app":        {"web/src/components", "web/src/features/...", "web/src/gql", "web/src/lib"},
	"web/src/components": {"web/src/gql", "web/src/lib"},
	"web/src/lib":        {"web/src/gql"},
	"web/src/gql":        {},

	// The features. All of them use the session; the pages of contacts and of
	// roles share the contact fields, those of users and API keys choose roles.
	"web/src/features/...":            {"web/src/components", "web/src/features/session", "web/src/gql", "web/src/lib"},
	"web/src/features/second-factor":  {"web/src/components", "web/src/features/session", "web/src/gql", "web/src/lib"},
	"web/src/features/security":       {"web/src/components", "web/src/features/second-factor", "web/src/features/session", "web/src/gql", "web/src/lib"},
	"web/src/features/session":        {"web/src/components", "web/src/gql", "web/src/lib"},
	"web/src/features/bulk":           {"web/src/components", "web/src/features/contact-fields", "web/src/features/export", "web/src/features/jobs", "web/src/features/session", "web/src/gql", "web/src/lib"},
	"web/src/features/catalog":        {"web/src/components", "web/src/features/jobs", "web/src/features/session", "web/src/gql", "web/src/lib"},
	"web/src/features/duplicates":     {"web/src/components", "web/src/features/contact-fields", "web/src/features/session", "web/src/gql", "web/src/lib"},
	"web/src/features/export":         {"web/src/components", "web/src/features/contact-fields", "web/src/features/session", "web/src/gql", "web/src/lib"},
	"web/src/features/merge":          {"web/src/components", "web/src/features/contact-fields", "web/src/features/session", "web/src/gql", "web/src/lib"},
	"web/src/features/properties":     {"web/src/components", "web/src/features/jobs", "web/src/features/session", "web/src/gql", "web/src/lib"},
	"web/src/features/contact-fields": {"web/src/components", "web/src/features/session", "web/src/gql", "web/src/lib"},
	"web/src/features/contact":        {"web/src/components", "web/src/features/contact-fields", "web/src/features/session", "web/src/gql", "web/src/lib"},
	"web/src/features/contacts":       {"web/src/components", "web/src/features/bulk", "web/src/features/contact-fields", "web/src/features/export", "web/src/features/session", "web/src/gql", "web/src/lib"},
	"web/src/features/new-contact":    {"web/src/components", "web/src/features/contact-fields", "web/src/features/session", "web/src/gql", "web/src/lib"},
	"web/src/features/jobs":           {"web/src/components", "web/src/features/contact-fields", "web/src/features/session", "web/src/gql", "web/src/lib"},
	"web/src/features/imports":        {"web/src/components", "web/src/features/contact-fields", "web/src/features/jobs", "web/src/features/session", "web/src/gql", "web/src/lib"},
	"web/src/features/trash":          {"web/src/components", "web/src/features/contact", "web/src/features/contact-fields", "web/src/gql", "web/src/lib"},
	"web/src/features/roles":          {"web/src/components", "web/src/features/contact-fields", "web/src/features/session", "web/src/gql", "web/src/lib"},
	"web/src/features/people":         {"web/src/components", "web/src/features/roles", "web/src/features/session", "web/src/gql", "web/src/lib"},
	"web/src/features/api-keys":       {"web/src/components", "web/src/features/roles", "web/src/features/session", "web/src/gql", "web/src/lib"},

	// The pages for developers.
	"web/src/dev":     {},
	"web/src/dev/...": {"web/src/dev", "web/src/lib"},
}

func TestConsoleImportsFollowLayers(t *testing.T) {
	t.Parallel()
	for _, wrong := range strayImports(pageImports(t), pageLayers) {
		t.Error(wrong)
	}
}

var fromFile = regexp.MustCompile(`(?:from |import\(?)'(\.[^']*)'`)

// pageImports returns for each folder of web/src the other folders that it imports.
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

// TestCheckerOfLayers shows that imports against the layers are reported.
func TestCheckerOfLayers(t *testing.T) {
	t.Parallel()
	layers := map[string][]string{"graph": {"internal/contact"}, "internal/contact": {"ent/..."}, "ent/...": {"ent/..."}, "ent/schema": {}}
	tests := []struct {
		name    string
		imports map[string][]string
		want    []string
	}{
		{"allowed imports", map[string][]string{"graph": {"internal/contact"}, "internal/contact": {"ent", "ent/login"}, "ent": {"ent/login"}, "ent/login": nil}, nil},
		{"an import in the wrong direction", map[string][]string{"graph": nil, "internal/contact": {"ent", "graph"}}, []string{
			"internal/contact imports graph: it may import only ent/...; if the import is intended, add it to layers and to the map in README.md",
		}},
		{"an import that skips a layer", map[string][]string{"graph": {"ent"}}, []string{
			"graph imports ent: it may import only internal/contact; if the import is intended, add it to layers and to the map in README.md",
		}},
		{"its own row takes precedence over a pattern", map[string][]string{"ent/schema": {"ent"}}, []string{
			"ent/schema imports ent: it may import only the standard library and other modules; if the import is intended, add it to layers and to the map in README.md",
		}},
		{"a package without a row", map[string][]string{"internal/new": nil}, []string{
			"internal/new has no row in layers: list the packages it may import",
		}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, strayImports(tt.imports, layers)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.name, diff)
		}
	}
}

// strayImports returns the imports that the layers do not allow, and the packages without a row.
func strayImports(imports, layers map[string][]string) (wrong []string) {
	for pkg, imported := range imports {
		allowed, ok := layers[pkg]
		if !ok {
			allowed, ok = layers[covering(pkg, layers)]
		}
		if !ok {
			wrong = append(wrong, pkg+" has no row in layers: list the packages it may import")
			continue
		}
		only := strings.Join(allowed, ", ")
		if only == "" {
			only = "the standard library and other modules"
		}
		for _, other := range imported {
			if !slices.ContainsFunc(allowed, func(a string) bool { return covers(a, other) }) {
				wrong = append(wrong, fmt.Sprintf("%s imports %s: it may import only %s; if the import is intended, add it to layers and to the map in README.md", pkg, other, only))
			}
		}
	}
	slices.Sort(wrong)
	return wrong
}

// covers reports whether a name of the table matches the package.
func covers(name, pkg string) bool {
	root, all := strings.CutSuffix(name, "/...")
	return pkg == root || all && strings.HasPrefix(pkg, root+"/")
}

// covering returns the pattern of the table that matches the package.
func covering(pkg string, layers map[string][]string) string {
	for name := range layers {
		if covers(name, pkg) {
			return name
		}
	}
	return ""
}

// imports returns for each package of this module the other packages of it that non-test files
// import.
func imports(t *testing.T) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	others := files(t, "go.mod") // of other modules, and of this one, whose folder is "."
	for _, file := range files(t, ".go") {
		isOther := func(mod string) bool { return strings.HasPrefix(file, path.Dir(mod)+"/") }
		if strings.HasSuffix(file, "_test.go") || slices.ContainsFunc(others, isOther) {
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

// files returns all files of the repository with these endings, except installed and built ones.
func files(t *testing.T, endings ...string) (all []string) {
	t.Helper()
	err := filepath.WalkDir(".", func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() && file != "." && (strings.HasPrefix(name, ".") || name == "node_modules" || name == "dist" || file == "bin") {
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
