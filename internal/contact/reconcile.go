package contact

import (
	"context"
	"maps"
	"slices"

	"contactgraph/internal/changelog"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/merge"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"
)

// reconcile brings the edit together with what others have done since the version that the lock expects. What cannot or shall
// not be merged is added to what is wrong, and the edit stays as it is.
func (w *unitOfWork) reconcile(ctx context.Context, l Lock, e edit) (edit, error) {
	if l.allows(w.old.Version) {
		return e, nil
	}
	wanted := e.desired()
	current, err := w.currentValues(ctx, slices.Collect(maps.Keys(wanted)))
	if err != nil {
		return e, err
	}
	d, err := w.divergedSince(ctx, *l.Expected)
	if err != nil {
		return e, err
	}
	merged := d.Compare(wanted, current)
	if l.OnConflict != Merge || !d.Mergeable() {
		w.addConflict(d)
		return e, nil
	}
	w.merge = d
	return e.afterMerge(merged), nil
}

// reconcileRemoval adds a conflict if the contact is not as it was at the version that the lock expects. Removing overlaps with
// whatever others have changed.
func (w *unitOfWork) reconcileRemoval(ctx context.Context, l Lock) error {
	if l.allows(w.old.Version) {
		return nil
	}
	d, err := w.divergedSince(ctx, *l.Expected)
	if err != nil {
		return err
	}
	for _, c := range d.Fields {
		c.Yours, c.Overlaps = nil, c.Path == field.PathPassword || !field.EqualValues(c.Base, c.Latest)
	}
	if l.OnConflict == Merge && d.Mergeable() {
		w.merge = d
		return nil
	}
	w.addConflict(d)
	return nil
}

// stale adds the conflict.
func (w *unitOfWork) addConflict(d *merge.Divergence) {
	w.errs.Add(usererror.VersionConflict, "", "%s", map[merge.Gap]string{
		merge.NoGap:   "The contact has been changed since this version.",
		merge.Unknown: "The contact never had this version.",
		merge.TooOld:  "The contact has been changed since this version, which is too old to tell what has come between.",
	}[d.Gap])
	w.errs.Last().Latest, w.errs.Last().Conflict = w.old, d
}

// current reads what the contact has at the paths.
func (w *unitOfWork) currentValues(ctx context.Context, paths []string) (values map[string]any, err error) {
	values = map[string]any{}
	var asked []int
	for _, path := range paths {
		f, id := field.ByPath(path), field.PropertyID(path)
		switch {
		case f != nil:
			values[path] = field.EncodeValue(f.Get(w.old))
		case path == field.PathLogins:
			values[path], err = w.currentLogins(ctx)
		case path == field.PathMembership:
			values[path], err = w.currentSegments(ctx)
		case id != 0:
			asked = append(asked, id)
		}
		if err != nil {
			return nil, err
		}
	}
	if len(asked) == 0 {
		return values, nil
	}
	had, err := w.currentProperties(ctx, asked...)
	for _, id := range asked {
		values[field.PropertyPath(id)] = field.NonNil(had[id])
	}
	return values, err
}

// diverged compares the version with that of the contact, as far as others have come between.
func (w *unitOfWork) divergedSince(ctx context.Context, base revision.Version) (*merge.Divergence, error) {
	d := &merge.Divergence{Base: base, Latest: w.old.Version}
	switch steps := d.Latest - base; {
	case base <= revision.Stale || steps < 0:
		d.Gap = merge.Unknown
		return d, nil
	case steps > merge.MaxBehind:
		d.Gap = merge.TooOld
		return d, nil
	}
	rows, err := w.tx.Changes(ctx, w.viewer.Account, w.old.ID, base, merge.MaxBehind)
	if err != nil {
		return nil, err
	}
	if len(rows) != int(d.Latest-base) {
		d.Gap = merge.TooOld
		return d, nil
	}
	for _, row := range rows {
		if err := d.AddChange(changelog.VisibleTo(w.viewer, row)); err != nil {
			return nil, err
		}
	}
	return d, nil
}
