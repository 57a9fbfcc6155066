package changelog

import (
	"context"
	"errors"
	"maps"
	"math"
	"slices"
	"time"

	"entgo.io/ent/dialect/sql"

	"contactgraph/ent"
	"contactgraph/ent/change"
	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/login"
	"contactgraph/ent/membership"
	"contactgraph/ent/propertyvalue"
	"contactgraph/internal/authz"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/revision"
)

// ErrNoVersion is the error of a question about a version that the contact never had, or that the log does not reach back to.
var ErrNoVersion = errors.New("no such version")

// AsOf returns the contact as it was at the version, with all that belonged to it in its edges; also one that is gone by now. It
// fails with ErrNoVersion, also for a contact that never was, and with Forbidden as Get does.
func (s *Service) AsOf(ctx context.Context, id int, version revision.Version) (*ent.Contact, error) {
	v, err := authz.AuthorizeContact(ctx, id)
	if err != nil {
		return nil, err
	}
	now, err := WithRelations(ctx, s.db.Client(), v.Account, id)
	if err != nil && !ent.IsNotFound(err) {
		return nil, err
	}
	if now != nil && now.Version == version {
		return now, nil
	}
	if now == nil {
		now = &ent.Contact{ID: id, AccountID: v.Account}
	}
	return s.rewindTo(ctx, NewSnapshot(now), version)
}

// goBack takes the contact back through its log to the change that made the version. The contact was read before, statement by
// statement, and may hold some of what came meanwhile: the way back from the newest change sets all that any of them touched.
func (s *Service) rewindTo(ctx context.Context, p *Snapshot, version revision.Version) (*ent.Contact, error) {
	const atOnce = 500
	for next := revision.Version(math.MaxInt64); ; {
		rows, err := s.db.Client().Change.Query().
			Where(change.AccountID(p.AccountID), change.ContactID(p.ID), change.VersionGTE(version), change.VersionLT(next)).
			Order(change.ByVersion(sql.OrderDesc())).Limit(atOnce).All(ctx)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			known := next == math.MaxInt64 || row.Version == next-1
			next = row.Version
			switch {
			case !known, row.Kind == change.KindERASE:
				return nil, ErrNoVersion
			case row.Version == version && row.Kind != change.KindDELETE:
				p.Version, p.LastModified = version, row.At
				return p.toContact(), nil
			}
			if err := p.Rewind(row); err != nil {
				return nil, err
			}
		}
		if len(rows) < atOnce {
			return nil, ErrNoVersion
		}
	}
}

// whole reads the contact with what it has in other tables, in the order in which the log shows it.
func WithRelations(ctx context.Context, c *ent.Client, account, id int) (*ent.Contact, error) {
	return c.Contact.Query().Where(entcontact.ID(id), entcontact.AccountID(account)).
		WithValues(orderValues).WithLogins(orderLogins).WithMemberships(orderSegments).Only(ctx)
}

// What a contact has in other tables is read in the order in which the log shows it.
func orderValues(q *ent.PropertyValueQuery) {
	q.Order(propertyvalue.ByPropertyID(), propertyvalue.ByPosition())
}
func orderLogins(q *ent.LoginQuery)        { q.Order(login.ByNameKey()) }
func orderSegments(q *ent.MembershipQuery) { q.Order(membership.BySegmentID()) }

// past is a contact that the log takes to another state, with all that belongs to it.
type Snapshot struct {
	*ent.Contact

	Values   map[int][]field.Value
	Logins   []field.Login
	Segments []int
}

// pastOf begins with a contact whose edges are read.
func NewSnapshot(c *ent.Contact) *Snapshot {
	begun := *c
	p := &Snapshot{Contact: &begun, Values: map[int][]field.Value{}, Logins: field.LoginsOf(c.Edges.Logins), Segments: field.SegmentsOf(c.Edges.Memberships)}
	for _, v := range c.Edges.Values {
		p.Values[v.PropertyID] = append(p.Values[v.PropertyID], field.Value{Value: v.Value, Description: v.Description})
	}
	return p
}

// put sets what the path is about to a value of the log. A password is not in the log, and stays.
func (p *Snapshot) set(path string, logged any) error {
	v, err := field.DecodeValue(path, logged)
	if err != nil {
		return err
	}
	switch f, id := field.ByPath(path), field.PropertyID(path); {
	case f != nil:
		f.Set(p.Contact, v)
	case id != 0:
		p.Values[id], _ = v.([]field.Value)
	case path == field.PathLogins:
		p.Logins, _ = v.([]field.Login)
	case path == field.PathMembership:
		p.Segments, _ = v.([]int)
	default:
		return p.setRegistration(path, v)
	}
	return nil
}

// back takes back what a change did.
func (p *Snapshot) Rewind(row *ent.Change) error {
	for _, f := range row.Fields {
		if err := p.set(f.Path, f.Old); err != nil {
			return err
		}
	}
	return nil
}

// putRegistration sets what registration says.
func (p *Snapshot) setRegistration(path string, v any) (err error) {
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
func (p *Snapshot) toContact() *ent.Contact {
	c := *p.Contact
	c.Edges = ent.ContactEdges{Values: []*ent.PropertyValue{}, Logins: []*ent.Login{}, Memberships: []*ent.Membership{}}
	for _, id := range slices.Sorted(maps.Keys(p.Values)) {
		for i, v := range p.Values[id] {
			c.Edges.Values = append(c.Edges.Values, &ent.PropertyValue{
				AccountID: c.AccountID, ContactID: c.ID, PropertyID: id, Position: i, Value: v.Value, Description: v.Description,
			})
		}
	}
	for _, l := range p.Logins {
		c.Edges.Logins = append(c.Edges.Logins, &ent.Login{AccountID: c.AccountID, ContactID: c.ID, Name: l.Name, NameKey: l.Key(), Kind: l.Kind})
	}
	for _, id := range p.Segments {
		c.Edges.Memberships = append(c.Edges.Memberships, &ent.Membership{AccountID: c.AccountID, ContactID: c.ID, SegmentID: id})
	}
	return &c
}
