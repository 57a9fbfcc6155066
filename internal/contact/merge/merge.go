// Package merge compares a write that expects an older version of a contact with what others have
// written since that version, and merges the two where they do not overlap. It reads nothing from
// the database: the caller passes the rows of the change log and the current values.
//
// Start reading at Divergence, which is what a version conflict reports, and then Compare.
package merge

import (
	"slices"

	"contactgraph/ent"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/revision"
)

// Divergence compares a write that expects an older version with what others have done since that
// version.
type Divergence struct {
	Base   revision.Version // the version that the write expects
	Latest revision.Version // the version that the contact has
	Gap    Gap              // why the changes between Base and Latest are unknown; NoGap if they are known
	Fields []*Comparison    // what either side touched, in the order of field.ComparePaths
}

// Gap says why the changes between two versions are unknown.
type Gap string

// The gaps.
const (
	NoGap   Gap = ""        // they are known
	Unknown Gap = "UNKNOWN" // the contact never had the version
	TooOld  Gap = "TOO_OLD" // the log does not reach back that far, or there are more than MaxBehind changes
)

// MaxBehind is the largest number of changes with which a write is compared.
const MaxBehind = 1000

// Comparison shows one field, property or set on both sides. Values are as in the change log; those
// of a password are nil.
type Comparison struct {
	Path     string
	Base     any         // at the version that the write expects; nil if that is unknown
	Latest   any         // at the current version
	Yours    any         // as the write sets it; Base if the write does not touch it
	Merged   any         // what it becomes if the write is merged; Latest if the two sides overlap
	Overlaps bool        // whether the two sides cannot both be applied
	Change   *ent.Change // the latest change of it since Base; nil if only the write touches it, or if that is unknown
}

// Mergeable reports whether the write can be applied without undoing what others have done.
func (d *Divergence) Mergeable() bool {
	return d.Gap == NoGap && !slices.ContainsFunc(d.Fields, func(c *Comparison) bool { return c.Overlaps })
}

// comparison returns the comparison of the path. If there is none yet, it adds an empty one and
// reports that it was created.
func (d *Divergence) comparison(path string) (c *Comparison, created bool) {
	i, found := slices.BinarySearchFunc(d.Fields, path, func(c *Comparison, path string) int { return field.ComparePaths(c.Path, path) })
	if !found {
		d.Fields = slices.Insert(d.Fields, i, &Comparison{Path: path})
	}
	return d.Fields[i], !found
}

// BaseOf returns the value of the path at the version that the write expects, nil if no change
// since is known to have touched it.
func (d *Divergence) BaseOf(path string) any {
	for _, c := range d.Fields {
		if c.Path == path {
			return c.Base
		}
	}
	return nil
}

// AddChange adds what a later change did. Changes are added in the order of their versions.
func (d *Divergence) AddChange(row *ent.Change) error {
	for _, f := range row.Fields {
		if !field.Editable(f.Path) {
			continue
		}
		old, err := field.ComparableValue(f.Path, f.Old)
		if err != nil {
			return err
		}
		c, created := d.comparison(f.Path)
		if created {
			c.Base, c.Yours = old, old
		}
		if c.Latest, err = field.ComparableValue(f.Path, f.New); err != nil {
			return err
		}
		c.Merged, c.Change = c.Latest, row
	}
	return nil
}

// Compare adds what the write wants, by path, and returns the values that it must set if everything
// can be merged. current has the current values of the wanted paths; all values are comparable (see
// field.ComparableValue). isList reports whether the path is that of a property that can have
// several values.
func (d *Divergence) Compare(wanted, current map[string]any, isList func(path string) bool) (merged map[string]any) {
	merged = map[string]any{}
	for path, yours := range wanted {
		c, onlyYours := d.comparison(path)
		if onlyYours {
			c.Base, c.Latest, c.Merged = current[path], current[path], current[path]
		}
		c.Yours = yours
		switch {
		case onlyYours && d.Gap != NoGap:
			c.Base, c.Overlaps = nil, path == field.PathPassword || !field.EqualValues(yours, c.Latest)
		case path == field.PathPassword: // whose values are not in the log
			c.Overlaps = !onlyYours
			merged[path] = nil
		default:
			c.Merged, c.Overlaps = threeWay(path, isList(path), c.Base, c.Latest, yours)
			if !field.EqualValues(c.Merged, c.Latest) {
				merged[path] = c.Merged
			}
		}
	}
	return merged
}

// ChangeElements adds what the write does to elements of a list, whatever others have done to the
// list: the two sides do not overlap. current is the current list.
func (d *Divergence) ChangeElements(path string, current any, change func(list any) any) {
	c, onlyYours := d.comparison(path)
	if onlyYours {
		c.Base, c.Latest = current, current
	}
	c.Yours, c.Merged = change(c.Base), change(c.Latest)
	if onlyYours && d.Gap != NoGap {
		c.Base = nil
	}
}

// threeWay merges two values of a path that both derive from base. Logins, external ids, segments
// and lists of values that both sides have changed are merged by element. If the sides overlap, the
// latest value stays.
func threeWay(path string, isList bool, base, latest, yours any) (merged any, overlaps bool) {
	merged, overlaps = resolve(base, latest, yours, field.EqualValues)
	switch {
	case !overlaps:
		return merged, false
	case path == field.PathLogins:
		set, overlaps := mergeElements(As[field.Login](base), As[field.Login](latest), As[field.Login](yours), field.Login.Key)
		field.SortLogins(set)
		return orLatest(set, overlaps, latest)
	case path == field.PathExternalIDs:
		set, overlaps := mergeElements(As[field.ExternalID](base), As[field.ExternalID](latest), As[field.ExternalID](yours), field.ExternalID.Key)
		field.SortExternalIDs(set)
		return orLatest(set, overlaps, latest)
	case path == field.PathMembership:
		set, overlaps := mergeElements(As[int](base), As[int](latest), As[int](yours), func(id int) int { return id })
		slices.Sort(set)
		return orLatest(set, overlaps, latest)
	case isList:
		list, overlaps := mergeElements(As[field.Value](base), As[field.Value](latest), As[field.Value](yours), func(v field.Value) string { return v.Value })
		return orLatest(list, overlaps, latest)
	}
	return merged, true
}

// orLatest returns a list that has been merged, or the latest one if the sides overlap.
func orLatest[E any](list []E, overlaps bool, latest any) (any, bool) {
	if overlaps {
		return latest, true
	}
	return list, false
}

// As returns a list of the change log as a []E, nil if it is of another type.
func As[E any](list any) []E {
	l, _ := list.([]E)
	return l
}

// resolve returns the value of the side that has changed it. If both sides have changed it to
// different values, they overlap, and the latest value stays.
func resolve[T any](base, latest, yours T, equal func(a, b T) bool) (merged T, overlaps bool) {
	switch {
	case equal(yours, base), equal(yours, latest):
		return latest, false
	case equal(latest, base):
		return yours, false
	}
	return latest, true
}

// mergeElements merges lists by the keys of their elements. Elements of one list with the same key
// are merged as one: if one side adds a second one and the other removes the first, they overlap.
// The result has the order of latest, followed by what only yours has.
func mergeElements[E any, K comparable](base, latest, yours []E, key func(E) K) (merged []E, overlaps bool) {
	b, l, y := groupBy(base, key), groupBy(latest, key), groupBy(yours, key)
	merged = []E{}
	placed := map[K]int{} // how many elements with the key are in merged
	for _, list := range [][]E{latest, yours} {
		seen := map[K]int{}
		for _, e := range list {
			k := key(e)
			group, overlap := resolve(b[k], l[k], y[k], func(a, b []E) bool { return field.EqualValues(a, b) })
			overlaps = overlaps || overlap
			if n := seen[k]; n == placed[k] && n < len(group) {
				merged = append(merged, group[n])
				placed[k]++
			}
			seen[k]++
		}
	}
	return merged, overlaps
}

// groupBy returns the elements of the list by their keys.
func groupBy[E any, K comparable](list []E, key func(E) K) map[K][]E {
	groups := map[K][]E{}
	for _, e := range list {
		groups[key(e)] = append(groups[key(e)], e)
	}
	return groups
}
