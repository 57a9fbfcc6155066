package changelog

import (
	"slices"

	"contactgraph/ent"
	"contactgraph/internal/contact/field"
)

// Apply continues the snapshot by a change. The password stays: it is not in the log.
func (p *Snapshot) Apply(row *ent.Change) error {
	for _, f := range row.Fields {
		if err := p.set(f.Path, f.New); err != nil {
			return err
		}
	}
	return nil
}

// registrationPaths are what a contact is registered with.
var registrationPaths = map[string]func(*ent.Contact) any{
	field.PathSecret:             func(c *ent.Contact) any { return c.Secret },
	field.PathRegisteredAt:       func(c *ent.Contact) any { return c.RegisteredAt },
	field.PathRegistrationSource: func(c *ent.Contact) any { return c.RegistrationSource },
	field.PathRegistrationIP:     func(c *ent.Contact) any { return c.RegistrationIP },
	field.PathRegistrationStore: func(c *ent.Contact) any {
		if c.RegistrationStoreID == nil {
			return nil
		}
		return *c.RegistrationStoreID
	},
}

// Paths lists the paths at which the contact has something, apart from the password, in the order
// of field.ComparePaths.
func (p *Snapshot) Paths() []string {
	paths := []string{field.PathLogins, field.PathExternalIDs, field.PathMembership}
	for path := range registrationPaths {
		paths = append(paths, path)
	}
	for _, f := range field.Fields {
		paths = append(paths, f.Path)
	}
	for id, values := range p.Values {
		if len(values) > 0 {
			paths = append(paths, field.PropertyPath(id))
		}
	}
	slices.SortFunc(paths, field.ComparePaths)
	return paths
}

// Value returns what the contact has at a path, in the form in which field.EqualValues compares
// values, and nil for the password. Sets are in the order of the current forms, whatever those were
// when the change was written.
func (p *Snapshot) Value(path string) any {
	if f := field.ByPath(path); f != nil {
		return field.EncodeValue(f.Get(p.Contact))
	}
	if get := registrationPaths[path]; get != nil {
		return field.EncodeValue(get(p.Contact))
	}
	switch path {
	case field.PathLogins:
		set := append([]field.Login{}, p.Logins...)
		field.SortLogins(set)
		return set
	case field.PathExternalIDs:
		set := append([]field.ExternalID{}, p.ExternalIDs...)
		field.SortExternalIDs(set)
		return set
	case field.PathMembership:
		return append([]int{}, slices.Sorted(slices.Values(p.Segments))...)
	}
	if id := field.PropertyID(path); id != 0 {
		return append([]field.Value{}, p.Values[id]...)
	}
	return nil
}
