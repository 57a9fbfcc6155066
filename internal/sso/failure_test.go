package sso_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"strconv"
	"testing"

	"contactgraph/internal/sso"

	"github.com/google/go-cmp/cmp"
)

var pageReason = regexp.MustCompile(`(?m)^ {2}([A-Z_]+): \{$`)

// TestReasonsAreExplained compares the reasons with the constants in the source and with the texts
// of the console.
func TestReasonsAreExplained(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "failure.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var declared, explained []sso.Reason
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok {
			if typ, ok := spec.Type.(*ast.Ident); ok && typ.Name == "Reason" {
				value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
				if err != nil {
					t.Fatal(err)
				}
				declared = append(declared, sso.Reason(value))
			}
		}
		return true
	})
	if diff := cmp.Diff(declared, sso.Reasons()); diff != "" {
		t.Errorf("the reasons (-declared +listed)\n%s", diff)
	}
	page, err := os.ReadFile("../../web/src/lib/sso.ts")
	if err != nil {
		t.Fatal(err)
	}
	for _, match := range pageReason.FindAllSubmatch(page, -1) {
		explained = append(explained, sso.Reason(match[1]))
	}
	if diff := cmp.Diff(declared, explained); diff != "" {
		t.Errorf("the texts of the console (-declared +explained)\n%s", diff)
	}
}
