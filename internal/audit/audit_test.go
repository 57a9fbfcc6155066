package audit_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"

	"contactgraph/internal/audit"

	"github.com/google/go-cmp/cmp"
)

// TestActionsHasEveryConstant compares Actions with the constants in the source.
func TestActionsHasEveryConstant(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "audit.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var declared []audit.Action
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if typ, ok := spec.Type.(*ast.Ident); ok && typ.Name == "Action" {
			value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			declared = append(declared, audit.Action(value))
		}
		return true
	})
	if diff := cmp.Diff(declared, audit.Actions()); diff != "" {
		t.Errorf("the actions (-declared +listed)\n%s", diff)
	}
}
