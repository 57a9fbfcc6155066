package contact

import (
	"context"

	"contactgraph/ent"
	"contactgraph/internal/authz"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/viewer"
)

// What a viewer may write in a contact that it may write: the rules ask here, and WritablePaths tells.

// propertyOpenTo reports whether v may write values of the property.
func mayWriteProperty(v viewer.Viewer, p *ent.Property) bool {
	return !p.ReadOnly || v.Role != viewer.Customer
}

// membershipOpenTo reports whether v may change which segments a contact is in.
func mayWriteMembership(v viewer.Viewer) bool { return v.Role != viewer.Customer }

// WritablePaths lists what the context's viewer may write in a contact that it may write, by the paths of errors and the change
// log, in their order. Two paths lead to a field that a property is bound to: its own, by which it is logged, and the property's.
func (s *Service) WritablePaths(ctx context.Context) ([]string, error) {
	v, err := authz.RequireViewer(ctx)
	if err != nil {
		return nil, err
	}
	defined, err := catalog.PropertiesOf(ctx, s.db.Client(), v.Account)
	if err != nil {
		return nil, err
	}
	var open []string
	for _, f := range field.Fields {
		if f.OpenTo(v) {
			open = append(open, f.Path)
		}
	}
	open = append(open, field.PathPassword)
	for _, p := range defined {
		if mayWriteProperty(v, p) {
			open = append(open, field.PropertyPath(p.ID))
		}
	}
	open = append(open, field.PathLogins)
	if mayWriteMembership(v) {
		open = append(open, field.PathMembership)
	}
	return open, nil
}
