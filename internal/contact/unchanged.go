package contact

import (
	"context"
	"slices"

	"contactgraph/ent"
	"contactgraph/internal/contact/field"
)

// This file recognizes what a client sends back as it has read it. Forms send all that they show,
// also values that could not be written now: those of a property that is read-only for the viewer,
// that has got other choices or has become required since.

// present has the values of properties that the contact has now. It reads them when they are
// needed for the first time.
type present struct {
	*unitOfWork

	properties []int
	read       map[int][]field.Value
}

// are reports whether the patch sets the values that the contact has, as far as the viewer may know
// them.
func (n *present) are(ctx context.Context, p *ent.Property, patch PropertyPatch) (bool, error) {
	if n.isNew() || patch.hasElements() || !field.CanReadProperty(n.viewer, p) {
		return false, nil
	}
	values, err := n.values(ctx, p)
	if err != nil {
		return false, err
	}
	same := field.Value.Equal
	if patch.keepsDescriptions {
		same = func(a, b field.Value) bool { return a.Value == b.Value }
	}
	return slices.EqualFunc(values, patch.Values, same), nil
}

// values returns the values that the contact has for the property.
func (n *present) values(ctx context.Context, p *ent.Property) (_ []field.Value, err error) {
	if f := field.BoundTo(p); f != nil {
		return f.Values(n.old), nil
	}
	if n.read == nil {
		n.read, err = n.currentProperties(ctx, n.properties...)
	}
	return n.read[p.ID], err
}

// isUnchanged reports whether the write sets only what the contact has.
func (w *unitOfWork) isUnchanged() bool {
	columns, _ := changedColumns(w.old, w.next)
	return len(columns) == 0 && len(w.fields) == 0
}
