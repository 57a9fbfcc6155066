package graph

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"contactgraph/graph/apierror"
)

// TestEveryCodeHasAMeaning finds the constants named code… in the two packages that have such, and
// checks that each is listed with a meaning.
func TestEveryCodeHasAMeaning(t *testing.T) {
	t.Parallel()
	described := map[string]bool{}
	for _, c := range append(apierror.Codes(), PayloadCodes()...) {
		if described[c.Name] = c.Meaning != ""; !described[c.Name] {
			t.Errorf("%s has no meaning", c.Name)
		}
	}
	named := regexp.MustCompile("^[cC]ode[A-Z]")
	found := 0
	for _, pattern := range []string{"apierror/*.go", "../internal/graphqlhttp/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				spec, ok := n.(*ast.ValueSpec)
				if !ok || len(spec.Values) != 1 || !named.MatchString(spec.Names[0].Name) {
					return true
				}
				if value, ok := spec.Values[0].(*ast.BasicLit); ok {
					found++
					if code, err := strconv.Unquote(value.Value); err != nil || !described[code] {
						t.Errorf("%s: %s is in neither list of codes", name, value.Value)
					}
				}
				return true
			})
		}
	}
	if found < 8 {
		t.Errorf("only %d constants for codes were found", found)
	}
}
