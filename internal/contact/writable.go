package contact

import (
	"context"

	"contactgraph/ent"
	"contactgraph/internal/authz"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/viewer"
)

// The rights of a viewer to write parts of a contact that it may write. The commands check them,
// and WritablePaths reports them.

// mayWriteProperty reports whether the viewer may write values of the property.
func mayWriteProperty(v viewer.Viewer, p *ent.Property) bool {
	return !p.ReadOnly || v.Role != viewer.Customer
}

// mayWriteMembership reports whether the viewer may change the segments of a contact.
func mayWriteMembership(v viewer.Viewer) bool { return v.Role != viewer.Customer }

// WritablePaths returns the paths that the viewer may write in a contact that it may write, in the
// order of field.ComparePaths. A field to which a property is bound has two paths: its own, under
// which changes are logged, and that of the property.
func (s *Service) WritablePaths(ctx context.Context) ([]string, error) {
	v, err := authz.RequireViewer(ctx)
	if err != nil || v.ReadOnly {
		return nil, err
	}
	defined, err := catalog.PropertiesOf(ctx, s.db.Client(), v.Account)
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, f := range field.Fields {
		if f.OpenTo(v) {
			paths = append(paths, f.Path)
		}
	}
	paths = append(paths, field.PathPassword)
	for _, p := range defined {
		if mayWriteProperty(v, p) {
			paths = append(paths, field.PropertyPath(p.ID))
		}
	}
	paths = append(paths, field.PathLogins)
	if mayWriteMembership(v) {
		paths = append(paths, field.PathMembership)
	}
	return paths, nil
}
