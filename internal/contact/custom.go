package contact

import (
	"context"
	"maps"
	"slices"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/property"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/merge"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"
)

// This file has writes of properties by their API names. They become PropertyPatches, which all
// rules are about.

// Custom has new values of properties by their API names: a map[string]any of what catalog.TextsOf
// accepts, nil for none. Properties that it does not have stay. The values keep the descriptions
// that the contact has for the same texts.
type Custom any

// patchesOf returns the patches that the members of a Custom stand for, ordered by property. It
// adds errors for unknown names and for JSON of the wrong type.
func (w *unitOfWork) patchesOf(custom map[string]any) (patches []PropertyPatch) {
	named := make(map[string]*ent.Property, len(w.definitions))
	for _, p := range w.definitions {
		if p.APIName != nil {
			named[*p.APIName] = p
		}
	}
	for _, name := range slices.Sorted(maps.Keys(custom)) {
		p := named[name]
		if p == nil {
			w.errs.Add(usererror.PropertyNotFound, field.CustomPath(name), "No property has this API name.")
			continue
		}
		texts, ok := catalog.TextsOf(p, custom[name])
		if !ok {
			w.errs.Add(usererror.Invalid, field.PropertyPath(p.ID), "%s must be %s.", p.Name, catalog.JSONForm(p))
			continue
		}
		patch := PropertyPatch{Property: p.ID, keepsDescriptions: true}
		for _, text := range texts {
			patch.Values = append(patch.Values, field.Value{Value: text})
		}
		patches = append(patches, patch)
	}
	slices.SortFunc(patches, func(a, b PropertyPatch) int { return a.Property - b.Property })
	return patches
}

// withoutUnchanged returns the edit without the custom properties that the viewer may not write, or
// that must have a value, and sends as it sees them, without values if it may not read them: see
// AcceptingUnchanged.
func (w *unitOfWork) withoutUnchanged(ctx context.Context, e edit) (edit, error) {
	custom, ok := e.details.Custom.(map[string]any)
	if !ok || !w.echoes {
		return e, nil
	}
	kept := maps.Clone(custom)
	for _, p := range w.definitions {
		if p.APIName == nil || field.CanWriteProperty(w.viewer, p) && !p.Required {
			continue
		}
		sent, given := custom[*p.APIName]
		texts, ok := catalog.TextsOf(p, sent)
		if !given || !ok {
			continue
		}
		seen, err := w.visibleTexts(ctx, p)
		if err != nil {
			return e, err
		}
		if slices.EqualFunc(texts, seen, func(a, b string) bool { return sameText(p, a, b) }) {
			delete(kept, *p.APIName)
		}
	}
	e.details.Custom = kept
	return e, nil
}

// visibleTexts returns the texts that the contact has for the property, as the viewer sees them.
func (w *unitOfWork) visibleTexts(ctx context.Context, p *ent.Property) (texts []string, err error) {
	if !field.CanReadProperty(w.viewer, p) {
		return nil, nil
	}
	if f := field.BoundTo(p); f != nil {
		if text, ok := f.Get(w.old).(string); ok {
			texts = []string{text}
		}
		return texts, nil
	}
	values, err := w.currentProperties(ctx, p.ID)
	for _, v := range values[p.ID] {
		texts = append(texts, v.Value)
	}
	return texts, err
}

// sameText reports whether two values of a property are the same. Times are compared as instants.
func sameText(p *ent.Property, a, b string) bool {
	if p.Kind != property.KindDateTime {
		return a == b
	}
	t, err1 := revision.ParseTime(a)
	u, err2 := revision.ParseTime(b)
	return err1 == nil && err2 == nil && t.Truncate(time.Microsecond).Equal(u.Truncate(time.Microsecond))
}

// keepDescriptions returns a checked edit in which values of custom properties have descriptions:
// those of the same texts as they are now, or else at the version that the write expects, from
// which it diverges by d. Without the second, a value that only the other side has removed would
// count as changed by both.
func (w *unitOfWork) keepDescriptions(ctx context.Context, e edit, d *merge.Divergence) (edit, error) {
	var kept []int
	for _, p := range e.details.Properties {
		if p.keepsDescriptions {
			kept = append(kept, p.Property)
		}
	}
	if len(kept) == 0 {
		return e, nil
	}
	current, err := w.currentProperties(ctx, kept...)
	if err != nil {
		return e, err
	}
	e.details.Properties = slices.Clone(e.details.Properties)
	for i, p := range e.details.Properties {
		if p.keepsDescriptions {
			base := merge.As[field.Value](d.BaseOf(field.PropertyPath(p.Property)))
			e.details.Properties[i].Values = described(p.Values, current[p.Property], base)
		}
	}
	return e, nil
}

// described returns the values with the descriptions of those with the same texts in the first
// source that has them. Of a text that is listed several times, each has its own description.
func described(values []field.Value, sources ...[]field.Value) []field.Value {
	result, seen := slices.Clone(values), map[string]int{}
	for i, v := range result {
		nth := seen[v.Value]
		seen[v.Value]++
		for _, source := range sources {
			same := slices.DeleteFunc(slices.Clone(source), func(s field.Value) bool { return s.Value != v.Value })
			if nth < len(same) {
				result[i] = same[nth]
				break
			}
		}
	}
	return result
}
