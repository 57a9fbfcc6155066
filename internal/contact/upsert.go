package contact

import (
	"context"
	"maps"
	"slices"

	"contactgraph/ent/change"
	"contactgraph/internal/authz"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/dberr"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// Upsert is the command that updates the contact that has a unique key, and creates one if there is
// none.
type Upsert struct {
	Match Match
	// Lock applies to a contact that exists. Without an expected version, the contact is updated as
	// it is now; with one, it must exist.
	Lock Lock
	// Create is what a new contact has. Of it, Set, Password and Details are also written to a
	// contact that exists.
	Create
}

// Upsert applies u. It fails as Create and Update do, with NotFound if it expects a version and no
// contact matches, and with Forbidden if the viewer may not read what it matches by. Concurrent
// upserts with one key create one contact.
func (s *Service) Upsert(ctx context.Context, u Upsert) (*Result, error) { return s.run(ctx, u) }

func (u Upsert) subject() string {
	if u.Match.kind() == nil {
		return ""
	}
	m := u.Match.in("")
	key := m.key
	if u.Match.Phone != nil { // the country is not known yet, but these digits are the same with and without one
		key = key[max(0, len(key)-sameDigits):]
	}
	return m.noun + " " + key
}

// sameDigits is how many digits at the end of phone numbers are compared before their country is
// known. Upserts of different numbers with the same last digits only run one after the other.
const sameDigits = 3

func (u Upsert) prepare(ctx context.Context, s *Service) (*prepared, error) {
	v, err := authz.ToWriteContacts(authz.RequireRole(ctx, viewer.Agent))
	if err != nil {
		return nil, err
	}
	if errs := s.checkMatch(v, u.Match); len(errs) > 0 { // without it, the contact is unknown
		return nil, errs
	}
	id := 0
	if !u.Match.needsCountry() {
		if id, err = u.Match.in("").find(ctx, s.db.Client(), v.Account); err != nil {
			return nil, err
		}
	}
	d, err := s.draft(ctx, v, u.Create, id)
	if err != nil {
		return nil, err
	}
	d.keep(u.Match.ExternalID)
	if u.Lock.Expected == nil {
		u.Lock.OnConflict = Overwrite
	}
	u.Lock.check(&d.errs)
	return &prepared{viewer: v, contact: id, begin: func(ctx context.Context, t *transaction) (*unitOfWork, error) {
		return t.upsert(ctx, u, d)
	}}, nil
}

// upsert begins to update the contact that matches, or to create one.
func (t *transaction) upsert(ctx context.Context, u Upsert, d *draft) (*unitOfWork, error) {
	country, err := t.country.of(ctx, t.tx, t.viewer.Account, u.Match.contact())
	if err != nil {
		return nil, err
	}
	m := u.Match.in(country)
	if m.key == "" {
		return nil, usererror.Errors{{Code: usererror.Invalid, Path: field.PathMatch, Message: "The match has no " + m.noun + "."}}
	}
	id, err := m.find(ctx, t.tx.Ent, t.viewer.Account)
	if err != nil {
		return nil, err
	}
	var w *unitOfWork
	switch {
	case id != 0:
		w, err = t.update(ctx, id, u.Lock, d)
	case u.Lock.Expected != nil:
		return nil, usererror.Errors{{Code: usererror.NotFound, Message: "No contact has this " + m.noun + "."}}
	default:
		w, err = t.create(ctx, d.with(u.Match))
	}
	if err != nil {
		return nil, err
	}
	if id == 0 {
		w.match = &m
	}
	if !m.kept(w.next) { // a repeat would create another contact
		w.errs.Add(usererror.Invalid, m.path, "A contact that is found by its %s must keep one.", m.noun)
	}
	return w, nil
}

// checkMatches fails if a contact can be found now that an Upsert that failed would have updated:
// another process has created it after the Upsert had looked for it, and before its keys were
// looked up. The database then runs the write again.
func (t *transaction) checkMatches(ctx context.Context, writes []*unitOfWork) error {
	for _, w := range writes {
		if w.match == nil || !w.failed() {
			continue
		}
		id, err := w.match.find(ctx, t.tx.Ent, t.viewer.Account)
		if err != nil {
			return err
		}
		if id != 0 {
			return dberr.Raced(w.errs)
		}
	}
	return nil
}

// update begins to write what a draft has to a contact that exists.
func (t *transaction) update(ctx context.Context, id int, l Lock, d *draft) (*unitOfWork, error) {
	w, err := t.load(ctx, id, d.errs)
	if err != nil {
		return nil, err
	}
	e := edit{set: d.set, details: d.Details}
	w.kind = change.KindDETAILS
	if d.hash != nil {
		e.password = &preparedPassword{hash: *d.hash}
	}
	if len(d.set) > 0 || d.hash != nil {
		w.kind = change.KindUPDATE
	}
	return w, w.apply(ctx, l, e)
}

// keep makes the contact keep the external id by which it is found, nil if it is found by another
// key.
func (d *draft) keep(e *field.ExternalID) {
	if e != nil && (d.ExternalIDs != nil || len(d.Remove.ExternalIDs) > 0) {
		d.addExternalID(*e)
	}
}

// addExternalID adds an external id, also to a complete set.
func (d *draft) addExternalID(e field.ExternalID) {
	switch {
	case d.ExternalIDs == nil:
		d.Add.ExternalIDs = append(slices.Clone(d.Add.ExternalIDs), e)
	case !slices.Contains(*d.ExternalIDs, e):
		set := append(slices.Clone(*d.ExternalIDs), e)
		field.SortExternalIDs(set)
		d.ExternalIDs = &set
	}
}

// with returns the draft of a new contact with the key of the match, unless it sets another one.
func (d *draft) with(m Match) *draft {
	keyed := *d
	keyed.set = maps.Clone(d.set)
	for f, v := range m.patch() {
		if _, set := d.set[f]; !set {
			keyed.set[f] = v
		}
	}
	if m.ExternalID != nil {
		keyed.addExternalID(*m.ExternalID)
	}
	return &keyed
}
