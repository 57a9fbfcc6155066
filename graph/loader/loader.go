package loader

import (
	"context"
	"slices"

	"contactgraph/ent"
	"contactgraph/ent/company"
	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/externalid"
	"contactgraph/ent/login"
	"contactgraph/ent/membership"
	"contactgraph/ent/propertyvalue"
	"contactgraph/ent/segment"
	"contactgraph/ent/store"
	"contactgraph/graph/model"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/globalid"
	"contactgraph/internal/viewer"
)

// Loader reads the related objects of contacts, for many contacts in one query.
type Loader struct {
	client  *ent.Client
	catalog *catalog.Service
}

// New returns a loader that reads with the client.
func New(client *ent.Client, catalog *catalog.Service) *Loader { return &Loader{client, catalog} }

// referred returns the object that each of the rows refers to, nil where it refers to none.
func referred[R, T any](ctx context.Context, rows []R, ref func(R) *int,
	load func(context.Context, []int) ([]T, error), id func(T) int,
) ([]T, error) {
	var ids []int
	for _, c := range rows {
		if r := ref(c); r != nil {
			ids = append(ids, *r)
		}
	}
	found := make([]T, len(rows))
	if len(ids) == 0 {
		return found, nil
	}
	objects, err := load(ctx, ids)
	if err != nil {
		return nil, err
	}
	byID := group(objects, id)
	for i, c := range rows {
		if r := ref(c); r != nil && len(byID[*r]) > 0 {
			found[i] = byID[*r][0]
		}
	}
	return found, nil
}

// RegistrationStores returns the store where each contact was registered, nil if it has none.
func (l *Loader) RegistrationStores(ctx context.Context, contacts []*ent.Contact) ([]*ent.Store, error) {
	return l.stores(ctx, contacts, func(c *ent.Contact) *int { return c.RegistrationStoreID })
}

// PreferredStores returns the store that each contact prefers, nil if it has none.
func (l *Loader) PreferredStores(ctx context.Context, contacts []*ent.Contact) ([]*ent.Store, error) {
	return l.stores(ctx, contacts, func(c *ent.Contact) *int { return c.PreferredStoreID })
}

func (l *Loader) stores(ctx context.Context, contacts []*ent.Contact, ref func(*ent.Contact) *int) ([]*ent.Store, error) {
	return referred(ctx, contacts, ref, l.StoresByID, func(s *ent.Store) int { return s.ID })
}

// StoresByID returns the stores that exist of those with the ids.
func (l *Loader) StoresByID(ctx context.Context, ids []int) ([]*ent.Store, error) {
	return l.client.Store.Query().Where(store.IDIn(ids...)).All(ctx)
}

// Companies returns the company of each contact, nil if it has none.
func (l *Loader) Companies(ctx context.Context, contacts []*ent.Contact) ([]*ent.Company, error) {
	return referred(ctx, contacts, func(c *ent.Contact) *int { return c.CompanyID }, l.CompaniesByID, func(c *ent.Company) int { return c.ID })
}

// CompaniesByID returns the companies that exist of those with the ids.
func (l *Loader) CompaniesByID(ctx context.Context, ids []int) ([]*ent.Company, error) {
	return l.client.Company.Query().Where(company.IDIn(ids...)).All(ctx)
}

// Parents returns the company that each company belongs to, nil if it has none.
func (l *Loader) Parents(ctx context.Context, companies []*ent.Company) ([]*ent.Company, error) {
	return referred(ctx, companies, func(c *ent.Company) *int { return c.ParentID }, l.CompaniesByID, func(c *ent.Company) int { return c.ID })
}

// PrimaryContacts returns the primary contact of each company, nil if it has none or that is hidden
// from the viewer.
func (l *Loader) PrimaryContacts(ctx context.Context, companies []*ent.Company) ([]*ent.Contact, error) {
	ids := make([]int, len(companies))
	for i, c := range companies {
		if c.PrimaryContactID != nil {
			ids[i] = *c.PrimaryContactID
		}
	}
	return l.ContactsByID(ctx, ids)
}

// Logins returns the logins of each contact, ordered by name.
func (l *Loader) Logins(ctx context.Context, contacts []*ent.Contact) ([][]*ent.Login, error) {
	return owned(ctx, contacts, func(c *ent.Contact) []*ent.Login { return c.Edges.Logins },
		func(ctx context.Context, ids []int) ([]*ent.Login, error) {
			q := l.client.Login.Query().Where(login.ContactIDIn(ids...))
			field.OrderLogins(q)
			return q.All(ctx)
		}, func(l *ent.Login) int { return l.ContactID })
}

// ExternalIDs returns the external ids of each contact, sorted.
func (l *Loader) ExternalIDs(ctx context.Context, contacts []*ent.Contact) ([][]*ent.ExternalID, error) {
	return owned(ctx, contacts, func(c *ent.Contact) []*ent.ExternalID { return c.Edges.ExternalIds },
		func(ctx context.Context, ids []int) ([]*ent.ExternalID, error) {
			q := l.client.ExternalID.Query().Where(externalid.ContactIDIn(ids...))
			field.OrderExternalIDs(q)
			return q.All(ctx)
		}, func(e *ent.ExternalID) int { return e.ContactID })
}

// Segments returns the segments of each contact, ordered by id.
func (l *Loader) Segments(ctx context.Context, contacts []*ent.Contact) ([][]*ent.Segment, error) {
	memberships, err := owned(ctx, contacts, func(c *ent.Contact) []*ent.Membership { return c.Edges.Memberships },
		func(ctx context.Context, ids []int) ([]*ent.Membership, error) {
			q := l.client.Membership.Query().Where(membership.ContactIDIn(ids...))
			field.OrderSegments(q)
			return q.All(ctx)
		}, func(m *ent.Membership) int { return m.ContactID })
	if err != nil {
		return nil, err
	}
	var ids []int
	for _, ms := range memberships {
		for _, m := range ms {
			ids = append(ids, m.SegmentID)
		}
	}
	segments := make([][]*ent.Segment, len(contacts))
	if len(ids) == 0 {
		return segments, nil
	}
	all, err := l.SegmentsByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	byID := group(all, func(s *ent.Segment) int { return s.ID })
	for i, ms := range memberships {
		for _, m := range ms {
			segments[i] = append(segments[i], byID[m.SegmentID]...)
		}
	}
	return segments, nil
}

// SegmentsByID returns the segments that exist of those with the ids.
func (l *Loader) SegmentsByID(ctx context.Context, ids []int) ([]*ent.Segment, error) {
	return l.client.Segment.Query().Where(segment.IDIn(ids...)).All(ctx)
}

// Properties returns every property that the viewer may read, with the values of each contact.
func (l *Loader) Properties(ctx context.Context, contacts []*ent.Contact) ([][]*model.ContactProperty, error) {
	defined, err := l.catalog.Properties(ctx)
	if err != nil {
		return nil, err
	}
	v, _ := viewer.FromContext(ctx)
	defined = slices.DeleteFunc(slices.Clone(defined), func(p *ent.Property) bool { return !field.CanReadProperty(v, p) })
	values, err := owned(ctx, contacts, func(c *ent.Contact) []*ent.PropertyValue { return c.Edges.Values },
		func(ctx context.Context, ids []int) ([]*ent.PropertyValue, error) {
			q := l.client.PropertyValue.Query().Where(propertyvalue.ContactIDIn(ids...))
			field.OrderValues(q)
			return q.All(ctx)
		}, func(v *ent.PropertyValue) int { return v.ContactID })
	if err != nil {
		return nil, err
	}
	properties := make([][]*model.ContactProperty, len(contacts))
	for i, c := range contacts {
		byProperty := group(values[i], func(v *ent.PropertyValue) int { return v.PropertyID })
		for _, p := range defined {
			properties[i] = append(properties[i], contactProperty(c, p, byProperty[p.ID]))
		}
	}
	return properties, nil
}

// SnapshotProperties is Properties for contacts of older versions: the ids contain the version.
func (l *Loader) SnapshotProperties(ctx context.Context, contacts []*ent.Contact) ([][]*model.ContactProperty, error) {
	properties, err := l.Properties(ctx, contacts)
	for i, list := range properties {
		for _, p := range list {
			p.ID = globalid.EncodeKey("ContactProperty", contacts[i].ID, p.Property.ID, int64(contacts[i].Version))
		}
	}
	return properties, err
}

// Jobs returns the job that made each change, nil if none did or the viewer may not see it.
func (l *Loader) Jobs(ctx context.Context, changes []*ent.Change, jobs interface {
	ByIDs(ctx context.Context, ids []int) ([]*ent.Job, error)
},
) ([]*ent.Job, error) {
	return referred(ctx, changes, func(c *ent.Change) *int { return c.JobID }, jobs.ByIDs, func(j *ent.Job) int { return j.ID })
}

// owned returns the rows that belong to each contact, in the order in which they were loaded. A
// contact of an older version already has its rows in its edges; carried returns them, and they are
// not read again.
func owned[T any](ctx context.Context, contacts []*ent.Contact, carried func(*ent.Contact) []T,
	load func(context.Context, []int) ([]T, error), owner func(T) int,
) ([][]T, error) {
	var ids []int
	rows := make([][]T, len(contacts))
	for i, c := range contacts {
		if rows[i] = carried(c); rows[i] == nil { // carried rows are never nil, even if there are none
			ids = append(ids, c.ID)
		}
	}
	if len(ids) == 0 {
		return rows, nil
	}
	loaded, err := load(ctx, ids)
	if err != nil {
		return nil, err
	}
	byOwner := group(loaded, owner)
	for i, c := range contacts {
		if rows[i] == nil {
			rows[i] = byOwner[c.ID]
		}
	}
	return rows, nil
}

func group[T any](rows []T, key func(T) int) map[int][]T {
	groups := map[int][]T{}
	for _, r := range rows {
		groups[key(r)] = append(groups[key(r)], r)
	}
	return groups
}

// Contacts returns the contact of each change, nil where it is deleted or hidden from the viewer.
// Changes of one contact share it, and its fields are loaded once.
func (l *Loader) Contacts(ctx context.Context, changes []*ent.Change) ([]*ent.Contact, error) {
	ids := make([]int, len(changes))
	for i, c := range changes {
		ids[i] = c.ContactID
	}
	return l.ContactsByID(ctx, ids)
}

// ContactsByID returns the contact with each id, nil where it is deleted or hidden from the viewer,
// and for 0.
func (l *Loader) ContactsByID(ctx context.Context, ids []int) ([]*ent.Contact, error) {
	found, err := l.client.Contact.Query().Where(entcontact.IDIn(ids...)).All(ctx)
	if err != nil {
		return nil, err
	}
	v, _ := viewer.FromContext(ctx)
	found = field.VisibleToAll(v, found)
	if len(ids) > 1 { // one alone may be an event of a subscription, which would keep the batch
		Prime(ctx, found...)
	}
	byID := group(found, func(c *ent.Contact) int { return c.ID })
	contacts := make([]*ent.Contact, len(ids))
	for i, id := range ids {
		if cs := byID[id]; len(cs) > 0 {
			contacts[i] = cs[0]
		}
	}
	return contacts, nil
}

// contactProperty returns a property of c. A property bound to a field has the value of that field.
func contactProperty(c *ent.Contact, p *ent.Property, values []*ent.PropertyValue) *model.ContactProperty {
	if f := field.BoundTo(p); f != nil {
		values = nil
		if text, ok := f.Get(c).(string); ok {
			values = []*ent.PropertyValue{{Value: text}}
		}
	}
	return &model.ContactProperty{ID: globalid.EncodeKey("ContactProperty", c.ID, p.ID), Property: p, Values: values}
}
