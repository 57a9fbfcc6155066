package changelog

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"math"
	"slices"
	"time"

	"contactgraph/ent"
	"contactgraph/ent/change"
	entcontact "contactgraph/ent/contact"
	"contactgraph/internal/authz"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/database"
	"contactgraph/internal/revision"
	"contactgraph/internal/viewer"

	"entgo.io/ent/dialect/sql"
)

// ErrNoVersion is the error for a version that the contact never had, or to which the change log
// does not reach back.
var ErrNoVersion = errors.New("no such version")

// AsOf returns the contact as it was at the version, with everything that belonged to it in its
// edges, even if it has been deleted since, as far as the viewer may read it. It fails with
// ErrNoVersion, also for a contact that never existed, and with Forbidden as query.Service.Get
// does.
func (s *Service) AsOf(ctx context.Context, id int, version revision.Version) (*ent.Contact, error) {
	v, err := authz.AuthorizeContact(ctx, s.db.Client(), id)
	if err != nil {
		return nil, err
	}
	c, err := s.asOf(ctx, v, id, version)
	return field.Visible(v, c), err
}

// AtTime returns the contact as it was at a point in time, as AsOf does; nil if it did not exist
// then.
func (s *Service) AtTime(ctx context.Context, id int, at time.Time) (*ent.Contact, error) {
	v, err := authz.AuthorizeContact(ctx, s.db.Client(), id)
	if err != nil {
		return nil, err
	}
	written := s.db.Client().Change.Query().Where(change.AccountID(v.Account), change.ContactID(id))
	last, err := written.Clone().Where(change.AtLTE(at)).Order(change.ByVersion(sql.OrderDesc())).First(ctx)
	switch {
	case ent.IsNotFound(err):
		c, err := s.beforeLog(ctx, v, written, id, at)
		return field.Visible(v, c), err
	case err != nil:
		return nil, err
	case Removes(last.Kind):
		return nil, nil
	}
	c, err := s.asOf(ctx, v, id, last.Version)
	return field.Visible(v, c), err
}

// beforeLog returns the contact as it was before its first change in the log: nil if this is its
// creation, and as it is now if the log has no change of it and it was not written since.
func (s *Service) beforeLog(ctx context.Context, v viewer.Viewer, written *ent.ChangeQuery, id int, at time.Time) (*ent.Contact, error) {
	first, err := written.Order(change.ByVersion()).First(ctx)
	if err == nil && first.Kind == change.KindCREATE && first.Undoes == nil {
		return nil, nil
	}
	if !ent.IsNotFound(err) {
		return nil, cmp.Or(err, ErrNoVersion)
	}
	current, err := WithRelations(ctx, s.db.Client(), v.Account, id)
	if err == nil && !current.LastModified.After(at) {
		return current, nil
	}
	if err != nil && !ent.IsNotFound(err) {
		return nil, err
	}
	return nil, ErrNoVersion
}

func (s *Service) asOf(ctx context.Context, v viewer.Viewer, id int, version revision.Version) (*ent.Contact, error) {
	current, err := WithRelations(ctx, s.db.Client(), v.Account, id)
	if err != nil && !ent.IsNotFound(err) {
		return nil, err
	}
	if current != nil && current.Version == version {
		return current, nil
	}
	if current == nil {
		current = &ent.Contact{ID: id, AccountID: v.Account}
	}
	return s.rewindTo(ctx, NewSnapshot(current), version)
}

// rewindTo rewinds the contact through its change log to the change that produced the version. The
// contact was read before the log, in several statements, and may contain parts of later writes:
// rewinding from the newest change sets everything that any of them touched.
func (s *Service) rewindTo(ctx context.Context, p *Snapshot, version revision.Version) (*ent.Contact, error) {
	const batchSize = 500
	for next := revision.Version(math.MaxInt64); ; {
		rows, more, err := database.ReadFitting(ctx, s.db.Client().Change.Query().
			Where(change.AccountID(p.AccountID), change.ContactID(p.ID), change.VersionGTE(version), change.VersionLT(next)).
			Order(change.ByVersion(sql.OrderDesc())), batchSize)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			contiguous := next == math.MaxInt64 || next.Follows(row.Version)
			next = row.Version
			switch {
			case !contiguous, row.Kind == change.KindERASE:
				return nil, ErrNoVersion
			case row.Version == version && !Removes(row.Kind):
				p.Version, p.LastModified = version, row.At
				return p.toContact(), nil
			}
			if err := p.Rewind(row); err != nil {
				return nil, err
			}
		}
		if len(rows) < batchSize && !more {
			return nil, ErrNoVersion
		}
	}
}

// WithRelations reads the contact with its property values, logins, external ids and memberships in
// its edges, in the order of the change log. It fails with ent's NotFoundError if the account has
// no such contact.
func WithRelations(ctx context.Context, c *ent.Client, account, id int) (*ent.Contact, error) {
	return AddRelations(c.Contact.Query().Where(entcontact.ID(id), entcontact.AccountID(account))).Only(ctx)
}

// AddRelations makes the query read what WithRelations reads.
func AddRelations(q *ent.ContactQuery) *ent.ContactQuery {
	return q.WithValues(field.OrderValues).WithLogins(field.OrderLogins).WithExternalIds(field.OrderExternalIDs).WithMemberships(field.OrderSegments)
}

// Snapshot is a contact, with everything that belongs to it, in a state that the change log can
// rewind, and continue: see fold.go.
type Snapshot struct {
	*ent.Contact

	Values      map[int][]field.Value
	Logins      []field.Login
	ExternalIDs []field.ExternalID
	Segments    []int
}

// NewSnapshot returns a snapshot of a contact whose edges have been read.
func NewSnapshot(c *ent.Contact) *Snapshot {
	copied := *c
	p := &Snapshot{
		Contact: &copied, Values: map[int][]field.Value{}, Logins: field.LoginsOf(c.Edges.Logins),
		ExternalIDs: field.ExternalIDsOf(c.Edges.ExternalIds), Segments: field.SegmentsOf(c.Edges.Memberships),
	}
	for _, v := range c.Edges.Values {
		p.Values[v.PropertyID] = append(p.Values[v.PropertyID], field.Value{Value: v.Value, Description: v.Description})
	}
	return p
}

// set sets what the path names to a value of the log. The password stays: it is not in the log.
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
	case path == field.PathExternalIDs:
		p.ExternalIDs, _ = v.([]field.ExternalID)
	case path == field.PathMembership:
		p.Segments, _ = v.([]int)
	default:
		return p.setRegistration(path, v)
	}
	return nil
}

// Rewind reverts a change.
func (p *Snapshot) Rewind(row *ent.Change) error {
	for _, f := range row.Fields {
		if err := p.set(f.Path, f.Old); err != nil {
			return err
		}
	}
	return nil
}

// setRegistration sets a value of the registration.
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

// toContact returns the contact with what belongs to it in its edges, as if it had been read.
func (p *Snapshot) toContact() *ent.Contact {
	c := *p.Contact
	c.Edges = ent.ContactEdges{
		Values: []*ent.PropertyValue{}, Logins: []*ent.Login{}, ExternalIds: []*ent.ExternalID{}, Memberships: []*ent.Membership{},
	}
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
	for _, e := range p.ExternalIDs {
		c.Edges.ExternalIds = append(c.Edges.ExternalIds, &ent.ExternalID{AccountID: c.AccountID, ContactID: c.ID, System: e.System, Value: e.Value})
	}
	for _, id := range p.Segments {
		c.Edges.Memberships = append(c.Edges.Memberships, &ent.Membership{AccountID: c.AccountID, ContactID: c.ID, SegmentID: id})
	}
	return &c
}
