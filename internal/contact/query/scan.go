package query

import (
	"context"
	"slices"
	"time"

	"contactgraph/ent"
	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/membership"
	"contactgraph/ent/predicate"
	"contactgraph/ent/propertyvalue"
	"contactgraph/internal/authz"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"

	"entgo.io/ent/dialect/sql"
)

// This file reads lists of any length in parts, for APIs that stream them: by id, each part after
// the last id of the part before.

// MaxScan is the most contacts that one part can have. Both engines accept as many parameters.
const MaxScan = 500

// IDsAfter returns the ids of the first contacts after an id, in ascending order: those of at most
// limit contacts that the viewer can see. It fails with Forbidden for customers.
func (s *Service) IDsAfter(ctx context.Context, after, limit int) ([]int, error) {
	v, err := authz.RequireRole(ctx, viewer.Agent)
	if err != nil {
		return nil, err
	}
	return s.db.Client().Contact.Query().Where(entcontact.AccountID(v.Account), entcontact.IDGT(after)).
		Order(entcontact.ByID()).Limit(limit).IDs(ctx)
}

// After returns the contacts with these ids: see IDsAfter.
func (s *Service) After(ctx context.Context, after, limit int) ([]*ent.Contact, error) {
	v, err := authz.RequireRole(ctx, viewer.Agent)
	if err != nil {
		return nil, err
	}
	found, err := s.db.Client().Contact.Query().Where(entcontact.AccountID(v.Account), entcontact.IDGT(after)).
		Order(entcontact.ByID()).Limit(limit).All(ctx)
	return field.VisibleToAll(v, found), err
}

// ByIDs returns the contacts that exist of at most MaxScan ids, ordered by id. It fails with
// Forbidden for customers.
func (s *Service) ByIDs(ctx context.Context, ids []int) ([]*ent.Contact, error) {
	v, err := authz.RequireRole(ctx, viewer.Agent)
	if err != nil {
		return nil, err
	}
	found, err := s.db.Client().Contact.Query().Where(entcontact.AccountID(v.Account), entcontact.IDIn(ids...)).
		Order(entcontact.ByID()).All(ctx)
	return field.VisibleToAll(v, found), err
}

// Registration restricts contacts by their registration. A nil field is no condition.
type Registration struct {
	Since  *time.Time // registered at this time or later
	Source *string    // exactly
	IP     *string    // exactly
}

// RegisteredIDs returns the ids of all contacts that the viewer can see with such a registration,
// in ascending order. It fails with Forbidden for customers, and for a viewer that may not read a
// part of the registration that is restricted.
func (s *Service) RegisteredIDs(ctx context.Context, r Registration) ([]int, error) {
	v, err := authz.RequireRole(ctx, viewer.Agent)
	if err != nil {
		return nil, err
	}
	where := []predicate.Contact{entcontact.AccountID(v.Account)}
	if r.Since != nil {
		where = append(where, entcontact.RegisteredAtGTE(*r.Since))
	}
	for _, part := range []struct {
		path  string
		value *string
		is    func(string) predicate.Contact
	}{
		{field.PathRegistrationSource, r.Source, entcontact.RegistrationSource},
		{field.PathRegistrationIP, r.IP, entcontact.RegistrationIP},
	} {
		if part.value == nil {
			continue
		}
		if !field.CanRead(v, part.path) {
			return nil, forbiddenLookup()
		}
		where = append(where, part.is(*part.value))
	}
	ids, err := s.db.Client().Contact.Query().Where(where...).IDs(ctx)
	slices.Sort(ids)
	return ids, err
}

// IDsByValue returns the ids of all contacts that the viewer can see of which a value of the
// property is one of the texts, in ascending order. It fails with Forbidden for customers, and for
// a viewer that may not read the property.
func (s *Service) IDsByValue(ctx context.Context, p *ent.Property, texts ...string) ([]int, error) {
	v, err := authz.RequireRole(ctx, viewer.Agent)
	if err != nil {
		return nil, err
	}
	if !field.CanReadProperty(v, p) {
		return nil, forbiddenLookup()
	}
	var ids []int
	if f := field.BoundTo(p); f != nil {
		is := predicate.Contact(sql.FieldIn(f.Column, texts...))
		ids, err = s.db.Client().Contact.Query().Where(entcontact.AccountID(v.Account), is).IDs(ctx)
	} else {
		err = s.db.Client().PropertyValue.Query().Where(propertyvalue.AccountID(v.Account), propertyvalue.PropertyID(p.ID),
			propertyvalue.ValueIn(texts...)).Select(propertyvalue.FieldContactID).Scan(ctx, &ids)
	}
	slices.Sort(ids)
	return slices.Compact(ids), err
}

// IDsOfCompany returns the ids of all contacts of a company that the viewer can see, in ascending
// order. It fails with Forbidden for customers, and for a viewer that may not read the company of
// contacts.
func (s *Service) IDsOfCompany(ctx context.Context, company int) ([]int, error) {
	v, err := lookupBy(ctx, field.Company.Path)
	if err != nil {
		return nil, err
	}
	ids, err := s.db.Client().Contact.Query().Where(entcontact.AccountID(v.Account), entcontact.CompanyID(company)).IDs(ctx)
	slices.Sort(ids)
	return ids, err
}

// IDsInSegment returns the ids of the first contacts in a segment after an id, in ascending order:
// those of at most limit contacts that the viewer can see. It fails with Forbidden for customers,
// and for a viewer that may not read the segments of contacts.
func (s *Service) IDsInSegment(ctx context.Context, segment, after, limit int) (ids []int, err error) {
	v, err := lookupBy(ctx, field.PathMembership)
	if err != nil {
		return nil, err
	}
	err = s.db.Client().Membership.Query().Where(membership.AccountID(v.Account), membership.SegmentID(segment), predicate.Membership(sql.FieldGT(membership.FieldContactID, after))).
		Order(membership.ByContactID()).Limit(limit).Select(membership.FieldContactID).Scan(ctx, &ids)
	return ids, err
}

// CountInSegments returns how many contacts that the viewer can see are in at least one of the
// segments. It fails as IDsInSegment does.
func (s *Service) CountInSegments(ctx context.Context, segments []int) (int, error) {
	v, err := lookupBy(ctx, field.PathMembership)
	if err != nil || len(segments) == 0 {
		return 0, err
	}
	in := entcontact.HasMembershipsWith(membership.AccountID(v.Account), membership.SegmentIDIn(segments...))
	return s.db.Client().Contact.Query().Where(entcontact.AccountID(v.Account), in).Count(ctx)
}

// lookupBy returns the viewer if it is staff that may find contacts by what the path names.
func lookupBy(ctx context.Context, path string) (viewer.Viewer, error) {
	v, err := authz.RequireRole(ctx, viewer.Agent)
	if err == nil && !field.CanRead(v, path) {
		err = forbiddenLookup()
	}
	return v, err
}

// ValuesOf returns the texts that at most MaxScan contacts have for properties, by contact and
// property, as far as the viewer may read them. Those of properties that are aliases of fields are
// the texts of these fields.
func (s *Service) ValuesOf(ctx context.Context, contacts []*ent.Contact, properties []*ent.Property) (map[int]map[int][]string, error) {
	v, err := authz.RequireViewer(ctx)
	if err != nil {
		return nil, err
	}
	texts, ids := map[int]map[int][]string{}, []int{}
	for _, c := range contacts {
		texts[c.ID], ids = map[int][]string{}, append(ids, c.ID)
	}
	var stored []int
	for _, p := range properties {
		switch f := field.BoundTo(p); {
		case !field.CanReadProperty(v, p):
		case f == nil:
			stored = append(stored, p.ID)
		default:
			for _, c := range contacts {
				if text, ok := f.Get(c).(string); ok {
					texts[c.ID][p.ID] = []string{text}
				}
			}
		}
	}
	if len(stored) == 0 || len(ids) == 0 {
		return texts, nil
	}
	rows, err := s.db.Client().PropertyValue.Query().Where(propertyvalue.AccountID(v.Account), propertyvalue.ContactIDIn(ids...),
		propertyvalue.PropertyIDIn(stored...)).Order(propertyvalue.ByPosition()).All(ctx)
	for _, r := range rows {
		texts[r.ContactID][r.PropertyID] = append(texts[r.ContactID][r.PropertyID], r.Value)
	}
	return texts, err
}

// forbiddenLookup is the error of a viewer that may not read what it would find contacts by.
func forbiddenLookup() error {
	return usererror.Errors{usererror.NewForbidden("", "Your role may not find contacts by fields that it may not read.")}
}
