package export

import (
	"contactgraph/ent"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/interchange"
)

// recordOf returns what the export has of a contact, whose relations have been read.
func (e *Export) recordOf(c *ent.Contact) *interchange.Record {
	r := &interchange.Record{Set: make(field.Patch, len(field.Fields))}
	has := e.columns.has
	for _, f := range field.Fields {
		if has[f.Path] {
			r.Set[f] = f.Get(c)
		}
	}
	if has[interchange.PathContactID] {
		r.ContactID = c.ID
	}
	if has[interchange.PathVersion] {
		r.Version = c.Version
	}
	if has[field.PathSecret] {
		r.Secret = c.Secret
	}
	if has[field.PathRegisteredAt] {
		r.RegisteredAt = c.RegisteredAt
	}
	if has[field.PathRegistrationSource] {
		r.RegistrationSource = &c.RegistrationSource
	}
	if has[field.PathRegistrationIP] {
		r.RegistrationIP = &c.RegistrationIP
	}
	if has[interchange.PathLastModified] {
		r.LastModified = c.LastModified
	}
	e.addReferences(r, c)
	e.addDetails(r, c)
	return r
}

// addReferences adds the stores, the company and the segments of the contact.
func (e *Export) addReferences(r *interchange.Record, c *ent.Contact) {
	has := e.columns.has
	if has[interchange.PathRegistrationStore] {
		r.RegistrationStore = referTo(c.RegistrationStoreID, e.names.stores)
	}
	if has[interchange.PathPreferredStore] {
		r.PreferredStore = referTo(c.PreferredStoreID, e.names.stores)
	}
	if has[interchange.PathCompany] {
		r.Company = referTo(c.CompanyID, e.names.companies)
	}
	if has[interchange.PathSegments] {
		segments := make([]interchange.Reference, len(c.Edges.Memberships))
		for i, m := range c.Edges.Memberships {
			segments[i] = interchange.Reference{ID: m.SegmentID, Name: e.names.segments[m.SegmentID]}
		}
		r.Segments = &segments
	}
}

func referTo(id *int, names map[int]string) *interchange.Reference {
	if id == nil {
		return &interchange.Reference{} // null
	}
	return &interchange.Reference{ID: *id, Name: names[*id]}
}

// addDetails adds the logins, the external ids and the properties of the contact.
func (e *Export) addDetails(r *interchange.Record, c *ent.Contact) {
	if e.columns.has[field.PathLogins] {
		r.Logins = new(field.LoginsOf(c.Edges.Logins))
	}
	if e.columns.has[field.PathExternalIDs] {
		r.ExternalIDs = new(field.ExternalIDsOf(c.Edges.ExternalIds))
	}
	if len(e.columns.properties) == 0 {
		return
	}
	r.Properties = make([]interchange.Property, len(e.columns.properties))
	for i, p := range e.columns.properties {
		r.Properties[i].Name = p.key
		for _, v := range c.Edges.Values {
			if v.PropertyID == p.id {
				r.Properties[i].Values = append(r.Properties[i].Values, field.Value{Value: v.Value, Description: v.Description})
			}
		}
	}
}
