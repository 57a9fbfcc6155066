package main_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// maxLines is the maximum length of handwritten files.
const maxLines = 400

// maxComponentLines is the maximum length of files with React components.
const maxComponentLines = 200

func TestFilesAreShort(t *testing.T) {
	t.Parallel()
	for _, file := range files(t, ".go", ".graphqls", ".ts", ".tsx", ".js", ".mjs", ".css", ".sh") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		allowed := maxLines
		if path.Ext(file) == ".tsx" {
			allowed = maxComponentLines
		}
		if n := strings.Count(string(text), "\n"); n > allowed && !generated.Match(text) {
			t.Errorf("%s has %d lines: split it, at most %d are allowed", file, n, allowed)
		}
	}
}

var generated = regexp.MustCompile(`(?m)^// Code generated .* DO NOT EDIT\.$`)

func TestPackagesAreDocumented(t *testing.T) {
	t.Parallel()
	documented := map[string]bool{}
	for _, f := range handwritten(t) {
		pkg := path.Dir(f.name)
		documented[pkg] = documented[pkg] || f.syntax.Doc != nil
	}
	for pkg, ok := range documented {
		if !ok {
			t.Errorf("package %s has no package comment: add one that explains its purpose", pkg)
		}
	}
}

// writers are the packages that may write to the database, with the packages below them.
var writers = []string{"internal/audit", "internal/auth", "internal/catalog", "internal/changelog", "internal/contact", "internal/database", "internal/duplicate", "internal/idempotency", "internal/job", "internal/people", "internal/rekey", "internal/reset"}

// TestTenantIsolation rejects calls of ent that the condition on account_id does not reach (see
// ent/schema.Tenant), and writes in packages that are not in writers.
func TestTenantIsolation(t *testing.T) {
	t.Parallel()
	names := entNames(t)
	for _, f := range handwritten(t) {
		mayWrite := slices.ContainsFunc(writers, func(w string) bool { return covers(w+"/...", path.Dir(f.name)) })
		for _, wrong := range misuses(f, names, mayWrite) {
			t.Error(wrong)
		}
	}
}

// TestCheckerOfMisuses shows that each misuse is reported with its line.
func TestCheckerOfMisuses(t *testing.T) {
	t.Parallel()
	names := entNames(t)
	tests := []struct {
		name, code string
		mayWrite   bool
		want       string // "" if the code is correct
	}{
		{"a read", `c.Contact.Query().Where(entcontact.AccountID(1))`, false, ""},
		{"a write where writes belong", `tx.Ent.Contact.Update().AddVersion(1)`, true, ""},
		{"a write elsewhere", `tx.Ent.Contact.Update().AddVersion(1)`, false, "Contact.Update writes to the database"},
		{"a creation elsewhere", `tx.Ent.Login.CreateBulk()`, false, "Login.CreateBulk writes to the database"},
		{"a deletion elsewhere", `c.Store.DeleteOneID(1)`, false, "Store.DeleteOneID writes to the database"},
		{"a command of the rules", `s.contacts.Update(ctx, u)`, false, ""},
		{"an update of one", `tx.Ent.Contact.UpdateOneID(1)`, true, "UpdateOneID"},
		{"an update of an entity", `c.Update().Save(tx.Ent.Contact.UpdateOne(c))`, true, "UpdateOne"},
		{"an upsert", `tx.Ent.Login.Create().OnConflictColumns("name").UpdateNewValues()`, true, "OnConflictColumns"},
		{"a modifier", `tx.Ent.Contact.Update().Modify(fn)`, true, "Modify"},
		{"a query from an entity", `c.QueryLogins().All(ctx)`, true, "QueryLogins"},
		{"a query of SQL", `tx.QueryContext(ctx, "SELECT 1")`, true, ""},
		{"an edge's condition with its account", `entcontact.HasLoginsWith(login.NameKey(k), login.AccountID(a))`, false, ""},
		{"an edge's condition with its account in a list", `entcontact.HasTermsWith(append(kinds, searchterm.AccountID(a))...)`, false, ""},
		{"an edge's condition without", `entcontact.HasLoginsWith(login.NameKey(k))`, false, "HasLoginsWith needs an AccountID"},
		{"an edge's condition on nothing", `entcontact.HasLogins()`, false, "HasLogins needs an AccountID"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			src := "package p\nimport (\nentcontact \"contactgraph/ent/contact\"\n\"contactgraph/ent/login\"\n\"contactgraph/ent/searchterm\"\n)\nfunc f() { _ = " + tt.code + " }\n"
			fset := token.NewFileSet()
			syntax, err := parser.ParseFile(fset, "p.go", src, 0)
			if err != nil {
				t.Fatal(err)
			}
			got := misuses(file{"p.go", fset, syntax}, names, tt.mayWrite)
			if tt.want == "" && got != nil || tt.want != "" && (len(got) != 1 || !strings.HasPrefix(got[0], "p.go:7: ") || !strings.Contains(got[0], tt.want)) {
				t.Errorf("%s: got %q, want %q", tt.code, got, tt.want)
			}
		})
	}
}

// contextKeys are the files that put a value into a context: the viewer, its principal, the request
// id, and what gqlgen cannot hand to a resolver (see
// docs/decisions/0016-packages-of-one-purpose.md).
var contextKeys = []string{"graph/gate/principal.go", "internal/graphqlhttp/resolver.go", "internal/server/middleware.go", "internal/viewer/viewer.go"}

// TestContextsCarryNoParameters fails if another file puts a value into a context.
func TestContextsCarryNoParameters(t *testing.T) {
	t.Parallel()
	var found []string
	for _, f := range handwritten(t) {
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok && s.Sel.Name == "WithValue" && lastName(s.X) == "context" {
				found = append(found, f.name)
			}
			return true
		})
	}
	slices.Sort(found)
	if diff := cmp.Diff(contextKeys, found); diff != "" {
		t.Errorf("files that call context.WithValue (-want +got): give the value to the function that needs it\n%s", diff)
	}
}

// file is a handwritten Go file that is not a test.
type file struct {
	name   string
	fset   *token.FileSet
	syntax *ast.File
}

func handwritten(t *testing.T) (all []file) {
	t.Helper()
	for _, name := range files(t, ".go") {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		fset := token.NewFileSet()
		syntax, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		if !ast.IsGenerated(syntax) {
			all = append(all, file{name, fset, syntax})
		}
	}
	return all
}

// ents are names generated by ent: entities, and their methods that query an edge.
type ents struct{ entities, edgeQueries []string }

var edgeQuery = regexp.MustCompile(`(?m)^func \(\w+ \*(\w+)\) (Query[A-Z]\w*)\(\) \*\w+Query \{`)

func entNames(t *testing.T) ents {
	t.Helper()
	var names ents
	for _, name := range files(t, ".go") {
		if path.Dir(name) != "ent" {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range edgeQuery.FindAllStringSubmatch(string(text), -1) {
			if !strings.HasSuffix(m[1], "Query") {
				names.entities = append(names.entities, m[1])
			}
			names.edgeQueries = append(names.edgeQueries, m[2])
		}
	}
	slices.Sort(names.entities)
	names.entities = slices.Compact(names.entities)
	want := []string{"APIKey", "AuditEntry", "Change", "Company", "Contact", "Derivation", "DuplicateKey", "DuplicatePair", "DuplicateProfile", "DuplicateState", "ExternalID", "Feed", "IdempotencyKey", "Identity", "Job", "JobChunk", "JobItem", "JobKey", "Login", "Membership", "Property", "PropertyValue", "Role", "SearchTerm", "Segment", "Session", "Store", "User"}
	if diff := cmp.Diff(want, names.entities); diff != "" {
		t.Fatalf("the entities in ent/ (-want +got)\n%s", diff)
	}
	return names
}

var (
	writes = []string{"Create", "CreateBulk", "MapCreateBulk", "Update", "UpdateOne", "UpdateOneID", "Delete", "DeleteOne", "DeleteOneID"}
	banned = map[string]string{
		"UpdateOne":         "skips its predicates, and with them the account, when no column is set: use Update().Where(…)",
		"UpdateOneID":       "skips its predicates, and with them the account, when no column is set: use Update().Where(…)",
		"OnConflict":        "an upsert does not check the version: read, compare and set",
		"OnConflictColumns": "an upsert does not check the version: read, compare and set",
		"Modify":            "writes SQL that ent does not check: use ent's own conditions and columns",
	}
	hasEdge = regexp.MustCompile(`^Has[A-Z]`)
)

// importName returns the name by which a file refers to the package that it imports.
func importName(i *ast.ImportSpec, imported string) string {
	if i.Name != nil {
		return i.Name.Name
	}
	return path.Base(imported)
}

// misuses returns the calls in the file that the condition on the account does not reach, and
// writes that are not allowed there.
func misuses(f file, names ents, mayWrite bool) (wrong []string) {
	entPackages := map[string]bool{}
	for _, i := range f.syntax.Imports {
		if imported := strings.Trim(i.Path.Value, `"`); strings.HasPrefix(imported, module+"/ent/") {
			entPackages[importName(i, imported)] = true
		}
	}
	ast.Inspect(f.syntax, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		selector, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		report := func(format string, args ...any) {
			wrong = append(wrong, fmt.Sprintf("%s:%d: ", f.name, f.fset.Position(selector.Sel.Pos()).Line)+fmt.Sprintf(format, args...))
		}
		name := selector.Sel.Name
		switch entity := lastName(selector.X); {
		case banned[name] != "":
			report("%s: %s", name, banned[name])
		case slices.Contains(names.edgeQueries, name) && len(call.Args) == 0:
			report("%s does not add the account to its query: query the other entity directly", name)
		case entPackages[entity] && hasEdge.MatchString(name) && !callsAccountID(call.Args):
			report("%s needs an AccountID among its conditions: use its form that ends in With", name)
		case slices.Contains(writes, name) && slices.Contains(names.entities, entity) && !mayWrite:
			report("%s.%s writes to the database: only %s may", entity, name, strings.Join(writers, ", "))
		}
		return true
	})
	return wrong
}

// lastName returns the last name of an expression: Contact for tx.Contact, contact for contact.
func lastName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.SelectorExpr:
		return e.Sel.Name
	case *ast.Ident:
		return e.Name
	}
	return ""
}

func callsAccountID(args []ast.Expr) bool {
	found := false
	for _, a := range args {
		ast.Inspect(a, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			found = found || ok && lastName(call.Fun) == "AccountID"
			return true
		})
	}
	return found
}
