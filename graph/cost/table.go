package cost

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// FieldCost describes the cost of a field, for manuals.
type FieldCost struct {
	Field string // Query.contacts, or ContactPatch.newPassword for an input field
	Cost  int
	Size  string // of the list, in words; "" for a field that is not a list
}

// Table returns the fields that do not simply cost 1, or 0 for input fields, in the order of their
// names. The payloads of mutations, whose lists are short, are left out.
func (m *Model) Table() []FieldCost {
	var all []FieldCost
	for name, def := range m.schema.Types {
		usual := 1
		if def.Kind == ast.InputObject {
			usual = 0
		}
		for _, f := range def.Fields {
			known, ok := m.fields[f]
			if !ok || known.weight == usual && (known.list == nil || strings.HasSuffix(name, "Payload")) {
				continue
			}
			all = append(all, FieldCost{name + "." + f.Name, known.weight, known.list.describe()})
		}
	}
	slices.SortFunc(all, func(a, b FieldCost) int { return cmp.Compare(a.Field, b.Field) })
	return all
}

// describe returns the size in words.
func (l *listSize) describe() string {
	if l == nil {
		return ""
	}
	arguments := strings.Join(l.slicing, " or ")
	switch {
	case arguments == "":
		return strconv.Itoa(l.assumed)
	case l.assumed > 0:
		return fmt.Sprintf("%s, by default %d", arguments, l.assumed)
	}
	return arguments
}
