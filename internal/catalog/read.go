package catalog

import (
	"context"
	"strings"

	"contactgraph/ent"
	"contactgraph/ent/company"
	"contactgraph/ent/predicate"
	"contactgraph/ent/property"
	"contactgraph/ent/segment"
	"contactgraph/ent/store"
	"contactgraph/internal/authz"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// Stores returns the account's stores by id, to every viewer: customers choose their preferred
// store.
func (s *Service) Stores(ctx context.Context) ([]*ent.Store, error) {
	v, err := authz.RequireViewer(ctx)
	if err != nil {
		return nil, err
	}
	return s.db.Client().Store.Query().Where(store.AccountID(v.Account)).Order(store.ByID()).All(ctx)
}

// StoreByNumber returns the store with the number, to staff; nil if there is none.
func (s *Service) StoreByNumber(ctx context.Context, number string) (*ent.Store, error) {
	v, err := authz.RequireRole(ctx, viewer.Agent)
	if err != nil {
		return nil, err
	}
	found, err := s.db.Client().Store.Query().Where(store.AccountID(v.Account), store.Number(strings.TrimSpace(number))).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	return found, err
}

// Companies returns the account's companies by id, to staff.
func (s *Service) Companies(ctx context.Context) ([]*ent.Company, error) {
	return s.companiesWhere(ctx)
}

// CompaniesOf returns the companies whose primary contact has the id, in the order of their ids, to
// staff.
func (s *Service) CompaniesOf(ctx context.Context, primaryContact int) ([]*ent.Company, error) {
	return s.companiesWhere(ctx, company.PrimaryContactID(primaryContact))
}

func (s *Service) companiesWhere(ctx context.Context, where ...predicate.Company) ([]*ent.Company, error) {
	v, err := authz.RequireRole(ctx, viewer.Agent)
	if err != nil {
		return nil, err
	}
	return s.db.Client().Company.Query().Where(company.AccountID(v.Account)).Where(where...).Order(company.ByID()).All(ctx)
}

// Segments returns the account's segments by id, to staff.
func (s *Service) Segments(ctx context.Context) ([]*ent.Segment, error) {
	v, err := authz.RequireRole(ctx, viewer.Agent)
	if err != nil {
		return nil, err
	}
	return s.db.Client().Segment.Query().Where(segment.AccountID(v.Account)).Order(segment.ByID()).All(ctx)
}

// Properties returns the account's property definitions by id, to every viewer.
func (s *Service) Properties(ctx context.Context) ([]*ent.Property, error) {
	v, err := authz.RequireViewer(ctx)
	if err != nil {
		return nil, err
	}
	return PropertiesOf(ctx, s.db.Client(), v.Account)
}

// PropertiesOf returns the account's property definitions by id. It does not check what the viewer
// may see.
func PropertiesOf(ctx context.Context, c *ent.Client, account int) ([]*ent.Property, error) {
	return c.Property.Query().Where(property.AccountID(account)).Order(property.ByID()).All(ctx)
}

// Store returns a store, to every viewer. It fails with NotFound.
func (s *Service) Store(ctx context.Context, id int) (*ent.Store, error) {
	return stores.get(ctx, s, viewer.Customer, id)
}

// Company returns a company, to staff. It fails with NotFound.
func (s *Service) Company(ctx context.Context, id int) (*ent.Company, error) {
	return companies.get(ctx, s, viewer.Agent, id)
}

// Segment returns a segment, to staff. It fails with NotFound.
func (s *Service) Segment(ctx context.Context, id int) (*ent.Segment, error) {
	return segments.get(ctx, s, viewer.Agent, id)
}

// Property returns a property definition, to every viewer. It fails with NotFound.
func (s *Service) Property(ctx context.Context, id int) (*ent.Property, error) {
	return readOne(ctx, viewer.Customer, "Property", id, func(v viewer.Viewer) (*ent.Property, error) {
		return s.db.Client().Property.Query().Where(property.ID(id), property.AccountID(v.Account)).Only(ctx)
	})
}

// readOne reads an object for viewers of at least the role r. It fails with NotFound if the account
// has none with the id.
func readOne[T any](ctx context.Context, r viewer.Role, noun string, id int, read func(viewer.Viewer) (T, error)) (T, error) {
	v, err := authz.RequireRole(ctx, r)
	if err != nil {
		var none T
		return none, err
	}
	row, err := read(v)
	if ent.IsNotFound(err) {
		err = usererror.NewNotFound(noun, id)
	}
	return row, err
}
