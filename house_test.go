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

// maxLines is how long a file that is written by hand may be.
const maxLines = 400

// maxComponentLines is how long one with components of the pages may be.
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

func TestPackagesSayWhatTheyAreFor(t *testing.T) {
	t.Parallel()
	documented := map[string]bool{}
	for _, f := range handwritten(t) {
		pkg := path.Dir(f.name)
		documented[pkg] = documented[pkg] || f.syntax.Doc != nil
	}
	for pkg, ok := range documented {
		if !ok {
			t.Errorf("package %s has no comment: say above the package clause of one of its files what it is for", pkg)
		}
	}
}

// writers are the packages that may change the database, with those below them.
var writers = []string{"internal/auth", "internal/catalog", "internal/changelog", "internal/contact", "internal/database", "internal/idempotency"}

// TestDatabaseIsUsedAsTheTenantsNeed keeps out of the code what account_id would not reach (see ent/schema.Tenant), and
// writes out of all packages but writers.
func TestDatabaseIsUsedAsTheTenantsNeed(t *testing.T) {
	t.Parallel()
	names := entNames(t)
	for _, f := range handwritten(t) {
		mayWrite := slices.ContainsFunc(writers, func(w string) bool { return covers(w+"/...", path.Dir(f.name)) })
		for _, wrong := range misuses(f, names, mayWrite) {
			t.Error(wrong)
		}
	}
}

// TestCheckerOfMisuses shows that each misuse is caught, and where.
func TestCheckerOfMisuses(t *testing.T) {
	t.Parallel()
	names := entNames(t)
	tests := []struct {
		name, code string
		mayWrite   bool
		want       string // "" if there is nothing to say
	}{
		{"a read", `c.Contact.Query().Where(contact.AccountID(1))`, false, ""},
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
		{"an edge's condition with its account", `contact.HasLoginsWith(login.NameKey(k), login.AccountID(a))`, false, ""},
		{"an edge's condition with its account in a list", `contact.HasTermsWith(append(kinds, searchterm.AccountID(a))...)`, false, ""},
		{"an edge's condition without", `contact.HasLoginsWith(login.NameKey(k))`, false, "HasLoginsWith needs an AccountID"},
		{"an edge's condition on nothing", `contact.HasLogins()`, false, "HasLogins needs an AccountID"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			src := "package p\nimport (\n\"contactgraph/ent/contact\"\n\"contactgraph/ent/login\"\n\"contactgraph/ent/searchterm\"\n)\nfunc f() { _ = " + tt.code + " }\n"
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

// file is a Go file that is written by hand, tests aside.
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

// ents are the names that ent has generated: of entities, and of their methods that query an edge.
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
	want := []string{"APIKey", "Change", "Company", "Contact", "Feed", "IdempotencyKey", "Login", "Membership", "Property", "PropertyValue", "SearchTerm", "Segment", "Session", "Store", "User"}
	if diff := cmp.Diff(want, names.entities); diff != "" {
		t.Fatalf("the entities in ent/ (-want +got)\n%s", diff)
	}
	return names
}

var (
	writes = []string{"Create", "CreateBulk", "MapCreateBulk", "Update", "UpdateOne", "UpdateOneID", "Delete", "DeleteOne", "DeleteOneID"}
	banned = map[string]string{
		"UpdateOne":         "its predicates are skipped when no column is set, and so is the account: use Update().Where(…)",
		"UpdateOneID":       "its predicates are skipped when no column is set, and so is the account: use Update().Where(…)",
		"OnConflict":        "an upsert writes past the version: read, compare and set",
		"OnConflictColumns": "an upsert writes past the version: read, compare and set",
		"Modify":            "what it writes is not what ent reports: use ent's own conditions and columns",
	}
	hasEdge = regexp.MustCompile(`^Has[A-Z]`)
)

// misuses says which calls in the file the tenants' account would not reach, and which write where that is not allowed.
func misuses(f file, names ents, mayWrite bool) (wrong []string) {
	entPackages := map[string]bool{}
	for _, i := range f.syntax.Imports {
		if imported := strings.Trim(i.Path.Value, `"`); strings.HasPrefix(imported, module+"/ent/") {
			entPackages[path.Base(imported)] = true
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
		say := func(format string, args ...any) {
			wrong = append(wrong, fmt.Sprintf("%s:%d: ", f.name, f.fset.Position(selector.Sel.Pos()).Line)+fmt.Sprintf(format, args...))
		}
		name := selector.Sel.Name
		switch entity := lastName(selector.X); {
		case banned[name] != "":
			say("%s: %s", name, banned[name])
		case slices.Contains(names.edgeQueries, name) && len(call.Args) == 0:
			say("%s does not carry the account to what it queries: query the other entity itself", name)
		case entPackages[entity] && hasEdge.MatchString(name) && !callsAccountID(call.Args):
			say("%s needs an AccountID among its conditions: use its form with With", name)
		case slices.Contains(writes, name) && slices.Contains(names.entities, entity) && !mayWrite:
			say("%s.%s writes to the database: only %s may", entity, name, strings.Join(writers, ", "))
		}
		return true
	})
	return wrong
}

// lastName is the name that an expression ends with: Contact of tx.Contact, contact of contact.
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
