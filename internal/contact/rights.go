package contact

import (
	"context"
	"fmt"
	"slices"

	"contactgraph/ent"
	"contactgraph/internal/authz"
	"contactgraph/internal/catalog"
	"contactgraph/internal/changelog"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// Package field decides what a viewer may read and write. The commands check it here, and
// ReadablePaths and WritablePaths report it.

// nounOf returns who may not do something, for an error.
func nounOf(v viewer.Viewer) string {
	if v.Role == viewer.Customer {
		return "Customers"
	}
	return "Your role"
}

// checkSegment adds an error if the viewer is limited to a segment that the contact would not be
// in.
func (w *unitOfWork) checkSegment(set []int) {
	if s := w.viewer.Segment; s != 0 && !slices.Contains(set, s) {
		w.errs = append(w.errs, usererror.NewForbidden(field.PathMembership, fmt.Sprintf("This API key is limited to the contacts of segment %d: the contact must be in it.", s)))
	}
}

// forbid adds the error that the viewer may not write what the path names.
func (w *unitOfWork) forbid(path, noun string) {
	w.errs = append(w.errs, usererror.NewForbidden(path, nounOf(w.viewer)+" may not change "+noun+"."))
}

// withoutHidden returns the edit without what the viewer may not read. Such a value may be sent as
// the viewer sees it, which is empty, and then stays as it is; anything else is forbidden, whatever
// the contact has: otherwise the viewer could find out by guessing.
func (w *unitOfWork) withoutHidden(e edit) edit {
	if w.viewer.Rights.WriteAll() {
		return e
	}
	set := field.Patch{}
	for _, f := range field.Fields {
		switch v, ok := e.set[f]; {
		case !ok:
		case field.CanRead(w.viewer, f.Path):
			set[f] = v
		case !field.Same(v, f.Get(&ent.Contact{})):
			w.forbid(f.Path, f.Path)
		}
	}
	e.set = set
	d := &e.details
	hideSet(w, field.PathLogins, "the logins of a contact", &d.Logins, &d.Add.Logins, &d.Remove.Logins)
	hideSet(w, field.PathExternalIDs, "the external ids of a contact", &d.ExternalIDs, &d.Add.ExternalIDs, &d.Remove.ExternalIDs)
	hideSet(w, field.PathMembership, "the segments of a contact", &d.Membership, &d.Add.Membership, &d.Remove.Membership)
	return e
}

// hideSet removes a set, with the elements to add and remove, from the edit if the viewer may not
// read it. Any element is forbidden.
func hideSet[E any](w *unitOfWork, path, noun string, set **[]E, add, remove *[]E) {
	if field.CanRead(w.viewer, path) {
		return
	}
	if *set != nil && len(**set) > 0 || len(*add)+len(*remove) > 0 {
		w.forbid(path, noun)
	}
	*set, *add, *remove = nil, nil, nil
}

// mayRemove returns the viewer if it may delete and restore the contact: staff who may write all of
// it, because a deletion changes all of it.
func (s *Service) mayRemove(ctx context.Context, id int) (viewer.Viewer, error) {
	v, err := authz.ToWriteContacts(authz.RequireRole(ctx, viewer.Agent))
	if err == nil {
		v, err = authz.AuthorizeContact(ctx, s.db.Client(), id)
	}
	if err == nil && !field.CanWriteAll(v) {
		err = usererror.Errors{usererror.NewForbidden("", "Your role may not delete or restore contacts, because it may not change all of their fields.")}
	}
	return v, err
}

// mayUndo fails with Forbidden if the viewer may not read all that the change has changed: undoing
// it would write values that the viewer does not see.
func mayUndo(v viewer.Viewer, row *ent.Change) error {
	if len(field.VisibleChanges(v, row.Fields)) < len(row.Fields) {
		return usererror.Errors{usererror.NewForbidden("", "Your role may not undo this change, because it may not read all of its fields.")}
	}
	return nil
}

// visibleTo returns the result as the viewer may see it. Its merge was made of visible changes.
func (r *Result) visibleTo(v viewer.Viewer) *Result {
	if r == nil {
		return nil
	}
	seen := &Result{Contact: field.Visible(v, r.Contact), Merge: r.Merge}
	if r.Change != nil {
		seen.Change = changelog.VisibleTo(v, r.Change)
	}
	return seen
}

// hideFields removes from the contacts in the errors what the viewer may not read.
func hideFields(v viewer.Viewer, errs usererror.Errors) {
	for _, e := range errs {
		e.Latest, e.Existing = field.Visible(v, e.Latest), field.Visible(v, e.Existing)
	}
}

// ReadablePaths returns the paths that the viewer may read in a contact that it may read, in the
// order of field.ComparePaths. A field to which a property is bound has two paths: its own, under
// which changes are logged, and that of the property.
func (s *Service) ReadablePaths(ctx context.Context) ([]string, error) {
	v, err := authz.RequireViewer(ctx)
	if err != nil {
		return nil, err
	}
	return s.paths(ctx, v, field.CanRead, field.CanReadProperty)
}

// WritablePaths returns the paths that the viewer may write in a contact that it may write, as
// ReadablePaths does.
func (s *Service) WritablePaths(ctx context.Context) ([]string, error) {
	v, err := authz.RequireViewer(ctx)
	if err != nil || v.ReadOnly {
		return nil, err
	}
	return s.paths(ctx, v, field.CanWrite, field.CanWriteProperty)
}

// paths returns the paths for which the viewer has a right.
func (s *Service) paths(ctx context.Context, v viewer.Viewer, can func(viewer.Viewer, string) bool, canProperty func(viewer.Viewer, *ent.Property) bool,
) ([]string, error) {
	defined, err := catalog.PropertiesOf(ctx, s.db.Client(), v.Account)
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, path := range field.RestrictablePaths() {
		if can(v, path) {
			paths = append(paths, path)
		}
	}
	for _, p := range defined {
		if canProperty(v, p) {
			paths = append(paths, field.PropertyPath(p.ID))
		}
	}
	slices.SortFunc(paths, field.ComparePaths)
	return paths, nil
}
