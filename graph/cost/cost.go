// Package cost computes what a GraphQL document may cost, before it is validated and executed.
//
// Two bounds follow from a document alone:
//
//   - [Check] bounds what it takes to validate a document, which grows with the square of the
//     number of fields that merge into one (document.go).
//   - [Model.Of] is the cost of executing an operation with its variables: the number of fields that
//     can be in its response, weighted with the directives @cost and @listSize of the schema, which
//     are those of the GraphQL Cost Directives Specification
//     (https://ibm.github.io/graphql-specs/cost-spec.html). selection.go weighs fields, input.go
//     arguments and variables, and introspection.go counts the fields of the introspection types
//     exactly.
//
// Both take time proportional to the document, because each fragment is weighed once: a chain of
// fragments that each spread the next one twice would otherwise take exponential time. That, and
// that it ignores introspection, is why gqlgen's ComplexityLimit is not used.
package cost

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
)

// Saturated is the highest cost. Higher ones are reported as this one.
const Saturated = 1_000_000_000

// The names of the directives, and of their arguments.
const (
	directiveCost     = "cost"
	directiveListSize = "listSize"
)

// Model has the costs of the fields of a schema. It is safe for concurrent use.
type Model struct {
	schema *ast.Schema
	fields map[*ast.FieldDefinition]field
	inputs map[string]bool // the input types of which a field, at any depth, has a cost
}

// field is the cost of a field, of an object or an input object.
type field struct {
	weight int
	list   *listSize
}

// listSize is a directive @listSize.
type listSize struct {
	assumed int
	slicing []string
	sized   map[string]bool // nil if the field itself is the list
}

// New returns the model of a schema. It fails if a directive is malformed, or if a field that
// returns a list has no size.
func New(schema *ast.Schema) (*Model, error) {
	m := &Model{schema: schema, fields: map[*ast.FieldDefinition]field{}, inputs: map[string]bool{}}
	for _, def := range schema.Types {
		if introspective(def.Name) {
			continue
		}
		for _, f := range def.Fields {
			if introspective(f.Name) {
				continue
			}
			parsed, err := parseField(def, f)
			if err != nil {
				return nil, fmt.Errorf("field %s of %s: %w", f.Name, def.Name, err)
			}
			m.fields[f] = parsed
		}
	}
	for _, def := range schema.Types {
		if def.Kind == ast.InputObject {
			m.inputs[def.Name] = m.hasCost(def, map[string]bool{})
		}
	}
	return m, nil
}

// introspective reports whether a type or field belongs to introspection.
func introspective(name string) bool { return len(name) > 1 && name[:2] == "__" }

// parseField reads the directives of a field.
func parseField(def *ast.Definition, f *ast.FieldDefinition) (field, error) {
	parsed := field{weight: 1}
	if def.Kind == ast.InputObject {
		parsed.weight = 0
	}
	if d := f.Directives.ForName(directiveCost); d != nil {
		var err error
		if parsed.weight, err = strconv.Atoi(argument(d, "weight")); err != nil || parsed.weight < 0 {
			return field{}, fmt.Errorf("the weight of @cost is %q, but must be an integer of at least 0", argument(d, "weight"))
		}
	}
	d := f.Directives.ForName(directiveListSize)
	switch isList := f.Type.Elem != nil; {
	case d != nil:
		parsed.list = parseListSize(d)
	case isList && def.Kind != ast.InputObject:
		return field{}, errors.New("a list needs the directive @listSize")
	}
	return parsed, nil
}

func parseListSize(d *ast.Directive) *listSize {
	size := &listSize{slicing: arguments(d, "slicingArguments")}
	size.assumed, _ = strconv.Atoi(argument(d, "assumedSize")) // an Int by the schema, 0 if absent
	for _, name := range arguments(d, "sizedFields") {
		if size.sized == nil {
			size.sized = map[string]bool{}
		}
		size.sized[name] = true
	}
	return size
}

// argument returns the literal argument of a directive, "" if it is absent.
func argument(d *ast.Directive, name string) string {
	if a := d.Arguments.ForName(name); a != nil {
		return a.Value.Raw
	}
	return ""
}

// arguments returns the literal strings of a list argument of a directive.
func arguments(d *ast.Directive, name string) (all []string) {
	if a := d.Arguments.ForName(name); a != nil {
		for _, child := range a.Value.Children {
			all = append(all, child.Value.Raw)
		}
	}
	return all
}

// hasCost reports whether a field of the input type, at any depth, has a cost. seen has the types
// that are being looked at.
func (m *Model) hasCost(def *ast.Definition, seen map[string]bool) bool {
	if def == nil || def.Kind != ast.InputObject || seen[def.Name] {
		return false
	}
	seen[def.Name] = true
	for _, f := range def.Fields {
		if m.fields[f].weight > 0 || m.hasCost(m.schema.Types[f.Type.Name()], seen) {
			return true
		}
	}
	return false
}

// add and times compute with costs, which are never negative.
func add(a, b int) int { return min(a+b, Saturated) }

func times(a, b int) int {
	if b > 0 && a > Saturated/b {
		return Saturated
	}
	return a * b
}
