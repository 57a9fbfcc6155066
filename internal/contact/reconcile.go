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

// reconcile merges the edit with what others have done since the version that the lock expects. If
// that is impossible or not desired, it adds a version conflict and returns the edit unchanged.
func (w *unitOfWork) reconcile(ctx context.Context, l Lock, e edit) (edit, error) {
	if l.allows(w.old.Version) {
		return w.keepDescriptions(ctx, e, &merge.Divergence{})
	}
	d, err := w.divergedSince(ctx, *l.Expected)
	if err == nil {
		e, err = w.keepDescriptions(ctx, e, d)
	}
	if err != nil {
		return e, err
	}
	desired, changes := e.desired(), e.details.elementChanges()
	current, err := w.currentValues(ctx, slices.Concat(slices.Collect(maps.Keys(desired)), slices.Collect(maps.Keys(changes))))
	if err != nil {
		return e, err
	}
	merged := d.Compare(desired, current, w.definitions.haveSeveral)
	for path, change := range changes {
		d.ChangeElements(path, current[path], change)
	}
	if l.OnConflict != Merge || !d.Mergeable() {
		w.addConflict(d)
		return e, nil
	}
	w.merge = d
	return e.afterMerge(merged), nil
}

// reconcileRemoval adds a version conflict if the contact has changed since the version that the
// lock expects. A removal overlaps with every change by others that is still in effect.
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

// addConflict adds the version conflict.
func (w *unitOfWork) addConflict(d *merge.Divergence) {
	w.errs.Add(usererror.VersionConflict, "", "%s", map[merge.Gap]string{
		merge.NoGap:   "The contact has been changed since this version.",
		merge.Unknown: "The contact never had this version.",
		merge.TooOld:  "The contact has been changed since this version. The version is too old to show what has changed.",
	}[d.Gap])
	w.errs.Last().Latest, w.errs.Last().Conflict = w.old, d
}

// currentValues reads what the contact has at the paths, as the change log shows it.
func (w *unitOfWork) currentValues(ctx context.Context, paths []string) (values map[string]any, err error) {
	values = map[string]any{}
	var properties []int
	for _, path := range paths {
		f, id := field.ByPath(path), field.PropertyID(path)
		switch {
		case f != nil:
			values[path] = field.EncodeValue(f.Get(w.old))
		case path == field.PathLogins:
			values[path], err = w.currentLogins(ctx)
		case path == field.PathExternalIDs:
			values[path], err = w.currentExternalIDs(ctx)
		case path == field.PathMembership:
			values[path], err = w.currentSegments(ctx)
		case id != 0:
			properties = append(properties, id)
		}
		if err != nil {
			return nil, err
		}
	}
	if len(properties) == 0 {
		return values, nil
	}
	byID, err := w.currentProperties(ctx, properties...)
	for _, id := range properties {
		values[field.PropertyPath(id)] = field.NonNil(byID[id])
	}
	return values, err
}

// divergedSince returns the divergence of the contact from the base version, with the changes by
// others.
func (w *unitOfWork) divergedSince(ctx context.Context, base revision.Version) (*merge.Divergence, error) {
	d := &merge.Divergence{Base: base, Latest: w.old.Version}
	if base <= revision.Stale || base > d.Latest {
		d.Gap = merge.Unknown
		return d, nil
	}
	rows, err := w.tx.Changes(ctx, w.viewer.Account, w.old.ID, base-1, merge.MaxBehind+1)
	if err != nil {
		return nil, err
	}
	switch n := len(rows); {
	case n > 0 && rows[0].Version == base: // the change that led to the base
		rows = rows[1:]
	case n == 0 || rows[0].Version != base+1: // otherwise it is the last that retention has deleted
		d.Gap, err = w.gapBefore(ctx, base)
		return d, err
	}
	reached := base
	for _, row := range rows {
		if !row.Version.Follows(reached) {
			break
		}
		reached = row.Version
	}
	if reached != d.Latest {
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

// gapBefore returns why the log does not have the change that led to a version: it does not reach
// back that far, or there was no such change. That is also so for a version that was lost when the
// database was restored.
func (w *unitOfWork) gapBefore(ctx context.Context, version revision.Version) (merge.Gap, error) {
	first, err := w.tx.Changes(ctx, w.viewer.Account, w.old.ID, 0, 1)
	if err == nil && len(first) > 0 && first[0].Version < version {
		return merge.Unknown, nil
	}
	return merge.TooOld, err
}
