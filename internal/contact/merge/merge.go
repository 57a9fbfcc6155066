// Package merge compares a write that expected an older version of a contact with what others have
// written since, and merges both where they do not overlap. It reads nothing: the write hands in the
// rows of the change log and the current values.
//
// Start reading at Divergence, which is what a version conflict reports, and then Compare.
package merge

import (
	"slices"

	"contactgraph/ent"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/revision"
)

// Divergence is how a write that expected an older version, and what others have done since that version, go together.
type Divergence struct {
	Base   revision.Version // that the write expected
	Latest revision.Version // that the contact has
	Gap    Gap              // why the way from one to the other is not known, if it is not
	Fields []*Comparison    // what either side touched, in the order of Fields, then properties, logins, membership
}

// Gap is why nobody knows what happened between two versions.
type Gap string

// The gaps.
const (
	NoGap   Gap = ""        // it is known
	Unknown Gap = "UNKNOWN" // the contact never had the version
	TooOld  Gap = "TOO_OLD" // the log does not reach back as far, or more than MaxBehind versions lie between
)

// MaxBehind bounds how many changes a write is compared with.
const MaxBehind = 1000

// Comparison is one field, property or set from both sides. Values are as in the log; of a password they are null.
type Comparison struct {
	Path     string
	Base     any         // at the version that the write expected; null if that is not known
	Latest   any         // as it is now
	Yours    any         // as the write wants it; the base where it does not touch it
	Overlaps bool        // whether the one cannot be had with the other
	Change   *ent.Change // the latest that touched it since Base; nil if only the write does, or it is not known
}

// Mergeable reports whether the write can be applied without undoing what others have done.
func (d *Divergence) Mergeable() bool {
	return d.Gap == NoGap && !slices.ContainsFunc(d.Fields, func(c *Comparison) bool { return c.Overlaps })
}

// at is the comparison of the path; the first time it is one that nothing is known of, and fresh.
func (d *Divergence) comparison(path string) (c *Comparison, fresh bool) {
	i, found := slices.BinarySearchFunc(d.Fields, path, func(c *Comparison, path string) int { return field.ComparePaths(c.Path, path) })
	if !found {
		d.Fields = slices.Insert(d.Fields, i, &Comparison{Path: path})
	}
	return d.Fields[i], !found
}

// follow adds what a later change did.
func (d *Divergence) AddChange(row *ent.Change) error {
	for _, f := range row.Fields {
		if !field.Editable(f.Path) {
			continue
		}
		old, err := field.ComparableValue(f.Path, f.Old)
		if err != nil {
			return err
		}
		c, fresh := d.comparison(f.Path)
		if fresh {
			c.Base, c.Yours = old, old
		}
		if c.Latest, err = field.ComparableValue(f.Path, f.New); err != nil {
			return err
		}
		c.Change = row
	}
	return nil
}

// compare adds what the write wants, and returns the values that it is to set if all can be merged.
func (d *Divergence) Compare(wanted, current map[string]any) (merged map[string]any) {
	merged = map[string]any{}
	for path, yours := range wanted {
		c, alone := d.comparison(path)
		if alone {
			c.Base, c.Latest = current[path], current[path]
		}
		c.Yours = yours
		switch {
		case alone && d.Gap != NoGap:
			c.Base, c.Overlaps = nil, path == field.PathPassword || !field.EqualValues(yours, c.Latest)
		case path == field.PathPassword: // whose values nobody compares
			c.Overlaps = !alone
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

// threeWay brings two values of a path together that have come from one base. Sets merge by element. Where the sides overlap,
// the latest value stays.
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

func As[E any](set any) []E {
	s, _ := set.([]E)
	return s
}

// resolve takes what only one side has changed as that side has it, and what both have changed alike.
func resolve[T any](base, latest, yours T, equal func(a, b T) bool) (merged T, overlaps bool) {
	switch {
	case equal(yours, base), equal(yours, latest):
		return latest, false
	case equal(latest, base):
		return yours, false
	}
	return latest, true
}

// element is one that a set may have.
type element[E comparable] struct {
	value   E
	present bool
}

// mergeSets merges sets by the keys of their elements, in any order.
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
