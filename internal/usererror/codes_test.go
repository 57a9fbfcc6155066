package usererror_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"

	"contactgraph/internal/usererror"

	"github.com/google/go-cmp/cmp"
)

// TestCodesHasEveryConstant compares Codes with the constants in the source.
func TestCodesHasEveryConstant(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "usererror.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var declared []usererror.Code
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if typ, ok := spec.Type.(*ast.Ident); ok && typ.Name == "Code" {
			value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			declared = append(declared, usererror.Code(value))
		}
		return true
	})
	if diff := cmp.Diff(declared, usererror.Codes()); diff != "" {
		t.Errorf("the codes (-declared +listed)\n%s", diff)
	}
}
