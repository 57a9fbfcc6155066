package contact

import (
	"maps"
	"slices"
	"time"

	"contactgraph/ent"
	"contactgraph/internal/contact/field"
)

// past is a contact that the log takes to another state, with all that belongs to it.
type past struct {
	*ent.Contact

	values   map[int][]field.Value
	logins   []field.Login
	segments []int
}

// pastOf begins with a contact whose edges are read.
func pastOf(c *ent.Contact) *past {
	begun := *c
	p := &past{Contact: &begun, values: map[int][]field.Value{}, logins: field.LoginsOf(c.Edges.Logins), segments: field.SegmentsOf(c.Edges.Memberships)}
	for _, v := range c.Edges.Values {
		p.values[v.PropertyID] = append(p.values[v.PropertyID], field.Value{Value: v.Value, Description: v.Description})
	}
	return p
}

// put sets what the path is about to a value of the log. A password is not in the log, and stays.
func (p *past) put(path string, logged any) error {
	v, err := field.DecodeValue(path, logged)
	if err != nil {
		return err
	}
	switch f, id := field.ByPath(path), field.PropertyID(path); {
	case f != nil:
		f.Set(p.Contact, v)
	case id != 0:
		p.values[id], _ = v.([]field.Value)
	case path == field.PathLogins:
		p.logins, _ = v.([]field.Login)
	case path == field.PathMembership:
		p.segments, _ = v.([]int)
	default:
		return p.putRegistration(path, v)
	}
	return nil
}

// back takes back what a change did.
func (p *past) back(row *ent.Change) error {
	for _, f := range row.Fields {
		if err := p.put(f.Path, f.Old); err != nil {
			return err
		}
	}
	return nil
}

// putRegistration sets what registration says.
func (p *past) putRegistration(path string, v any) (err error) {
	switch path {
	case field.PathSecret:
		p.Secret, err = field.Decode[string](v)
	case field.PathRegisteredAt:
		p.RegisteredAt, err = field.Decode[time.Time](v)
	case field.PathRegistrationSource:
		p.RegistrationSource, err = field.Decode[string](v)
	case field.PathRegistrationIP:
		p.RegistrationIP, err = field.Decode[string](v)
	case field.PathRegistrationStore:
		p.RegistrationStoreID, err = field.Decode[*int](v)
	}
	return err
}

// whole is the contact with its belongings in its edges, as if it had been read.
func (p *past) whole() *ent.Contact {
	c := *p.Contact
	c.Edges = ent.ContactEdges{Values: []*ent.PropertyValue{}, Logins: []*ent.Login{}, Memberships: []*ent.Membership{}}
	for _, id := range slices.Sorted(maps.Keys(p.values)) {
		for i, v := range p.values[id] {
			c.Edges.Values = append(c.Edges.Values, &ent.PropertyValue{
				AccountID: c.AccountID, ContactID: c.ID, PropertyID: id, Position: i, Value: v.Value, Description: v.Description,
			})
		}
	}
	for _, l := range p.logins {
		c.Edges.Logins = append(c.Edges.Logins, &ent.Login{AccountID: c.AccountID, ContactID: c.ID, Name: l.Name, NameKey: l.Key(), Kind: l.Kind})
	}
	for _, id := range p.segments {
		c.Edges.Memberships = append(c.Edges.Memberships, &ent.Membership{AccountID: c.AccountID, ContactID: c.ID, SegmentID: id})
	}
	return &c
}

// details are what belongs to the contact, as a write gives it.
func (p *past) details() Details {
	d := Details{Logins: &p.logins, Membership: &p.segments}
	for _, id := range slices.Sorted(maps.Keys(p.values)) {
		if len(p.values[id]) > 0 {
			d.Properties = append(d.Properties, PropertyPatch{Property: id, Values: p.values[id]})
		}
	}
	return d
}
