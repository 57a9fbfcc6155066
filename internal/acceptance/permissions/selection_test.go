package permissions

import (
	"fmt"
	"strings"
	"sync"

	"contactgraph/graph"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// canaryName is the API name of the property that selections select by its name.
const canaryName = "canary"

// servedSchema is parsed once, which takes a second with the race detector.
var servedSchema = sync.OnceValue(func() *ast.Schema {
	return gqlparser.MustLoadSchema(&ast.Source{Name: "served", Input: graph.SDL()})
})

// selection selects everything of a type, with objects down to a depth, but not the contacts in
// them. Required arguments are API names.
func selection(typ string, depth int) string {
	schema := servedSchema()
	var of func(typ string, depth int) string
	of = func(typ string, depth int) string {
		var parts []string
		for _, f := range schema.Types[typ].Fields {
			inner := schema.Types[f.Type.Name()]
			switch {
			case inner.Name == "Contact" || f.Name == "edges" || strings.HasPrefix(f.Name, "__"):
			case inner.Kind == ast.Scalar || inner.Kind == ast.Enum:
				parts = append(parts, f.Name)
			case depth > 0:
				if s := of(inner.Name, depth-1); s != "" {
					parts = append(parts, f.Name+required(f.Arguments)+" { "+s+" }")
				}
			}
		}
		return strings.Join(parts, " ")
	}
	return of(typ, depth)
}

// required returns the required arguments of a field.
func required(arguments ast.ArgumentDefinitionList) string {
	var parts []string
	for _, a := range arguments {
		if a.Type.NonNull && a.DefaultValue == nil {
			parts = append(parts, fmt.Sprintf("%s: %q", a.Name, canaryName))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "(" + strings.Join(parts, ", ") + ")"
}
