package demo

import (
	"context"

	"contactgraph/ent/property"
	"contactgraph/internal/catalog"
)

// referenceData is what the contacts of an account refer to. The ids of each list follow its order,
// and begin at idOffset+1.
type referenceData struct {
	idOffset   int // ids are unique in the whole database
	stores     []string
	companies  []string
	segments   []string
	properties []catalog.NewProperty
}

// otherOffset is lower than every id of OtherAccount.
const otherOffset = 1_000_000

// The ids of the properties that contacts have values of.
const (
	middleInitial = 2
	birthday      = 4
	householdSize = 5
	discount      = 6
	lastVisit     = 7
	language      = 8
	interests     = 9
)

// mainCatalog is the reference data of Account. The first three properties are those of the
// documented setdetails call, which must be able to clear them. The others are one of each type;
// one is read-only for customers and one is required. Two have an API name, and so are account
// fields of the Contacts API.
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
		{Name: "Middle Initial", APIName: new("MiddleInitial"), Kind: property.KindText},
		{Name: "Last Name", Kind: property.KindText, Bound: new(property.BoundLastName)},
		{Name: "Birthday", Kind: property.KindDate},
		{Name: "Household Size", Kind: property.KindInteger},
		{Name: "Discount", Kind: property.KindNumber},
		{Name: "Last Visit", Kind: property.KindDateTime, ReadOnly: true},
		{Name: "Language", APIName: new("Language"), Kind: property.KindChoice, Required: true, Choices: languages},
		{Name: "Interests", Kind: property.KindText, Multiple: true},
	},
}

// otherCatalog is the reference data of OtherAccount. Some names are the same in both, which is
// allowed.
var otherCatalog = referenceData{
	idOffset:  otherOffset,
	stores:    []string{"Oslo", "Online"},
	companies: []string{"Example Imports"},
	segments:  []string{"Newsletter"},
	properties: []catalog.NewProperty{
		{Name: "First Name", Kind: property.KindText, Bound: new(property.BoundFirstName)},
		{Name: "Customer Number", APIName: new("customerNumber"), Kind: property.KindInteger, ReadOnly: true},
	},
}

// seedCatalog creates the reference data in the context's account.
func (s seeder) seedCatalog(ctx context.Context, c referenceData) error {
	for i, name := range c.stores {
		if _, err := s.Catalog.CreateStore(ctx, catalog.Entry{ID: c.idOffset + i + 1, Name: name}); err != nil {
			return err
		}
	}
	for i, name := range c.companies {
		if _, err := s.Catalog.CreateCompany(ctx, catalog.Entry{ID: c.idOffset + i + 1, Name: name}); err != nil {
			return err
		}
	}
	for i, name := range c.segments {
		if _, err := s.Catalog.CreateSegment(ctx, catalog.Entry{ID: c.idOffset + i + 1, Name: name}); err != nil {
			return err
		}
	}
	for i, p := range c.properties {
		p.ID = c.idOffset + i + 1
		if _, err := s.Catalog.CreateProperty(ctx, p); err != nil {
			return err
		}
	}
	return nil
}
