package arguments

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"contactgraph/graph/scalar"
	"contactgraph/internal/storable"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// value checks a value of a type: a string, number, boolean, nil, list or object, as gqlgen reads
// it from literals and variables.
func (w *walk) value(v any, typ *ast.Type) *fault {
	if v == nil {
		if typ.NonNull {
			return wrong("must not be null")
		}
		return nil
	}
	if typ.Elem != nil {
		return w.list(v, typ.Elem)
	}
	def := w.schema.Types[typ.NamedType]
	switch def.Kind {
	case ast.InputObject:
		return w.object(v, def)
	case ast.Enum:
		name, ok := v.(string)
		if !ok || def.EnumValues.ForName(name) == nil {
			return wrong("must be " + names(def.EnumValues))
		}
		return nil
	}
	if def.Name == "Int" {
		return w.integer(v, typ)
	}
	if must := w.scalar(v, def.Name); must != "" {
		return wrong(must)
	}
	return nil
}

// list checks the elements of a list. A single value counts as a list of it.
func (w *walk) list(v any, element *ast.Type) *fault {
	for i, e := range graphql.CoerceList(v) {
		if f := w.value(e, element); f != nil {
			return f.under(ast.PathIndex(i))
		}
	}
	return nil
}

// object checks the fields of an input object.
func (w *walk) object(v any, def *ast.Definition) *fault {
	sent, ok := v.(map[string]any)
	if !ok {
		return wrong("must be an object of type " + def.Name)
	}
	known := 0
	for _, f := range def.Fields {
		member, ok := sent[f.Name]
		if ok {
			known++
			if wrong := w.value(member, f.Type); wrong != nil {
				return wrong.under(ast.PathName(f.Name))
			}
		} else if f.Type.NonNull && f.DefaultValue == nil {
			return wrong("is required").under(ast.PathName(f.Name))
		}
	}
	if known == len(sent) {
		return nil
	}
	for name := range sent {
		if def.Fields.ForName(name) == nil {
			return wrong("is not a field of " + def.Name).under(ast.PathName(name))
		}
	}
	return nil
}

// integer checks an Int, and that it is in the @range of its position.
func (w *walk) integer(v any, typ *ast.Type) *fault {
	n, err := strconv.ParseInt(decimal(v), 10, 32)
	if err != nil {
		return wrong(fmt.Sprintf("must be an integer from %d to %d", math.MinInt32, math.MaxInt32))
	}
	if r, ok := w.ranges[typ]; ok && (n < r.min || n > r.max) {
		return wrong(fmt.Sprintf("must be from %d to %d", r.min, r.max))
	}
	return nil
}

// decimal returns a number as it was sent, "" for a value that is not one.
func decimal(v any) string {
	switch v := v.(type) {
	case json.Number:
		return v.String()
	case int64:
		return strconv.FormatInt(v, 10)
	}
	return ""
}

// scalar returns what a value of a scalar type must be, "" if it is that.
func (w *walk) scalar(v any, typ string) (must string) {
	switch typ {
	case "String":
		if _, ok := v.(string); !ok {
			return "must be a string"
		}
	case "Boolean":
		if _, ok := v.(bool); !ok {
			return "must be true or false"
		}
	case "ID":
		_, ok := v.(string)
		if _, err := strconv.ParseInt(decimal(v), 10, 64); !ok && err != nil {
			return "must be a string or an integer"
		}
	case "_Any":
		if _, ok := v.(map[string]any); !ok {
			return "must be an object"
		}
	case "Version":
		if version, _ := scalar.UnmarshalVersion(v); version == scalar.Malformed && !w.reported {
			return "must be a version"
		}
	case "Time":
		if t, _ := scalar.UnmarshalTime(v); !w.reported && !storable.Time(t) {
			return "must be an RFC 3339 time in the years 1 to 9999"
		}
	}
	return ""
}

// names lists the values of an enum.
func names(values ast.EnumValueList) string {
	all := make([]string, len(values))
	for i, v := range values {
		all[i] = v.Name
	}
	last := len(all) - 1
	return strings.TrimPrefix(strings.Join(all[:last], ", ")+" or "+all[last], " or ")
}
