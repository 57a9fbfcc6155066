package graphqlhttp

import (
	"context"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// TestWithoutTracesNothingIsAllocated: operations that are not traced cost nothing.
func TestWithoutTracesNothingIsAllocated(t *testing.T) {
	ctx := context.WithValue(t.Context(), t, t)
	op := &graphql.OperationContext{Operation: &ast.OperationDefinition{Operation: ast.Query, Name: "Named"}}
	resp := &graphql.Response{}
	allocations := testing.AllocsPerRun(100, func() {
		_, span := beginSpan(ctx, op)
		endSpan(span, resp)
	})
	if allocations != 0 {
		t.Errorf("%v allocations", allocations)
	}
}
