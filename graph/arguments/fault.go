package arguments

import (
	"slices"

	"contactgraph/graph/apierror"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// fault is a wrong value. Its path is completed while the walk returns from it.
type fault struct {
	must     string   // what the value must be, if there is no message yet
	message  string   // without values of the request, which may be passwords
	path     ast.Path // to the value, in reverse
	variable bool     // whether the path starts at a variable, and so is complete
	position *ast.Position
}

// wrong returns the fault of a value: a predicate, to which the name of the value is added.
func wrong(must string) *fault { return &fault{must: must} }

// under adds an element to the path.
func (f *fault) under(e ast.PathElement) *fault {
	if !f.variable {
		f.path = append(f.path, e)
	}
	return f
}

// within places the fault in an argument: the path of a value in a variable starts at the variable,
// as in the errors of gqlparser.
func (f *fault) within(a *ast.Argument) *fault {
	f.message = nameOf(f.path, a.Name) + " " + f.must + "."
	literal, rest := a.Value, len(f.path)
	for literal.Kind != ast.Variable && rest > 0 {
		if literal.Kind == ast.ListValue || literal.Kind == ast.ObjectValue {
			next := member(literal, f.path[rest-1])
			if next == nil {
				break
			}
			literal = next
		}
		rest--
	}
	f.position = literal.Position
	if literal.Kind == ast.Variable {
		f.path = append(f.path[:rest:rest], ast.PathName(literal.Raw), ast.PathName("variable"))
		f.variable = true
	}
	return f.under(ast.PathName(a.Name))
}

// nameOf returns the name of the value at a reversed path in an argument: for an element of a list,
// that of the list.
func nameOf(path ast.Path, argument string) string {
	for _, e := range path {
		if name, ok := e.(ast.PathName); ok {
			return string(name)
		}
	}
	return argument
}

// member returns an element of a list or a field of an object, nil if it is absent.
func member(v *ast.Value, e ast.PathElement) *ast.Value {
	switch e := e.(type) {
	case ast.PathIndex:
		if int(e) < len(v.Children) {
			return v.Children[e].Value
		}
	case ast.PathName:
		return v.Children.ForName(string(e))
	}
	return nil
}

// error returns the fault as the error of a request.
func (f *fault) error() *gqlerror.Error {
	e := apierror.New(apierror.CodeBadInput, f.message)
	slices.Reverse(f.path)
	e.Path = f.path
	e.Locations = []gqlerror.Location{{Line: f.position.Line, Column: f.position.Column}}
	return e
}
