package query

import (
	"context"

	"contactgraph/ent"
	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/login"
	"contactgraph/ent/membership"
	"contactgraph/ent/property"
	"contactgraph/ent/propertyvalue"
	"contactgraph/internal/authz"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// Details is a contact with all that belongs to it, as the viewer may see it.
type Details struct {
	Contact    *ent.Contact    // with its logins, segments and values as edges
	Properties []*ent.Property // whose values the viewer may read, by id
}

// Values returns the contact's values of a property, in order.
func (d *Details) Values(p *ent.Property) (values []field.Value) {
	if f := field.BoundTo(p); f != nil {
		return f.Values(d.Contact)
	}
	for _, v := range d.Contact.Edges.Values {
		if v.PropertyID == p.ID {
			values = append(values, field.Value{Value: v.Value, Description: v.Description})
		}
	}
	return values
}

// Details returns the contact with all that belongs to it. It fails as Get does.
func (s *Service) Details(ctx context.Context, id int) (*Details, error) {
	v, err := authz.AuthorizeContact(ctx, s.db.Client(), id)
	if err != nil {
		return nil, err
	}
	defined, err := s.db.Client().Property.Query().Where(property.AccountID(v.Account)).Order(property.ByID()).All(ctx)
	if err != nil {
		return nil, err
	}
	d := &Details{}
	for _, p := range defined {
		if field.CanReadProperty(v, p) {
			d.Properties = append(d.Properties, p)
		}
	}
	d.Contact, err = s.withRelations(ctx, v, id, func(q *ent.ContactQuery) {
		q.WithValues(func(q *ent.PropertyValueQuery) {
			field.OrderValues(q.Where(propertyvalue.AccountID(v.Account)))
		})
	})
	return d, err
}

// WithSets returns the contact with its logins and segments as edges. It fails as Get does.
func (s *Service) WithSets(ctx context.Context, id int) (*ent.Contact, error) {
	v, err := authz.AuthorizeContact(ctx, s.db.Client(), id)
	if err != nil {
		return nil, err
	}
	return s.withRelations(ctx, v, id, func(*ent.ContactQuery) {})
}

// withRelations reads the contact with its logins, its segments, and what with adds.
func (s *Service) withRelations(ctx context.Context, v viewer.Viewer, id int, with func(*ent.ContactQuery)) (*ent.Contact, error) {
	q := s.db.Client().Contact.Query().Where(entcontact.ID(id), entcontact.AccountID(v.Account)).
		WithLogins(func(q *ent.LoginQuery) { field.OrderLogins(q.Where(login.AccountID(v.Account))) }).
		WithMemberships(func(q *ent.MembershipQuery) { field.OrderSegments(q.Where(membership.AccountID(v.Account))) })
	with(q)
	c, err := q.Only(ctx)
	if ent.IsNotFound(err) {
		err = usererror.NewNotFound("Contact", id)
	}
	return field.Visible(v, c), err
}
