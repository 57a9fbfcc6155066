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
		c.Change = row
	}
	return nil
}

// Compare adds what the write wants, by path, and returns the values that it must set if everything
// can be merged. current has the current values of the wanted paths; all values are comparable (see
// field.ComparableValue).
func (d *Divergence) Compare(wanted, current map[string]any) (merged map[string]any) {
	merged = map[string]any{}
	for path, yours := range wanted {
		c, onlyYours := d.comparison(path)
		if onlyYours {
			c.Base, c.Latest = current[path], current[path]
		}
		c.Yours = yours
		switch {
		case onlyYours && d.Gap != NoGap:
			c.Base, c.Overlaps = nil, path == field.PathPassword || !field.EqualValues(yours, c.Latest)
		case path == field.PathPassword: // whose values are not in the log
			c.Overlaps = !onlyYours
			merged[path] = nil
		default:
			value, overlaps := threeWay(path, c.Base, c.Latest, yours)
			c.Overlaps = overlaps
			if !field.EqualValues(value, c.Latest) {
				merged[path] = value
			}
		}
	}
	return merged
}

// threeWay merges two values of a path that both derive from base. Sets are merged by element. If
// the sides overlap, the latest value stays.
func threeWay(path string, base, latest, yours any) (merged any, overlaps bool) {
	switch path {
	case field.PathLogins:
		set, overlaps := mergeSets(As[field.Login](base), As[field.Login](latest), As[field.Login](yours), field.Login.Key)
		field.SortLogins(set)
		return set, overlaps
	case field.PathMembership:
		set, overlaps := mergeSets(As[int](base), As[int](latest), As[int](yours), func(id int) int { return id })
		slices.Sort(set)
		return set, overlaps
	}
	return resolve(base, latest, yours, field.EqualValues)
}

// As returns the value of logins or membership as a []E, nil if it is of another type.
func As[E any](set any) []E {
	s, _ := set.([]E)
	return s
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

// element is an element that a set may contain.
type element[E comparable] struct {
	value   E
	present bool
}

// mergeSets merges sets by the keys of their elements. The result is unordered.
func mergeSets[E, K comparable](base, latest, yours []E, key func(E) K) (merged []E, overlaps bool) {
	sides := map[K]*[3]element[E]{}
	for i, set := range [][]E{base, latest, yours} {
		for _, e := range set {
			k := key(e)
			if sides[k] == nil {
				sides[k] = new([3]element[E])
			}
			sides[k][i] = element[E]{e, true}
		}
	}
	merged = []E{}
	for _, s := range sides {
		e, overlap := resolve(s[0], s[1], s[2], func(a, b element[E]) bool { return a == b })
		overlaps = overlaps || overlap
		if e.present {
			merged = append(merged, e.value)
		}
	}
	return merged, overlaps
}
