package cost

import (
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"
)

// The limits on what it may take to validate a document. Validation compares all fields pairwise
// that merge into one field of the response, for every operation and fragment of the document.
const (
	// MaxOperations is how many operations a document can have.
	MaxOperations = 5
	// MaxMerged is how many fields of a document can merge into one field of the response: those
	// with the same response name in the same place.
	MaxMerged = 50
	// MaxExpanded is how many fields a document can have if every fragment is replaced by its
	// fields, in all operations and fragments together.
	MaxExpanded = 5000
)

// DocumentError is why a document is rejected, and what to change: a sentence for the client.
type DocumentError string

// Error returns the sentence.
func (e DocumentError) Error() string { return string(e) }

// Check returns a DocumentError if the document exceeds a limit.
func Check(doc *ast.QueryDocument) error {
	if n := len(doc.Operations); n > MaxOperations {
		return DocumentError(fmt.Sprintf("The document has %d operations, but at most %d are allowed: send them in several documents.", n, MaxOperations))
	}
	e := &expansion{fragments: map[string]ast.SelectionSet{}}
	for _, f := range doc.Fragments {
		e.fragments[f.Name] = f.SelectionSet
	}
	for _, op := range doc.Operations {
		e.merge([]ast.SelectionSet{op.SelectionSet})
	}
	for _, f := range doc.Fragments {
		e.merge([]ast.SelectionSet{f.SelectionSet})
	}
	return e.err
}

// expansion visits the fields of a document as they are in the response.
type expansion struct {
	fragments map[string]ast.SelectionSet
	fields    int
	err       error
}

// place has the fields of one object in the response.
type place struct {
	merged  []*merged // in the order of the document
	byName  map[string]*merged
	visited map[string]bool // the fragments that are spread here
}

// merged are the fields of the document that merge into one field of the response.
type merged struct {
	fields int
	sets   []ast.SelectionSet
}

// merge visits the fields of selection sets that apply to the same object.
func (e *expansion) merge(sets []ast.SelectionSet) {
	here := &place{byName: map[string]*merged{}, visited: map[string]bool{}}
	for _, set := range sets {
		e.collect(set, here)
	}
	for _, m := range here.merged {
		switch {
		case e.err != nil:
			return
		case m.fields > MaxMerged:
			e.err = DocumentError(fmt.Sprintf("The document selects the same field %d times in one place, but at most %d times are allowed.", m.fields, MaxMerged))
			return
		case len(m.sets) > 0:
			e.merge(m.sets)
		}
	}
}

// collect adds the fields of a selection set and of the fragments in it.
func (e *expansion) collect(set ast.SelectionSet, here *place) {
	for _, selection := range set {
		if e.err != nil {
			return
		}
		switch s := selection.(type) {
		case *ast.Field:
			e.add(s, here)
		case *ast.InlineFragment:
			e.collect(s.SelectionSet, here)
		case *ast.FragmentSpread:
			if !here.visited[s.Name] {
				here.visited[s.Name] = true
				e.collect(e.fragments[s.Name], here)
			}
		}
	}
}

func (e *expansion) add(f *ast.Field, here *place) {
	if e.fields++; e.fields > MaxExpanded {
		e.err = DocumentError(fmt.Sprintf("The document has more than %d fields if its fragments are expanded: select fewer fields, or send several documents.", MaxExpanded))
		return
	}
	m := here.byName[f.Alias]
	if m == nil {
		m = &merged{}
		here.byName[f.Alias] = m
		here.merged = append(here.merged, m)
	}
	m.fields++
	if len(f.SelectionSet) > 0 {
		m.sets = append(m.sets, f.SelectionSet)
	}
}
