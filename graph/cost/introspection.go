package cost

import (
	"github.com/vektah/gqlparser/v2/ast"
)

// introspection counts the fields that an introspection query returns. The sizes of its lists
// follow from the schema, so the count is exact, except that a field that is selected several times
// counts each time, and that deprecated members always count.
//
// The objects of introspection are those of the schema: *ast.Schema for __Schema; *ast.Definition
// or wrapping for __Type; *ast.FieldDefinition for __Field, or for __InputValue if it belongs to an
// input object; *ast.ArgumentDefinition for __InputValue; *ast.EnumValueDefinition and
// *ast.DirectiveDefinition.
type introspection struct {
	schema *ast.Schema
	doc    *ast.QueryDocument
	vars   values
	memo   map[introspected]int
	most   int // entries of memo; more of them mean that the cost exceeds the limit
}

// introspected is a selection set on an object. The set is identified by the field or fragment that
// it belongs to.
type introspected struct {
	owner  any
	object any
}

// wrapping is a type with a list or non-null wrapper.
type wrapping struct {
	typ     *ast.Type
	nonNull bool // whether the outer wrapper is that of a non-null type
}

// perUnit is how many fields of introspection cost as much as one field of data: they are read from
// memory.
const perUnit = 5

// textPerField is how many bytes of a description or a name count as one more field.
const textPerField = 100

// root returns the cost of the field __schema or __type.
func (i *introspection) root(f *ast.Field) int {
	var object any = i.schema
	if f.Name == "__type" {
		object = nil
		if a := f.Arguments.ForName("name"); a != nil {
			if name, ok := i.vars.literal(a.Value).(string); ok && i.schema.Types[name] != nil {
				object = i.schema.Types[name]
			}
		}
	}
	return add(1, i.owned(f, f.SelectionSet, object)/perUnit)
}

// owned returns the number of fields that the selection set of a field or fragment returns for an
// object.
func (i *introspection) owned(owner any, set ast.SelectionSet, object any) int {
	key := introspected{owner, object}
	if known, ok := i.memo[key]; ok {
		return known
	}
	// Each entry adds a field to the response, so the response has more fields than there are
	// entries: the work ends with the count.
	if len(i.memo) > i.most {
		return Saturated
	}
	if i.memo == nil {
		i.memo = map[introspected]int{}
	}
	i.memo[key] = 0 // a fragment that contains itself adds nothing
	n := i.set(set, object)
	i.memo[key] = n
	return n
}

func (i *introspection) set(set ast.SelectionSet, object any) int {
	sum := 0
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			sum = add(sum, i.field(s, object))
		case *ast.InlineFragment:
			sum = add(sum, i.set(s.SelectionSet, object))
		case *ast.FragmentSpread:
			if f := i.doc.Fragments.ForName(s.Name); f != nil {
				sum = add(sum, i.owned(f, f.SelectionSet, object))
			}
		}
		if sum >= Saturated {
			break
		}
	}
	return sum
}

func (i *introspection) field(f *ast.Field, object any) int {
	sum := 1 + len(f.Alias)/textPerField
	if len(f.SelectionSet) == 0 {
		if f.Name == "description" {
			sum += len(description(object)) / textPerField
		}
		return sum
	}
	i.children(object, f.Name, func(child any) {
		sum = add(sum, i.owned(f, f.SelectionSet, child))
	})
	return sum
}

// children calls yield for each object that a field of object returns.
func (i *introspection) children(object any, name string, yield func(any)) {
	switch o := object.(type) {
	case *ast.Schema:
		i.ofSchema(name, yield)
	case *ast.Definition:
		i.ofType(o, name, yield)
	case wrapping:
		if name == "ofType" {
			inner := o.typ.Elem
			if o.nonNull {
				yield(i.nullable(o.typ))
			} else if inner != nil {
				yield(i.wrap(inner))
			}
		}
	case *ast.FieldDefinition:
		if name == "args" {
			each(o.Arguments, yield)
		}
		i.typeOf(o.Type, name, yield)
	case *ast.ArgumentDefinition:
		i.typeOf(o.Type, name, yield)
	case *ast.DirectiveDefinition:
		if name == "args" {
			each(o.Arguments, yield)
		}
	}
}

func (i *introspection) ofSchema(name string, yield func(any)) {
	switch name {
	case "types":
		for _, def := range i.schema.Types {
			yield(def)
		}
	case "directives":
		for _, def := range i.schema.Directives {
			yield(def)
		}
	case "queryType", "mutationType", "subscriptionType":
		root := map[string]*ast.Definition{
			"queryType": i.schema.Query, "mutationType": i.schema.Mutation, "subscriptionType": i.schema.Subscription,
		}[name]
		if root != nil {
			yield(root)
		}
	}
}

func (i *introspection) ofType(def *ast.Definition, name string, yield func(any)) {
	isInput := def.Kind == ast.InputObject
	switch {
	case name == "fields" && !isInput, name == "inputFields" && isInput:
		for _, f := range def.Fields {
			if !introspective(f.Name) {
				yield(f)
			}
		}
	case name == "enumValues":
		each(def.EnumValues, yield)
	case name == "possibleTypes" && (def.Kind == ast.Interface || def.Kind == ast.Union):
		each(i.schema.GetPossibleTypes(def), yield)
	case name == "interfaces":
		for _, name := range def.Interfaces {
			yield(i.schema.Types[name])
		}
	}
}

// typeOf yields the type of a field or argument, if name asks for it.
func (i *introspection) typeOf(typ *ast.Type, name string, yield func(any)) {
	if name == "type" {
		yield(i.wrap(typ))
	}
}

// wrap returns the object of a type: its definition, or a wrapper around it.
func (i *introspection) wrap(typ *ast.Type) any {
	if typ.NonNull {
		return wrapping{typ, true}
	}
	return i.nullable(typ)
}

// nullable returns the object of a type without its outer non-null wrapper.
func (i *introspection) nullable(typ *ast.Type) any {
	if typ.NamedType != "" {
		return i.schema.Types[typ.NamedType]
	}
	return wrapping{typ, false}
}

func each[T any](list []T, yield func(any)) {
	for _, element := range list {
		yield(element)
	}
}

// description returns the text of an object, "" if it has none.
func description(object any) string {
	switch o := object.(type) {
	case *ast.Schema:
		return o.Description
	case *ast.Definition:
		return o.Description
	case *ast.FieldDefinition:
		return o.Description
	case *ast.ArgumentDefinition:
		return o.Description
	case *ast.EnumValueDefinition:
		return o.Description
	case *ast.DirectiveDefinition:
		return o.Description
	}
	return ""
}
