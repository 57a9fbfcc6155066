package demo

import (
	"context"

	"contactgraph/ent/property"
	"contactgraph/internal/catalog"
)

// referenceData is what an account's contacts refer to. Names are numbered in their order.
type referenceData struct {
	base       int // what comes before the first number: ids are unique in the whole database
	stores     []string
	companies  []string
	segments   []string
	properties []catalog.NewProperty
}

// otherBase is below every id of OtherAccount.
const otherBase = 1_000_000

// The properties that a contact's values are given for.
const (
	middleInitial = 2
	birthday      = 4
	household     = 5
	discount      = 6
	lastVisit     = 7
	language      = 8
	interests     = 9
)

// mainCatalog is Account's. The first three properties are those of the documented setdetails call, which must be able to
// clear them; the others show one type each, one that customers may not write and one that must not be cleared.
var mainCatalog = referenceData{
	stores: []string{
		"Stockholm", "Göteborg", "Malmö", "London", "Leeds", "Paris", "Lyon", "Berlin", "Hamburg", "Sydney", "Perth", "Online",
	},
	companies: []string{"Example Trading", "Example Outdoor", "Example Foods"},
	segments: []string{
		"Newsletter", "Loyalty Club", "Birthday Offers", "New Arrivals", "Outlet", "Events", "Product Tests", "Surveys",
		"Staff", "Families", "Students", "Summer Campaign",
	},
	properties: []catalog.NewProperty{
		{Name: "First Name", Kind: property.KindText, Bound: new(property.BoundFirstName)},
		{Name: "Middle Initial", Kind: property.KindText},
		{Name: "Last Name", Kind: property.KindText, Bound: new(property.BoundLastName)},
		{Name: "Birthday", Kind: property.KindDate},
		{Name: "Household Size", Kind: property.KindInteger},
		{Name: "Discount", Kind: property.KindNumber},
		{Name: "Last Visit", Kind: property.KindDateTime, ReadOnly: true},
		{Name: "Language", Kind: property.KindChoice, Required: true, Choices: languages},
		{Name: "Interests", Kind: property.KindText, Multiple: true},
	},
}

// otherCatalog is OtherAccount's: names may be the same in both.
var otherCatalog = referenceData{
	base:      otherBase,
	stores:    []string{"Oslo", "Online"},
	companies: []string{"Example Imports"},
	segments:  []string{"Newsletter"},
	properties: []catalog.NewProperty{
		{Name: "First Name", Kind: property.KindText, Bound: new(property.BoundFirstName)},
		{Name: "Customer Number", Kind: property.KindInteger, ReadOnly: true},
	},
}

// catalog makes c in the context's account.
func (s seeder) seedCatalog(ctx context.Context, c referenceData) error {
	for i, name := range c.stores {
		if _, err := s.Catalog.CreateStore(ctx, catalog.Entry{ID: c.base + i + 1, Name: name}); err != nil {
			return err
		}
	}
	for i, name := range c.companies {
		if _, err := s.Catalog.CreateCompany(ctx, catalog.Entry{ID: c.base + i + 1, Name: name}); err != nil {
			return err
		}
	}
	for i, name := range c.segments {
		if _, err := s.Catalog.CreateSegment(ctx, catalog.Entry{ID: c.base + i + 1, Name: name}); err != nil {
			return err
		}
	}
	for i, p := range c.properties {
		p.ID = c.base + i + 1
		if _, err := s.Catalog.CreateProperty(ctx, p); err != nil {
			return err
		}
	}
	return nil
}
