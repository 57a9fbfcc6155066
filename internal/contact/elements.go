package contact

import (
	"context"
	"maps"
	"slices"

	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/merge"
	"contactgraph/internal/usererror"
)

// Elements are elements of the sets that a contact has in other tables. To add one that is there
// and to remove one that is not changes nothing, so these writes never overlap with those of
// others.
type Elements struct {
	Logins      []field.Login // to remove one, its name suffices
	ExternalIDs []field.ExternalID
	Membership  []int
}

// hasElements reports whether the patch adds and removes values instead of setting all.
func (p PropertyPatch) hasElements() bool { return len(p.Add)+len(p.Remove) > 0 }

// checkElements adds errors for what is wrong with the elements to add and remove.
func (d *Details) checkElements(errs *usererror.Errors) {
	complete := func(path string, set bool, elements int) {
		if set && elements > 0 {
			errs.Add(usererror.Invalid, path, "Send either the complete new set, or what to add and remove.")
		}
	}
	complete(field.PathLogins, d.Logins != nil, len(d.Add.Logins)+len(d.Remove.Logins))
	complete(field.PathExternalIDs, d.ExternalIDs != nil, len(d.Add.ExternalIDs)+len(d.Remove.ExternalIDs))
	complete(field.PathMembership, d.Membership != nil, len(d.Add.Membership)+len(d.Remove.Membership))
	for _, p := range d.Properties {
		complete(field.PropertyPath(p.Property), p.Values != nil, len(p.Add)+len(p.Remove))
	}
	d.Add.Logins = checkLogins(errs, d.Add.Logins)
	d.Add.ExternalIDs = checkExternalIDs(errs, d.Add.ExternalIDs)
}

// put sets what the path names to a value that has the type of the path. It ignores the paths of a
// contact's own fields.
func (d *Details) put(path string, v any) {
	switch id := field.PropertyID(path); {
	case id != 0:
		d.Properties = append(d.Properties, PropertyPatch{Property: id, Values: merge.As[field.Value](v)})
	case path == field.PathLogins:
		d.Logins = new(merge.As[field.Login](v))
	case path == field.PathExternalIDs:
		d.ExternalIDs = new(merge.As[field.ExternalID](v))
	case path == field.PathMembership:
		d.Membership = new(merge.As[int](v))
	}
}

// onlyElements returns the details without what is set completely.
func (d Details) onlyElements() Details {
	return Details{
		Add: d.Add, Remove: d.Remove,
		Properties: slices.DeleteFunc(slices.Clone(d.Properties), func(p PropertyPatch) bool { return !p.hasElements() }),
	}
}

// elementChanges returns, by path, what the details do to lists of which they add and remove
// elements.
func (d Details) elementChanges() map[string]func(list any) any {
	changes := map[string]func(any) any{}
	add, remove := d.Add, d.Remove
	if len(add.Logins)+len(remove.Logins) > 0 {
		changes[field.PathLogins] = changeElements(remove.Logins, add.Logins, field.Login.Key, field.SortLogins)
	}
	if len(add.ExternalIDs)+len(remove.ExternalIDs) > 0 {
		changes[field.PathExternalIDs] = changeElements(remove.ExternalIDs, add.ExternalIDs, field.ExternalID.Key, field.SortExternalIDs)
	}
	if len(add.Membership)+len(remove.Membership) > 0 {
		changes[field.PathMembership] = changeElements(remove.Membership, add.Membership, func(id int) int { return id }, slices.Sort[[]int])
	}
	for _, p := range d.Properties {
		if p.hasElements() {
			changes[field.PropertyPath(p.Property)] = changeElements(p.Remove, p.Add,
				func(v field.Value) string { return v.Value }, func([]field.Value) {})
		}
	}
	return changes
}

// changeElements returns a function that removes and then adds elements of a list. An element with
// the key of one that is there is not added. It takes time proportional to the elements: a request
// can have thousands.
func changeElements[E any, K comparable](remove, add []E, key func(E) K, sort func([]E)) func(list any) any {
	removed := make(map[K]bool, len(remove))
	for _, e := range remove {
		removed[key(e)] = true
	}
	return func(list any) any {
		changed, has := []E{}, map[K]bool{}
		for _, e := range merge.As[E](list) {
			if k := key(e); !removed[k] {
				changed, has[k] = append(changed, e), true
			}
		}
		for _, e := range add {
			if k := key(e); !has[k] {
				changed, has[k] = append(changed, e), true
			}
		}
		sort(changed)
		return changed
	}
}

// withElements returns the edit with complete lists in place of elements to add and remove.
func (w *unitOfWork) withElements(ctx context.Context, e edit) (edit, error) {
	changes := e.details.elementChanges()
	if len(changes) == 0 {
		return e, nil
	}
	paths := slices.SortedFunc(maps.Keys(changes), field.ComparePaths)
	current, err := w.currentValues(ctx, paths)
	if err != nil {
		return e, err
	}
	e.details.Properties = slices.DeleteFunc(slices.Clone(e.details.Properties), PropertyPatch.hasElements)
	for _, path := range paths {
		e.details.put(path, changes[path](current[path]))
	}
	return e, nil
}
