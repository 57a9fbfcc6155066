package graph

import (
	"maps"
	"strings"
	"sync"

	"contactgraph/graph/generated"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
)

// schema returns the schema that the server executes, validates and describes: that of schema/ with
// the built-in types and directives of the specification. gqlparser also adds @defer to every
// schema, which is not supported.
var schema = sync.OnceValue(func() *ast.Schema {
	s := *generated.NewExecutableSchema(generated.Config{}).Schema()
	s.Directives = maps.Clone(s.Directives)
	delete(s.Directives, "defer")
	return &s
})

// SDL returns the schema with its descriptions, as served to code generators.
func SDL() string {
	var b strings.Builder
	f, s := formatter.NewFormatter(&b, formatter.WithIndent("  ")), schema()
	f.FormatSchemaDocument(&ast.SchemaDocument{Schema: ast.SchemaDefinitionList{{ // FormatSchema has no description
		Description: s.Description,
		OperationTypes: ast.OperationTypeDefinitionList{
			{Operation: ast.Query, Type: s.Query.Name},
			{Operation: ast.Mutation, Type: s.Mutation.Name},
			{Operation: ast.Subscription, Type: s.Subscription.Name},
		},
	}}})
	f.FormatSchema(s)
	return b.String()
}
