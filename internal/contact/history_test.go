package contact_test

import (
	"errors"
	"fmt"
	"testing"

	"contactgraph/ent"
	"contactgraph/ent/change"
	entcontact "contactgraph/ent/contact"
	"contactgraph/ent/login"
	"contactgraph/ent/property"
	"contactgraph/ent/propertyvalue"
	"contactgraph/internal/catalog"
	"contactgraph/internal/changelog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/query"
	"contactgraph/internal/database/databasetest"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// portrait is all that can be seen of a contact, nil if there is none.
func portrait(c *ent.Contact) map[string]any {
	if c == nil {
		return nil
	}
	p := map[string]any{
		"secret": c.Secret, "registered": revision.FormatTime(c.RegisteredAt), "source": c.RegistrationSource, "ip": c.RegistrationIP,
		"store": c.RegistrationStoreID,
	}
	for _, f := range field.Fields {
		p[f.Path] = values(c)[f]
	}
	p[field.LimitUntil.Path] = nil
	if c.LimitMailsTemporarilyUntil != nil {
		p[field.LimitUntil.Path] = revision.FormatTime(*c.LimitMailsTemporarilyUntil)
	}
	properties, segments, logins := map[int][]field.Value{}, []int{}, map[string]login.Kind{}
	for _, v := range c.Edges.Values {
		properties[v.PropertyID] = append(properties[v.PropertyID], field.Value{Value: v.Value, Description: v.Description})
	}
	for _, m := range c.Edges.Memberships {
		segments = append(segments, m.SegmentID)
	}
	for _, l := range c.Edges.Logins {
		logins[l.Name] = l.Kind
	}
	p["properties"], p["membership"], p["logins"] = properties, segments, logins
	return p
}

// stamped is a portrait with the version and its time.
func stamped(c *ent.Contact) map[string]any {
	p := portrait(c)
	if p != nil {
		p["version"], p["modified"] = c.Version, revision.FormatTime(c.LastModified)
	}
	return p
}

// read reads all of a contact, nil if there is none.
func (a *tenant) read(id int) *ent.Contact {
	c, err := a.db.Client().Contact.Query().Where(entcontact.ID(id)).WithLogins().WithMemberships(func(q *ent.MembershipQuery) { q.Order(ent.Asc("segment_id")) }).
		WithValues(func(q *ent.PropertyValueQuery) { q.Order(propertyvalue.ByPosition()) }).Only(a.agent)
	if err != nil && !ent.IsNotFound(err) {
		a.t.Fatal(err)
	}
	return c
}

// step does something to the contact; it may fail.
func (a *tenant) step(rt *rapid.T, id int, props []int) error {
	some := rapid.SampledFrom([]string{"", "x", "y"})
	switch rapid.IntRange(0, 9).Draw(rt, "step") {
	case 0:
		return errOf(a.Delete(a.agent, contact.Delete{ID: id, Lock: overwrite}))
	case 1, 2, 3, 4:
		set := field.Patch{}
		for _, f := range []*field.Field{field.FirstName, field.Email, field.PermissionSource} {
			if v := some.Draw(rt, f.Path); v != "" {
				set[f] = fmt.Sprint(v, id)
			}
		}
		if rapid.Bool().Draw(rt, "limits") {
			set[field.LimitUntil], set[field.LimitPermanently] = start, rapid.Bool().Draw(rt, "limited")
			set[field.PreferredStore], set[field.LastName] = rapid.SampledFrom(a.stores).Draw(rt, "store"), nil
		}
		return errOf(a.update(a.agent, id, set))
	default:
		var d contact.Details
		for _, p := range props {
			if v := some.Draw(rt, "value"); v != "" {
				d.Properties = append(d.Properties, set(p, v))
			} else if rapid.Bool().Draw(rt, "clears") {
				d.Properties = append(d.Properties, set(p))
			}
		}
		if v := some.Draw(rt, "login"); v != "" {
			d.Logins = &[]field.Login{{Name: fmt.Sprint(v, id), Kind: login.KindEmail}, {Name: fmt.Sprint("z", id), Kind: login.KindBlank}}
		}
		if rapid.Bool().Draw(rt, "moves") {
			d.Membership = new(rapid.SliceOfDistinct(rapid.SampledFrom(a.segments), rapid.ID).Draw(rt, "segments"))
		}
		return errOf(a.details(a.agent, id, d))
	}
}

// Whatever was done to a contact: each version can be seen as it was, and each change can be taken back, and so can that.
func TestHistoriesGoBackAndForth(t *testing.T) {
	t.Parallel()
	histories := 10              // a hundred times
	if databasetest.Postgres() { // where each write takes longer; what goes back is the same code
		histories = 2
	}
	f := newFixture(t)
	a := f.demo
	props := []int{
		a.property(catalog.NewProperty{Name: "Last", Bound: new(property.BoundLastName)}),
		a.property(catalog.NewProperty{Name: "p"}), a.property(catalog.NewProperty{Name: "q"}),
	}
	undone, refused := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		for range histories {
			id := a.create(field.Patch{field.FirstName: "Anna"}).ID
			recorded := map[revision.Version]map[string]any{}
			record := func() {
				if c := a.read(id); c != nil {
					recorded[c.Version] = stamped(c)
				}
			}
			record()
			for range rapid.IntRange(1, 5).Draw(rt, "steps") {
				if rapid.IntRange(0, 3).Draw(rt, "undo") == 0 {
					if a.undoAndRedo(rt, id, record) {
						undone++
					} else {
						refused++
					}
					continue
				}
				var errs usererror.Errors
				if err := a.step(rt, id, props); err != nil && (!errors.As(err, &errs) || !errs.Has(usererror.NotFound)) {
					rt.Fatal(err)
				}
				record()
			}
			for version, want := range recorded {
				if diff := cmp.Diff(want, stamped(must(a.AsOf(a.agent, id, version)))); diff != "" {
					rt.Fatalf("contact %d at version %d (-then +now)\n%s", id, version, diff)
				}
			}
		}
	})
	t.Logf("%d changes undone and done again, %d refused", undone, refused)
	if undone == 0 || refused == 0 {
		t.Error("one of both never happened")
	}
}

// undoAndRedo takes back some change of the contact, and takes that back. It reports false if later changes were in the way.
func (a *tenant) undoAndRedo(rt *rapid.T, id int, record func()) bool {
	log := must(a.History(a.agent, id, 1<<40, query.MaxPage))
	before := a.read(id)
	row := rapid.SampledFrom(log).Draw(rt, "change")
	r, err := a.Undo(a.agent, idOf(row))
	if err != nil {
		if _, ok := errors.AsType[usererror.Errors](err); !ok {
			rt.Fatal(err)
		}
		if diff := cmp.Diff(stamped(before), stamped(a.read(id))); diff != "" {
			rt.Fatalf("undoing %v was refused, and changed (-before +after)\n%s", row, diff)
		}
		return false
	}
	if r.Change.Undoes == nil || *r.Change.Undoes != row.Version {
		rt.Fatalf("undoing %v is logged as %v", row, r.Change)
	}
	record()
	if _, err := a.Undo(a.agent, idOf(r.Change)); err != nil {
		rt.Fatalf("undoing the undoing of %v: %v", row, err)
	}
	record()
	if diff := cmp.Diff(portrait(before), portrait(a.read(id))); diff != "" {
		rt.Fatalf("%v was undone by %v, and that again (-before +after)\n%s", row, r.Change, diff)
	}
	return true
}

// idOf names a change.
func idOf(row *ent.Change) revision.ChangeID {
	return revision.ChangeID{Contact: row.ContactID, Version: row.Version}
}

func TestUndo(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	undo := func(version revision.Version) func() error {
		return func() error { return errOf(a.Undo(a.agent, revision.ChangeID{Contact: 1, Version: version})) }
	}
	c := a.create(field.Patch{field.FirstName: "Anna", field.Email: "anna@example.com"}, contact.Details{Membership: new(a.segments[:1])})
	first := must(a.update(a.agent, c.ID, field.Patch{field.FirstName: "Eva", field.LastName: "Ek"})).Change
	must(a.update(a.agent, c.ID, field.Patch{field.FirstName: "Ida"}))
	errs := f.refused("what has been changed since", undo(first.Version), "VERSION_CONFLICT")
	want := []string{`firstName: "Eva" → "Ida" | "Anna" ! by demo-AGENT at version 3`, `lastName: "Ek" → "Ek" | null`}
	if diff := cmp.Diff(want, report(errs[0].Conflict)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	members := must(a.details(a.agent, c.ID, contact.Details{Membership: new(a.segments[:2])})).Change
	must(a.details(a.agent, c.ID, contact.Details{Membership: new(a.segments[:3])}))
	if r := must(a.Undo(a.agent, idOf(members))); r.Merge == nil || r.Change.Kind != change.KindDETAILS {
		t.Errorf("undoing a segment: merged with %v, as %s", r.Merge, r.Change.Kind)
	}
	if got := portrait(a.read(c.ID))["membership"]; !cmp.Equal(got, []int{a.segments[0], a.segments[2]}) {
		t.Errorf("a segment that was added before another is undone: %v", got)
	}
	password := must(f.setPassword(a.agent, c.ID, new("pw"), nil)).Change
	f.refused("a password", undo(password.Version), "INVALID password")
	f.refused("what never was", undo(9999), "NOT_FOUND")
	f.refused("another account's", func() error { return errOf(a.Undo(f.other.agent, idOf(first))) }, "NOT_FOUND")
	f.refused("the creation of what has been changed", undo(1), "VERSION_CONFLICT")

	gone := must(a.Delete(a.agent, contact.Delete{ID: c.ID, Lock: overwrite}))
	f.refused("a change of what is gone", undo(first.Version), "NOT_FOUND")
	thief := a.create(field.Patch{field.Email: "anna@example.com"})
	f.refused("the deletion of one whose address is taken since", undo(gone.Change.Version), "EMAIL_TAKEN email")
	must(a.update(a.agent, thief.ID, field.Patch{field.Email: nil}))
	back := must(a.Undo(a.agent, idOf(gone.Change)))
	if c := a.get(c.ID); back.Change.Kind != change.KindCREATE || c.Version != gone.Change.Version+1 || c.PasswordHash != nil || c.Secret != gone.Contact.Secret {
		t.Errorf("undoing a deletion: %v, as %s", c, back.Change.Kind)
	}
	f.refused("the deletion of what is back", undo(gone.Change.Version), "VERSION_CONFLICT")
	again := must(a.Delete(a.agent, contact.Delete{ID: c.ID, Lock: overwrite}))
	f.refused("a deletion before the last", undo(gone.Change.Version), "INVALID")
	must(a.Undo(a.agent, idOf(again.Change)))
}

// A customer may take back what it may write.
func TestCustomersUndo(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	c, other := a.create(field.Patch{field.FirstName: "Anna"}), a.create(nil)
	undo := func(row *ent.Change) func() error {
		return func() error { return errOf(a.Undo(a.as(c), idOf(row))) }
	}
	name := must(a.update(a.agent, c.ID, field.Patch{field.FirstName: "Eva"})).Change
	company := must(a.update(a.agent, c.ID, field.Patch{field.Company: a.companies[0]})).Change
	others := must(a.update(a.agent, other.ID, field.Patch{field.FirstName: "Ida"})).Change
	f.refused("what is staff's", undo(company), "FORBIDDEN companyId")
	f.refused("another's", undo(others), "FORBIDDEN")
	f.refused("its creation", func() error { return errOf(a.Undo(a.as(c), revision.ChangeID{Contact: c.ID, Version: 1})) }, "FORBIDDEN")
	if err := undo(name)(); err != nil {
		t.Errorf("its own name: %v", err)
	}
	for _, row := range must(a.History(a.as(c), c.ID, 1<<40, 10)) {
		if row.ActorName != "" {
			t.Errorf("it learns of %s", row.ActorName)
		}
	}
	if _, err := a.History(a.as(c), other.ID, 1<<40, 10); err == nil {
		t.Error("it sees another's changes")
	}
	if _, err := a.AsOf(a.as(c), other.ID, 1); err == nil {
		t.Error("it sees another's past")
	}
}

func TestAsOf(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	c := a.create(nil)
	must(a.update(a.agent, c.ID, nil))
	gone := must(a.Delete(a.agent, contact.Delete{ID: c.ID, Lock: overwrite})).Change.Version
	for _, version := range []revision.Version{revision.Stale, -1, gone, gone + 1} {
		if got, err := a.AsOf(a.agent, c.ID, version); !errors.Is(err, changelog.ErrNoVersion) {
			t.Errorf("version %d: %v, %v", version, got, err)
		}
	}
	for _, id := range []int{999, f.other.create(nil).ID} {
		if got, err := a.AsOf(a.agent, id, 1); !errors.Is(err, changelog.ErrNoVersion) {
			t.Errorf("contact %d: %v, %v", id, got, err)
		}
	}
	if _, err := f.db.Raw().ExecContext(t.Context(), "DELETE FROM changes WHERE version = 2"); err != nil {
		t.Fatal(err)
	}
	if got, err := a.AsOf(a.agent, c.ID, 1); !errors.Is(err, changelog.ErrNoVersion) {
		t.Errorf("behind what the log has lost: %v, %v", got, err)
	}
}

func TestLastChanges(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	c := a.create(field.Patch{field.FirstName: "Anna", field.LastName: "Ek"})
	for range 2 * query.MaxPage {
		must(a.update(a.agent, c.ID, nil))
	}
	last := must(a.update(a.as(c), c.ID, field.Patch{field.FirstName: "Eva"})).Contact.Version
	must(a.update(a.agent, c.ID, field.Patch{field.LastName: "Alm"}))
	var got []string
	for _, l := range must(a.LastChanges(a.agent, c.ID, last)) {
		got = append(got, fmt.Sprintf("%s at %d by %s", l.Path, l.Change.Version, l.Change.ActorKind))
	}
	want := []string{
		"secret at 1 by key", "registrationDateTime at 1 by key", "registrationSource at 1 by key", "registrationIp at 1 by key",
		fmt.Sprintf("firstName at %d by contact", last), "lastName at 1 by key",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
