package graph

import (
	"contactgraph/graph/model"
	"contactgraph/internal/catalog"
	"contactgraph/internal/globalid"
)

// newStoreOf translates a new store.
func newStoreOf(in *model.CreateStoreInput) catalog.Entry {
	set := catalog.Patch{}
	put(set, catalog.StoreNumber, in.Number)
	put(set, catalog.StorePhone, in.Phone)
	put(set, catalog.StoreAddress, in.Address)
	put(set, catalog.StoreZipCode, in.ZipCode)
	put(set, catalog.StoreCity, in.City)
	put(set, catalog.StoreEmail, in.Email)
	put(set, catalog.StoreJSONString, in.JSONString)
	return catalog.Entry{Name: in.Name, Set: set}
}

// storeChangeOf translates a change of a store.
func storeChangeOf(in *model.UpdateStoreInput) catalog.EntryChange {
	set := newStoreOf(&model.CreateStoreInput{
		Number: in.Number, Phone: in.Phone, Address: in.Address, ZipCode: in.ZipCode, City: in.City, Email: in.Email, JSONString: in.JSONString,
	}).Set
	put(set, catalog.StoreName, in.Name)
	return catalog.EntryChange{ID: globalid.Of(typeStore, in.ID), Set: set}
}

// newCompanyOf translates a new company.
func newCompanyOf(in *model.CreateCompanyInput) catalog.Entry {
	set := catalog.Patch{}
	put(set, catalog.CompanyNumber, in.Number)
	putID(set, catalog.CompanyParent, typeCompany, in.ParentID)
	putID(set, catalog.CompanyPrimaryContact, typeContact, in.PrimaryContactID)
	put(set, catalog.CompanyEmailDomains, in.EmailDomains)
	put(set, catalog.CompanyLogo, in.Logo)
	return catalog.Entry{Name: in.Name, Set: set}
}

// companyChangeOf translates a change of a company.
func companyChangeOf(in *model.UpdateCompanyInput) catalog.EntryChange {
	set := newCompanyOf(&model.CreateCompanyInput{
		Number: in.Number, ParentID: in.ParentID, PrimaryContactID: in.PrimaryContactID, EmailDomains: in.EmailDomains, Logo: in.Logo,
	}).Set
	put(set, catalog.CompanyName, in.Name)
	return catalog.EntryChange{ID: globalid.Of(typeCompany, in.ID), Set: set}
}
