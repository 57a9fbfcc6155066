package cost

import (
	"cmp"

	"github.com/vektah/gqlparser/v2/ast"
)

// Cost is what executing an operation may cost.
type Cost struct {
	Total   int // at most Saturated
	SignIns int // how many of its root fields sign in
}

// Of returns the cost of an operation with the variables of a request, which need not be valid. A
// field that @skip or @include may leave out counts, and so do all fields on the types of an
// interface: the cost is an upper bound. A field that the schema does not have costs 1. A cost
// above the limit may be returned as Saturated, so that a document that is too large does not take
// long to weigh.
func (m *Model) Of(doc *ast.QueryDocument, op *ast.OperationDefinition, variables map[string]any, limit int) Cost {
	vars := values{op, variables}
	w := &weigher{
		model: m, doc: doc, vars: vars,
		intro: &introspection{schema: m.schema, doc: doc, vars: vars, most: times(limit, perUnit)},
	}
	root := m.rootType(op.Operation)
	c := Cost{Total: add(Base, w.set(op.SelectionSet, root, sized{}))}
	if op.Operation == ast.Mutation {
		c.SignIns = w.count(op.SelectionSet, "signIn", map[string]bool{})
	}
	return c
}

// Base is the cost of an operation without fields: reading, parsing and answering it.
const Base = 10

func (m *Model) rootType(operation ast.Operation) *ast.Definition {
	switch operation {
	case ast.Mutation:
		return m.schema.Mutation
	case ast.Subscription:
		return m.schema.Subscription
	}
	return m.schema.Query
}

// weigher weighs one operation.
type weigher struct {
	model *Model
	doc   *ast.QueryDocument
	vars  values
	memo  map[memoKey]int
	sizes map[string]int // of the variables, in bytes
	intro *introspection
}

// sized has the size of the lists among the fields of an object, if its own field determines it.
type sized struct {
	by   *listSize
	size int
}

// memoKey identifies a fragment where the same sizes apply.
type memoKey struct {
	fragment string
	sized    sized
}

// set returns the cost of a selection set on def, which is nil if the type is unknown.
func (w *weigher) set(set ast.SelectionSet, def *ast.Definition, lists sized) int {
	sum := 0
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			sum = add(sum, w.field(s, def, lists))
		case *ast.InlineFragment:
			on := def
			if s.TypeCondition != "" {
				on = w.model.schema.Types[s.TypeCondition]
			}
			sum = add(sum, w.set(s.SelectionSet, on, lists))
		case *ast.FragmentSpread:
			sum = add(sum, w.fragment(s.Name, lists))
		}
		if sum >= Saturated {
			break
		}
	}
	return sum
}

// fragment returns the cost of a fragment. A fragment that contains itself adds nothing: validation
// rejects it.
func (w *weigher) fragment(name string, lists sized) int {
	key := memoKey{name, lists}
	if known, ok := w.memo[key]; ok {
		return known
	}
	if w.memo == nil { // most documents have no fragments
		w.memo = map[memoKey]int{}
	}
	w.memo[key] = 0
	if f := w.doc.Fragments.ForName(name); f != nil {
		w.memo[key] = w.set(f.SelectionSet, w.model.schema.Types[f.TypeCondition], lists)
	}
	return w.memo[key]
}

// field returns the cost of a field of def.
func (w *weigher) field(f *ast.Field, def *ast.Definition, lists sized) int {
	if f.Name == "__schema" || f.Name == "__type" {
		return w.intro.root(f)
	}
	name := len(f.Alias) / bytesPerUnit
	definition, known, ok := w.definition(f, def)
	if !ok { // __typename, or unknown
		return add(1+name, w.set(f.SelectionSet, nil, sized{}))
	}
	size, children := 1, sized{}
	if known.list != nil {
		size = w.size(known.list, f, definition)
		if known.list.sized != nil {
			children, size = sized{known.list, size}, 1
		}
	}
	if lists.by != nil && lists.by.sized[f.Name] {
		size = lists.size
	}
	total := add(known.weight+name, w.arguments(f, definition))
	if len(f.SelectionSet) == 0 {
		return total
	}
	// A list that may be empty still counts once, so that the cost bounds the expanded document.
	return add(total, times(max(size, 1), w.set(f.SelectionSet, w.model.schema.Types[definition.Type.Name()], children)))
}

// definition returns the definition of a field of def, and its cost. A document that was validated
// has the definition.
func (w *weigher) definition(f *ast.Field, def *ast.Definition) (definition *ast.FieldDefinition, known field, ok bool) {
	if known, ok = w.model.fields[f.Definition]; ok {
		return f.Definition, known, true
	}
	if def == nil {
		return nil, field{}, false
	}
	if definition = def.Fields.ForName(f.Name); definition == nil {
		return nil, field{}, false
	}
	return definition, w.model.fields[definition], true
}

// bytesPerUnit is how many bytes of a name or an argument cost as much as a field: a name is
// repeated in the response, and an argument is read, checked and normalized for each field that has
// it.
const bytesPerUnit = 100

// size returns the number of elements that a field's list may have.
func (w *weigher) size(list *listSize, f *ast.Field, definition *ast.FieldDefinition) int {
	largest, sent := 0, false
	for _, path := range list.slicing {
		if n, ok := w.vars.slicing(path, f, definition); ok {
			largest, sent = max(largest, n), true
		}
	}
	if sent {
		return largest
	}
	return cmp.Or(list.assumed, 1)
}

// arguments returns the cost of the arguments of a field.
func (w *weigher) arguments(f *ast.Field, definition *ast.FieldDefinition) int {
	sum := 0
	for _, a := range f.Arguments {
		sum = add(sum, w.bytes(a.Value)/bytesPerUnit)
		if arg := definition.Arguments.ForName(a.Name); arg != nil && w.model.inputs[arg.Type.Name()] {
			sum = add(sum, w.input(w.vars.literal(a.Value), w.model.schema.Types[arg.Type.Name()]))
		}
	}
	return sum
}

// count returns how many fields of a selection set have the name, with those of its fragments. seen
// has the fragments that were counted.
func (w *weigher) count(set ast.SelectionSet, name string, seen map[string]bool) int {
	n := 0
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			if s.Name == name {
				n++
			}
		case *ast.InlineFragment:
			n += w.count(s.SelectionSet, name, seen)
		case *ast.FragmentSpread:
			if f := w.doc.Fragments.ForName(s.Name); f != nil && !seen[s.Name] {
				seen[s.Name] = true
				n += w.count(f.SelectionSet, name, seen)
			}
		}
	}
	return n
}
