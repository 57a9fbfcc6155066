package contact

import (
	"context"
	"maps"
	"slices"

	"contactgraph/ent"
	"contactgraph/internal/revision"
)

// reconcile brings the edit together with what others have done since the version that the lock expects. What cannot or shall
// not be merged is added to what is wrong, and the edit stays as it is.
func (w *write) reconcile(ctx context.Context, l Lock, e edit) (edit, error) {
	if l.holds(w.old.Version) {
		return e, nil
	}
	wanted := e.wanted()
	current, err := w.current(ctx, slices.Collect(maps.Keys(wanted)))
	if err != nil {
		return e, err
	}
	d, err := w.diverged(ctx, *l.Expected)
	if err != nil {
		return e, err
	}
	merged := d.compare(wanted, current)
	if l.OnConflict != Merge || !d.Mergeable() {
		w.stale(d)
		return e, nil
	}
	w.merge = d
	return e.settled(merged), nil
}

// reconcileRemoval adds a conflict if the contact is not as it was at the version that the lock expects. Removing overlaps with
// whatever others have changed.
func (w *write) reconcileRemoval(ctx context.Context, l Lock) error {
	if l.holds(w.old.Version) {
		return nil
	}
	d, err := w.diverged(ctx, *l.Expected)
	if err != nil {
		return err
	}
	for _, c := range d.Fields {
		c.Yours, c.Overlaps = nil, c.Path == pathPassword || !equal(c.Base, c.Latest)
	}
	if l.OnConflict == Merge && d.Mergeable() {
		w.merge = d
		return nil
	}
	w.stale(d)
	return nil
}

// stale adds the conflict.
func (w *write) stale(d *Divergence) {
	w.errs.add(VersionConflict, "", "%s", map[Gap]string{
		NoGap:   "The contact has been changed since this version.",
		Unknown: "The contact never had this version.",
		TooOld:  "The contact has been changed since this version, which is too old to tell what has come between.",
	}[d.Gap])
	w.errs.last().Latest, w.errs.last().Others = w.old, d
}

// current reads what the contact has at the paths.
func (w *write) current(ctx context.Context, paths []string) (values map[string]any, err error) {
	values = map[string]any{}
	var asked []int
	for _, path := range paths {
		f, id := fieldAt(path), propertyID(path)
		switch {
		case f != nil:
			values[path] = logged(f.get(w.old))
		case path == pathLogins:
			values[path], err = w.loginsNow(ctx)
		case path == pathMembership:
			values[path], err = w.segmentsNow(ctx)
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
	had, err := w.valuesNow(ctx, asked...)
	for _, id := range asked {
		values[propertyPath(id)] = list(had[id])
	}
	return values, err
}

// diverged compares the version with that of the contact, as far as others have come between.
func (w *write) diverged(ctx context.Context, base revision.Version) (*Divergence, error) {
	d := &Divergence{Base: base, Latest: w.old.Version}
	switch steps := d.Latest - base; {
	case base <= revision.Stale || steps < 0:
		d.Gap = Unknown
		return d, nil
	case steps > MaxBehind:
		d.Gap = TooOld
		return d, nil
	}
	rows, err := w.tx.Changes(ctx, w.viewer.Account, w.old.ID, base, MaxBehind)
	if err != nil {
		return nil, err
	}
	if len(rows) != int(d.Latest-base) {
		d.Gap = TooOld
		return d, nil
	}
	for _, row := range rows {
		if err := d.follow(seenBy(w.viewer, row)); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// follow adds what a later change did.
func (d *Divergence) follow(row *ent.Change) error {
	for _, f := range row.Fields {
		if !writable(f.Path) {
			continue
		}
		old, err := compared(f.Path, f.Old)
		if err != nil {
			return err
		}
		c, fresh := d.at(f.Path)
		if fresh {
			c.Base, c.Yours = old, old
		}
		if c.Latest, err = compared(f.Path, f.New); err != nil {
			return err
		}
		c.Change = row
	}
	return nil
}

// compare adds what the write wants, and returns the values that it is to set if all can be merged.
func (d *Divergence) compare(wanted, current map[string]any) (merged map[string]any) {
	merged = map[string]any{}
	for path, yours := range wanted {
		c, alone := d.at(path)
		if alone {
			c.Base, c.Latest = current[path], current[path]
		}
		c.Yours = yours
		switch {
		case alone && d.Gap != NoGap:
			c.Base, c.Overlaps = nil, path == pathPassword || !equal(yours, c.Latest)
		case path == pathPassword: // whose values nobody compares
			c.Overlaps = !alone
			merged[path] = nil
		default:
			value, overlaps := threeWay(path, c.Base, c.Latest, yours)
			c.Overlaps = overlaps
			if !equal(value, c.Latest) {
				merged[path] = value
			}
		}
	}
	return merged
}
