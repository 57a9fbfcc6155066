package cost

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// values reads literals and variables of an operation. Variables are as the client sent them:
// strings, numbers, booleans, nil, lists and objects of JSON.
type values struct {
	op        *ast.OperationDefinition
	variables map[string]any
}

// literal returns a literal in the form of variables, with the values of the variables in it.
func (v values) literal(value *ast.Value) any {
	if value == nil {
		return nil
	}
	switch value.Kind {
	case ast.Variable:
		if sent, ok := v.variables[value.Raw]; ok {
			return sent
		}
		if def := v.op.VariableDefinitions.ForName(value.Raw); def != nil && def.DefaultValue != nil && def.DefaultValue.Kind != ast.Variable {
			return v.literal(def.DefaultValue)
		}
		return nil
	case ast.IntValue, ast.FloatValue:
		return json.Number(value.Raw)
	case ast.ListValue:
		list := make([]any, len(value.Children))
		for i, child := range value.Children {
			list[i] = v.literal(child.Value)
		}
		return list
	case ast.ObjectValue:
		object := make(map[string]any, len(value.Children))
		for _, child := range value.Children {
			object[child.Name] = v.literal(child.Value)
		}
		return object
	case ast.NullValue:
		return nil
	default:
		return value.Raw
	}
}

// slicing returns the number of elements that a slicing argument asks for; ok is false if it is
// absent. path is the name of an argument, or of a field in an argument.
func (v values) slicing(path string, f *ast.Field, definition *ast.FieldDefinition) (n int, ok bool) {
	name, fields, _ := strings.Cut(path, ".")
	var value any
	if a := f.Arguments.ForName(name); a != nil {
		value = v.literal(a.Value)
	}
	if arg := definition.Arguments.ForName(name); value == nil && arg != nil {
		value = v.literal(arg.DefaultValue)
	}
	for _, field := range strings.FieldsFunc(fields, func(r rune) bool { return r == '.' }) {
		object, _ := value.(map[string]any)
		value = object[field]
	}
	if list, isList := value.([]any); isList {
		return len(list), true
	}
	return number(value)
}

// number returns a number as a size, at least 0 and at most Saturated. ok is false for a value that
// is not a number.
func number(value any) (n int, ok bool) {
	var f float64
	switch v := value.(type) {
	case json.Number:
		var err error
		if f, err = strconv.ParseFloat(v.String(), 64); err != nil {
			return Saturated, true
		}
	case float64:
		f = v
	case int64:
		f = float64(v)
	case int:
		f = float64(v)
	default:
		return 0, false
	}
	return int(math.Max(0, math.Min(f, Saturated))), true
}

// input returns the cost of a value of an input type, or of a list of them.
func (w *weigher) input(value any, def *ast.Definition) int {
	sum := 0
	switch v := value.(type) {
	case []any:
		for _, element := range v {
			sum = add(sum, w.input(element, def))
		}
	case map[string]any:
		for _, f := range def.Fields {
			if sent, ok := v[f.Name]; ok && sent != nil {
				sum = add(sum, w.inputField(sent, f))
			}
		}
	}
	return sum
}

// inputField returns the cost of a field of an input object.
func (w *weigher) inputField(value any, f *ast.FieldDefinition) int {
	n := 1
	if list, ok := value.([]any); ok && f.Type.Elem != nil {
		n = len(list)
	}
	if object, ok := value.(map[string]any); ok && f.Type.Name() == "JSON" {
		n = len(object)
	}
	sum := times(n, w.model.fields[f].weight)
	if typ := f.Type.Name(); w.model.inputs[typ] {
		sum = add(sum, w.input(value, w.model.schema.Types[typ]))
	}
	return sum
}

// nodeSize is about how many bytes a list, an object or a member of an object counts, in addition
// to what is in it.
const nodeSize = 20

// bytes returns about how many bytes a literal has, with the variables in it. A variable is
// measured once, however many fields it is passed to.
func (w *weigher) bytes(value *ast.Value) int {
	switch {
	case value == nil:
		return 0
	case value.Kind == ast.Variable:
		return w.variable(value)
	}
	sum := len(value.Raw)
	for _, child := range value.Children {
		sum = add(sum, nodeSize+w.bytes(child.Value))
	}
	return sum
}

// variable returns about how many bytes the value of a variable has.
func (w *weigher) variable(value *ast.Value) int {
	if text, ok := w.vars.variables[value.Raw].(string); ok {
		return len(text)
	}
	known, ok := w.sizes[value.Raw]
	if !ok {
		known = sizeOf(w.vars.literal(value))
		if w.sizes == nil {
			w.sizes = map[string]int{}
		}
		w.sizes[value.Raw] = known
	}
	return known
}

// sizeOf returns about how many bytes a variable has.
func sizeOf(value any) int {
	sum := 0
	switch v := value.(type) {
	case string:
		return len(v)
	case []any:
		for _, element := range v {
			sum = add(sum, nodeSize+sizeOf(element))
		}
	case map[string]any:
		for name, member := range v {
			sum = add(sum, nodeSize+len(name)+sizeOf(member))
		}
	}
	return sum
}
