package query

import (
	"context"
	"maps"
	"slices"
	"strings"

	"contactgraph/ent"
	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/login"
	"contactgraph/ent/membership"
	"contactgraph/ent/property"
	"contactgraph/internal/authz"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/normalize"
	"contactgraph/internal/storable"
	"contactgraph/internal/usererror"
	"contactgraph/internal/viewer"
)

// This file finds contacts by parts of their values. No index has those, and the engines fold case
// differently, so the values are read and compared here. That is bounded: see maxValues.

// Place is where in a value a text must be.
type Place string

// The places.
const (
	Anywhere Place = "anywhere"
	AtStart  Place = "start"
	AtEnd    Place = "end"
	Entire   Place = "entire"
)

// FieldSearch finds the contacts that have the text in one of their logins or in a value of one of
// the properties. Case, surrounding blanks and the encoding of accents do not matter.
type FieldSearch struct {
	Logins     bool
	Properties []int
	Place      Place
	Text       string // a blank one is no condition
}

// Limits of a search by values.
const (
	MaxFound      = 500     // contacts that are returned
	maxValues     = 150_000 // that are read
	maxGroups     = 50
	maxConditions = 200 // of all groups: each field of each FieldSearch is one
	maxCandidates = 1_000
)

// ByValues returns at most MaxFound contacts, by id and with their logins as edges, to staff: those
// that meet one search of each group. A group whose searches are all blank is no condition. What
// the viewer may not read finds nothing. It fails with PropertyNotFound, TooLong and TooMany; that
// also if more than maxValues values would have to be read.
func (s *Service) ByValues(ctx context.Context, groups [][]FieldSearch) ([]*ent.Contact, error) {
	v, err := authz.RequireRole(ctx, viewer.Agent)
	if err != nil {
		return nil, err
	}
	defined, err := s.db.Client().Property.Query().Where(property.AccountID(v.Account)).All(ctx)
	if err != nil {
		return nil, err
	}
	r := &valueSearch{Service: s, viewer: v, budget: maxValues, properties: map[int]*ent.Property{}}
	for _, p := range defined {
		r.properties[p.ID] = p
	}
	conditions, err := r.plan(groups)
	if err != nil {
		return nil, err
	}
	return r.run(ctx, conditions)
}

// valueSearch is one search by values.
type valueSearch struct {
	*Service

	viewer     viewer.Viewer
	properties map[int]*ent.Property // all of the account
	budget     int                   // how many more values may be read
	errs       usererror.Errors
}

// valueGroup is a group: a contact must have a value that one of the matchers of its source
// accepts.
type valueGroup struct {
	sources map[source][]matcher
	scans   bool // whether it reads all values of a source, not only those that match
}

// source is a list of values: those of a property, or the logins if it is 0.
type source int

const loginsSource source = 0

// matcher accepts values by their normal form.
type matcher struct {
	place Place
	text  string
}

func (m matcher) accepts(value string) bool {
	switch m.place {
	case AtStart:
		return strings.HasPrefix(value, m.text)
	case AtEnd:
		return strings.HasSuffix(value, m.text)
	case Entire:
		return value == m.text
	default:
		return strings.Contains(value, m.text)
	}
}

// indexed reports whether an index finds the logins that the matcher accepts.
func (m matcher) indexed() bool { return m.place == AtStart || m.place == Entire }

// plan returns the groups that restrict the search, those that read least first.
func (r *valueSearch) plan(groups [][]FieldSearch) (plan []valueGroup, err error) {
	n := 0
	for _, group := range groups {
		g, blank := valueGroup{sources: map[source][]matcher{}}, true
		for _, f := range group {
			n += len(f.Properties) + 1
			if storable.Length(f.Text) > maxSearch {
				r.errs.Add(usererror.TooLong, "", "A text to search for can have at most %d characters.", maxSearch)
				continue
			}
			blank = r.add(&g, f) && blank
		}
		if !blank || len(group) == 0 {
			plan = append(plan, g)
		}
	}
	if len(groups) > maxGroups || n > maxConditions {
		r.errs.Add(usererror.TooMany, "", "A search can have at most %d groups, and %d fields in all.", maxGroups, maxConditions)
	}
	slices.SortStableFunc(plan, func(a, b valueGroup) int { return rank(a.scans) - rank(b.scans) })
	return plan, r.errs.OrNil()
}

func rank(scans bool) int {
	if scans {
		return 1
	}
	return 0
}

// add adds a search to the group, and reports whether its text is blank.
func (r *valueSearch) add(g *valueGroup, f FieldSearch) (blank bool) {
	for _, id := range f.Properties {
		if r.properties[id] == nil {
			r.errs.Missing(usererror.PropertyNotFound, field.PropertyPath(id), "Property", id)
		}
	}
	m := matcher{f.Place, normalize.Name(f.Text)}
	if m.text == "" {
		return true
	}
	for _, id := range f.Properties {
		if p := r.properties[id]; p != nil && field.CanReadProperty(r.viewer, p) {
			g.sources[source(id)] = append(g.sources[source(id)], m)
			g.scans = true
		}
	}
	if f.Logins && field.CanRead(r.viewer, field.PathLogins) {
		m.text = normalize.Email(f.Text)
		g.sources[loginsSource] = append(g.sources[loginsSource], m)
		g.scans = g.scans || !m.indexed()
	}
	return false
}

// run returns the contacts that all groups find.
func (r *valueSearch) run(ctx context.Context, plan []valueGroup) ([]*ent.Contact, error) {
	found, err := r.visible(ctx)
	for _, g := range plan {
		if err == nil {
			found, err = r.find(ctx, g, found)
		}
	}
	if err != nil {
		return nil, err
	}
	q := r.db.Client().Contact.Query().Where(entcontact.AccountID(r.viewer.Account)).Order(entcontact.ByID()).Limit(MaxFound).
		WithLogins(func(q *ent.LoginQuery) { field.OrderLogins(q.Where(login.AccountID(r.viewer.Account))) })
	if found != nil {
		ids := slices.Sorted(maps.Keys(found))
		q.Where(entcontact.IDIn(ids[:min(len(ids), MaxFound)]...))
	}
	contacts, err := q.All(ctx)
	return field.VisibleToAll(r.viewer, contacts), err
}

// ids is a set of contacts; nil stands for all.
type ids map[int]bool

// visible returns the contacts that the viewer may see.
func (r *valueSearch) visible(ctx context.Context) (ids, error) {
	if r.viewer.Segment == 0 {
		return nil, nil
	}
	var rows []struct {
		ContactID int `json:"contact_id"`
	}
	err := r.db.Client().Membership.Query().Where(membership.AccountID(r.viewer.Account), membership.SegmentID(r.viewer.Segment)).
		Limit(r.budget+1).Select(membership.FieldContactID).Scan(viewer.AccountWide(ctx), &rows)
	if err != nil {
		return nil, err
	}
	seen := ids{}
	for _, row := range rows {
		seen[row.ContactID] = true
	}
	return seen, r.spend(len(rows))
}

// find returns the contacts of the set that the group finds.
func (r *valueSearch) find(ctx context.Context, g valueGroup, among ids) (ids, error) {
	found := ids{}
	for _, from := range slices.Sorted(maps.Keys(g.sources)) {
		values, err := r.read(ctx, from, g.sources[from], among)
		if err == nil {
			err = r.spend(len(values))
		}
		if err != nil {
			return nil, err
		}
		for _, v := range values {
			if (among == nil || among[v.Contact]) && !found[v.Contact] {
				found[v.Contact] = slices.ContainsFunc(g.sources[from], func(m matcher) bool { return m.accepts(v.normal(from)) })
			}
		}
	}
	maps.DeleteFunc(found, func(_ int, matches bool) bool { return !matches })
	return found, nil
}

// spend fails with TooMany if the search has read more values than it may.
func (r *valueSearch) spend(n int) error {
	if r.budget -= n; r.budget >= 0 {
		return nil
	}
	r.errs.Add(usererror.TooMany, "", "The search would read more than %d values. Add a group that searches only logins, by their start or as a whole.", maxValues)
	return r.errs
}
