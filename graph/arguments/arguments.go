// Package arguments checks the arguments of an operation, with the values of its variables, before
// anything of it is executed.
//
// gqlgen reads the arguments of a field just before it runs the field: if those of a second
// mutation are wrong, the first one has already taken effect. It also accepts values that the
// specification rejects, such as null for a variable of a type with a default. So everything that a
// resolver could fail on is checked here, with the values as gqlgen computes them:
//
//   - [Checker.Check] checks every argument and input field of the operation, and those of its
//     directives, at every depth, also of fields that @skip or @include leave out;
//   - [Checker.Conditions] checks only what decides which root fields there are.
//
// What is valid by its type but not by a rule of the services is reported by them, in the payload
// of the mutation: see docs/decisions/0007-invalid-scalar-values.md.
//
// Start reading at Checker.Check, then at value in value.go. fault.go says where a wrong value is,
// surrogate.go checks the escapes in the texts of the document, and number.go its numbers.
package arguments

import (
	"strconv"

	"contactgraph/internal/revision"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Checker checks the arguments of operations on a schema. It is safe for concurrent use.
type Checker struct {
	schema *ast.Schema
	ranges map[*ast.Type]numbers // by the type of the argument
}

// numbers is a directive @range.
type numbers struct{ min, max int64 }

// New returns the checker of a schema, which applies its directives @range.
func New(schema *ast.Schema) *Checker {
	c := &Checker{schema: schema, ranges: map[*ast.Type]numbers{}}
	for _, def := range schema.Types {
		for _, f := range def.Fields {
			for _, a := range f.Arguments {
				if d := a.Directives.ForName("range"); d != nil {
					c.ranges[a.Type] = numbers{bound(d, "min"), bound(d, "max")}
				}
			}
		}
	}
	return c
}

func bound(d *ast.Directive, name string) int64 {
	n, err := strconv.ParseInt(d.Arguments.ForName(name).Value.Raw, 10, 32)
	if err != nil {
		panic(err) // both are of type Int!
	}
	return n
}

// Conditions returns an error if the value of an @skip or @include at the root of the operation is
// wrong: gqlgen panics if it then collects the root fields.
func (c *Checker) Conditions(op *graphql.OperationContext) *gqlerror.Error {
	return (&walk{Checker: c, op: op, conditions: true}).errorOf()
}

// Check returns an error if an argument of the operation is wrong, or a text of its document.
func (c *Checker) Check(op *graphql.OperationContext) *gqlerror.Error {
	if err := checkSurrogates(op.RawQuery); err != nil {
		return err
	}
	if err := checkDefaults(op.Operation.VariableDefinitions); err != nil {
		return err
	}
	return (&walk{Checker: c, op: op}).errorOf()
}

// walk visits the arguments of an operation until one is wrong.
type walk struct {
	*Checker
	op         *graphql.OperationContext
	conditions bool            // whether only the directives at the root are visited
	visited    map[string]bool // fragments
	// reported is whether the rules of a mutation report invalid scalars: in the arguments of a
	// mutation, but not in those of the fields below it.
	reported bool
}

func (w *walk) errorOf() *gqlerror.Error {
	if f := w.set(w.op.Operation.SelectionSet); f != nil {
		return f.error()
	}
	return nil
}

// set checks the arguments in a selection set.
func (w *walk) set(set ast.SelectionSet) *fault {
	for _, selection := range set {
		if f := w.selection(selection); f != nil {
			return f
		}
	}
	return nil
}

func (w *walk) selection(selection ast.Selection) *fault {
	switch s := selection.(type) {
	case *ast.Field:
		if f := w.field(s); f != nil {
			return f.under(ast.PathName(s.Alias))
		}
	case *ast.InlineFragment:
		if f := w.directives(s.Directives); f != nil {
			return f
		}
		return w.set(s.SelectionSet)
	case *ast.FragmentSpread:
		if f := w.directives(s.Directives); f != nil {
			return f
		}
		return w.fragment(s)
	}
	return nil
}

// fragment checks the arguments in a fragment once: they are the same wherever it is spread.
func (w *walk) fragment(s *ast.FragmentSpread) *fault {
	if w.visited[s.Name] {
		return nil
	}
	if w.visited == nil { // most operations have no fragments
		w.visited = map[string]bool{}
	}
	w.visited[s.Name] = true
	return w.set(s.Definition.SelectionSet)
}

func (w *walk) field(s *ast.Field) *fault {
	w.reported = s.ObjectDefinition == w.schema.Mutation
	if f := w.directives(s.Directives); f != nil || w.conditions {
		return f
	}
	if f := w.arguments(s.Arguments, s.Definition.Arguments); f != nil {
		return f
	}
	if s.ObjectDefinition.Name == "Contact" && s.Name == "changes" {
		if f := w.versionCursor(s.Arguments.ForName("after")); f != nil {
			return f
		}
	}
	return w.set(s.SelectionSet)
}

// versionCursor checks the cursor of the one list that can be read below a mutation, where it must
// not fail later. Its cursors are versions.
func (w *walk) versionCursor(a *ast.Argument) *fault {
	if a == nil {
		return nil
	}
	sent, err := a.Value.Value(w.op.Variables)
	if text, ok := sent.(string); err == nil && ok {
		if _, err := revision.Parse(text); err != nil {
			return wrong("must be a cursor of this list").within(a)
		}
	}
	return nil
}

func (w *walk) directives(list ast.DirectiveList) *fault {
	for _, d := range list {
		if f := w.arguments(d.Arguments, d.Definition.Arguments); f != nil {
			return f.under(ast.PathName("@" + d.Name))
		}
	}
	return nil
}

// arguments checks the arguments of a field or directive. Validation has checked that the required
// ones are there.
func (w *walk) arguments(args ast.ArgumentList, defs ast.ArgumentDefinitionList) *fault {
	sizes := 0
	for _, a := range args {
		sent, ok := w.op.Variables[a.Value.Raw]
		if a.Value.Kind != ast.Variable {
			var err error
			if sent, err = a.Value.Value(w.op.Variables); err != nil {
				return wrong("has a number that is too large").within(a)
			}
			if rounded(a.Value) {
				return wrong(mustBeExact).within(a)
			}
		} else if !ok {
			continue // absent, as for the resolver
		}
		typ := defs.ForName(a.Name).Type
		if f := w.value(sent, typ); f != nil {
			return f.within(a)
		}
		if sent != nil && typ.NamedType == "Int" && (a.Name == "first" || a.Name == "last") {
			sizes++
		}
	}
	if sizes > 1 { // by the GraphQL Cursor Connections Specification
		return &fault{message: "Send either first or last, not both.", position: args[0].Position}
	}
	return nil
}
