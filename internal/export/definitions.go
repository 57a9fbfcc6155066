package export

import (
	"context"

	"contactgraph/ent"
	"contactgraph/ent/company"
	"contactgraph/ent/property"
	"contactgraph/ent/segment"
	"contactgraph/ent/store"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/interchange"
	"contactgraph/internal/viewer"
)

// definitions are the reference data of an account.
type definitions struct {
	viewer     viewer.Viewer
	properties []*ent.Property
	stores     []*ent.Store
	companies  []*ent.Company
	segments   []*ent.Segment
}

func readDefinitions(ctx context.Context, c *ent.Client, v viewer.Viewer) (d definitions, err error) {
	d.viewer = v
	d.properties, err = c.Property.Query().Where(property.AccountID(v.Account)).Order(property.ByID()).All(ctx)
	if err == nil {
		d.stores, err = c.Store.Query().Where(store.AccountID(v.Account)).Order(store.ByID()).All(ctx)
	}
	if err == nil {
		d.companies, err = c.Company.Query().Where(company.AccountID(v.Account)).Order(company.ByID()).All(ctx)
	}
	if err == nil {
		d.segments, err = c.Segment.Query().Where(segment.AccountID(v.Account)).Order(segment.ByID()).All(ctx)
	}
	return d, err
}

// names are the names of what contacts refer to, by id.
type names struct{ stores, companies, segments map[int]string }

func (d definitions) names() names {
	n := names{map[int]string{}, map[int]string{}, map[int]string{}}
	for _, s := range d.stores {
		n.stores[s.ID] = s.Name
	}
	for _, c := range d.companies {
		n.companies[c.ID] = c.Name
	}
	for _, s := range d.segments {
		n.segments[s.ID] = s.Name
	}
	return n
}

// of returns the definitions that contacts with these columns refer to.
func (d definitions) of(c columns) (out interchange.Definitions) {
	keys := interchange.PropertyKeys(d.properties)
	for _, p := range d.properties {
		if f := field.BoundTo(p); f != nil && c.has[f.Path] || c.has[interchange.PropertyPath(keys[p.ID])] {
			out.Properties = append(out.Properties, propertyOf(p, keys[p.ID]))
		}
	}
	if c.has[interchange.PathPreferredStore] || c.has[interchange.PathRegistrationStore] {
		for _, s := range d.stores {
			out.Stores = append(out.Stores, interchange.StoreDefinition{
				ID: s.ID, Name: s.Name, Number: s.Number, Phone: s.Phone, Address: s.Address, ZipCode: s.ZipCode, City: s.City,
				Email: s.Email, JSONString: s.JSONString,
			})
		}
	}
	if c.has[interchange.PathCompany] {
		for _, company := range d.companies {
			out.Companies = append(out.Companies, d.companyOf(company))
		}
	}
	if c.has[interchange.PathSegments] {
		for _, s := range d.segments {
			out.Segments = append(out.Segments, interchange.SegmentDefinition{ID: s.ID, Name: s.Name})
		}
	}
	return out
}

// companyOf returns a company. Its primary contact may be one that a limited viewer may not read.
func (d definitions) companyOf(c *ent.Company) interchange.CompanyDefinition {
	of := interchange.CompanyDefinition{
		ID: c.ID, Name: c.Name, Number: c.Number, ParentID: c.ParentID, EmailDomains: c.EmailDomains, Logo: c.Logo,
	}
	if !d.viewer.Limited() {
		of.PrimaryContactID = c.PrimaryContactID
	}
	return of
}

// bindings are the names of bindings in GraphQL.
var bindings = map[property.Bound]string{property.BoundFirstName: "FIRST_NAME", property.BoundLastName: "LAST_NAME"}

func propertyOf(p *ent.Property, key string) interchange.PropertyDefinition {
	of := interchange.PropertyDefinition{
		ID: p.ID, Key: key, Name: p.Name, APIName: p.APIName, Label: p.Label, Kind: string(p.Kind),
		Multiple: p.Multiple, Required: p.Required, ReadOnly: p.ReadOnly, Choices: p.Choices,
	}
	if p.Bound != nil {
		of.Bound = new(bindings[*p.Bound])
	}
	return of
}
