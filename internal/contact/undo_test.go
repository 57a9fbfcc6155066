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
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/query"
	"contactgraph/internal/database/databasetest"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// contactState returns everything that is visible of a contact, nil if there is none.
func contactState(c *ent.Contact) map[string]any {
	if c == nil {
		return nil
	}
	p := map[string]any{
		"secret": c.Secret, "registered": revision.FormatTime(c.RegisteredAt), "source": c.RegistrationSource, "ip": c.RegistrationIP,
		"store": c.RegistrationStoreID,
	}
	for _, f := range field.Fields {
		p[f.Path] = fieldsOf(c)[f]
	}
	p[field.LimitUntil.Path] = nil
	if c.LimitMailsTemporarilyUntil != nil {
		p[field.LimitUntil.Path] = revision.FormatTime(*c.LimitMailsTemporarilyUntil)
	}
	external := field.NonNil(field.ExternalIDsOf(c.Edges.ExternalIds))
	field.SortExternalIDs(external)
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
	p["properties"], p["membership"], p["logins"], p["externalIds"] = properties, segments, logins, external
	return p
}

// contactStateWithVersion is contactState with the version and its time.
func contactStateWithVersion(c *ent.Contact) map[string]any {
	p := contactState(c)
	if p != nil {
		p["version"], p["modified"] = c.Version, revision.FormatTime(c.LastModified)
	}
	return p
}

// readContact reads a contact with its relations, nil if there is none.
func readContact(a *contacttest.Tenant, id int) *ent.Contact {
	c, err := a.DB.Client().Contact.Query().Where(entcontact.ID(id)).WithLogins().WithExternalIds().WithMemberships(func(q *ent.MembershipQuery) { q.Order(ent.Asc("segment_id")) }).
		WithValues(func(q *ent.PropertyValueQuery) { q.Order(propertyvalue.ByPosition()) }).Only(a.Agent)
	if err != nil && !ent.IsNotFound(err) {
		a.T.Fatal(err)
	}
	return c
}

// randomWrite writes something to the contact; it may fail.
func randomWrite(a *contacttest.Tenant, rt *rapid.T, id int, props []int) error {
	some := rapid.SampledFrom([]string{"", "x", "y"})
	switch rapid.IntRange(0, 9).Draw(rt, "step") {
	case 0:
		return contacttest.ErrOf(a.Delete(a.Agent, contact.Delete{ID: id, Lock: contacttest.Overwrite}))
	case 1, 2, 3, 4:
		set := field.Patch{}
		for _, f := range []*field.Field{field.FirstName, field.Email, field.PermissionSource} {
			if v := some.Draw(rt, f.Path); v != "" {
				set[f] = fmt.Sprint(v, id)
			}
		}
		if rapid.Bool().Draw(rt, "limits") {
			set[field.LimitUntil], set[field.LimitPermanently] = contacttest.Start, rapid.Bool().Draw(rt, "limited")
			set[field.PreferredStore], set[field.LastName] = rapid.SampledFrom(a.StoreIDs).Draw(rt, "store"), nil
		}
		return contacttest.ErrOf(a.OverwriteFields(a.Agent, id, set))
	default:
		var d contact.Details
		for _, p := range props {
			if v := some.Draw(rt, "value"); v != "" {
				d.Properties = append(d.Properties, contacttest.SetProperty(p, v))
			} else if rapid.Bool().Draw(rt, "clears") {
				d.Properties = append(d.Properties, contacttest.SetProperty(p))
			}
		}
		if v := some.Draw(rt, "login"); v != "" {
			d.Logins = &[]field.Login{{Name: fmt.Sprint(v, id), Kind: login.KindEmail}, {Name: fmt.Sprint("z", id), Kind: login.KindBlank}}
		}
		if v := some.Draw(rt, "external id"); v != "" {
			d.ExternalIDs = &[]field.ExternalID{{System: v, Value: fmt.Sprint(id)}, {System: "z", Value: fmt.Sprint(id)}}
		}
		if rapid.Bool().Draw(rt, "moves") {
			d.Membership = new(rapid.SliceOfDistinct(rapid.SampledFrom(a.SegmentIDs), rapid.ID).Draw(rt, "segments"))
		}
		return contacttest.ErrOf(a.OverwriteDetails(a.Agent, id, d))
	}
}

// Whatever was written to a contact, each version can be read as of then, and each change can be
// undone, and the undo too.
func TestRandomHistoriesCanBeUndone(t *testing.T) {
	t.Parallel()
	histories := databasetest.Repetitions(2, 10) // in each of a hundred runs
	f := contacttest.New(t)
	a := f.Demo
	props := []int{
		a.NewProperty(catalog.NewProperty{Name: "Last", Bound: new(property.BoundLastName)}),
		a.NewProperty(catalog.NewProperty{Name: "p"}), a.NewProperty(catalog.NewProperty{Name: "q"}),
	}
	undone, failed := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		for range histories {
			id := a.NewContact(field.Patch{field.FirstName: "Anna"}).ID
			recorded := map[revision.Version]map[string]any{}
			record := func() {
				if c := readContact(a, id); c != nil {
					recorded[c.Version] = contactStateWithVersion(c)
				}
			}
			record()
			for range rapid.IntRange(1, 5).Draw(rt, "steps") {
				if rapid.IntRange(0, 3).Draw(rt, "undo") == 0 {
					if undoAndRedo(a, rt, id, record) {
						undone++
					} else {
						failed++
					}
					continue
				}
				var errs usererror.Errors
				if err := randomWrite(a, rt, id, props); err != nil && (!errors.As(err, &errs) || !errs.Has(usererror.NotFound)) {
					rt.Fatal(err)
				}
				record()
			}
			for version, want := range recorded {
				if diff := cmp.Diff(want, contactStateWithVersion(contacttest.Must(a.AsOf(a.Agent, id, version)))); diff != "" {
					rt.Fatalf("contact %d at version %d (-recorded +asof)\n%s", id, version, diff)
				}
			}
		}
	})
	t.Logf("%d changes undone and redone, %d failed", undone, failed)
	if undone == 0 || failed == 0 {
		t.Error("one of the two never happened")
	}
}

// undoAndRedo undoes a random change of the contact, and undoes the undo. It returns false if later
// changes are in the way.
func undoAndRedo(a *contacttest.Tenant, rt *rapid.T, id int, record func()) bool {
	log := a.MustHistory(a.Agent, id, query.MaxPage)
	before := readContact(a, id)
	row := rapid.SampledFrom(log).Draw(rt, "change")
	r, err := a.Undo(a.Agent, changeID(row))
	if err != nil {
		if _, ok := errors.AsType[usererror.Errors](err); !ok {
			rt.Fatal(err)
		}
		if diff := cmp.Diff(contactStateWithVersion(before), contactStateWithVersion(readContact(a, id))); diff != "" {
			rt.Fatalf("undoing %v failed, but changed the contact (-before +after)\n%s", row, diff)
		}
		return false
	}
	if r.Change.Undoes == nil || *r.Change.Undoes != row.Version {
		rt.Fatalf("undoing %v is logged as %v", row, r.Change)
	}
	record()
	if _, err := a.Undo(a.Agent, changeID(r.Change)); err != nil {
		rt.Fatalf("undoing the undoing of %v: %v", row, err)
	}
	record()
	if diff := cmp.Diff(contactState(before), contactState(readContact(a, id))); diff != "" {
		rt.Fatalf("%v was undone by %v, and that again (-before +after)\n%s", row, r.Change, diff)
	}
	return true
}

// changeID returns the id of a change.
func changeID(row *ent.Change) revision.ChangeID {
	return revision.ChangeID{Contact: row.ContactID, Version: row.Version}
}

func TestUndo(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	undo := func(version revision.Version) func() error {
		return func() error {
			return contacttest.ErrOf(a.Undo(a.Agent, revision.ChangeID{Contact: 1, Version: version}))
		}
	}
	c := a.NewContact(field.Patch{field.FirstName: "Anna", field.Email: "anna@example.com"}, contact.Details{Membership: new(a.SegmentIDs[:1])})
	first := contacttest.Must(a.OverwriteFields(a.Agent, c.ID, field.Patch{field.FirstName: "Eva", field.LastName: "Ek"})).Change
	contacttest.Must(a.OverwriteFields(a.Agent, c.ID, field.Patch{field.FirstName: "Ida"}))
	errs := f.WantErrors("what has been changed since", undo(first.Version), "VERSION_CONFLICT")
	want := []string{`firstName: "Eva" → "Ida" | "Anna" ! by demo-AGENT at version 3`, `lastName: "Ek" → "Ek" | null`}
	if diff := cmp.Diff(want, describe(errs[0].Conflict)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	members := contacttest.Must(a.OverwriteDetails(a.Agent, c.ID, contact.Details{Membership: new(a.SegmentIDs[:2])})).Change
	contacttest.Must(a.OverwriteDetails(a.Agent, c.ID, contact.Details{Membership: new(a.SegmentIDs[:3])}))
	if r := contacttest.Must(a.Undo(a.Agent, changeID(members))); r.Merge == nil || r.Change.Kind != change.KindDETAILS {
		t.Errorf("undoing a segment: merged with %v, as %s", r.Merge, r.Change.Kind)
	}
	if got := contactState(readContact(a, c.ID))["membership"]; !cmp.Equal(got, []int{a.SegmentIDs[0], a.SegmentIDs[2]}) {
		t.Errorf("a segment that was added before another is undone: %v", got)
	}
	password := contacttest.Must(setPassword(a.Agent, f.Commands, c.ID, new("pw"), nil)).Change
	f.WantErrors("a password", undo(password.Version), "INVALID password")
	f.WantErrors("what never was", undo(9999), "NOT_FOUND")
	f.WantErrors("another account's", func() error { return contacttest.ErrOf(a.Undo(f.Other.Agent, changeID(first))) }, "NOT_FOUND")
	f.WantErrors("the creation of what has been changed", undo(1), "VERSION_CONFLICT")

	deleted := contacttest.Must(a.Delete(a.Agent, contact.Delete{ID: c.ID, Lock: contacttest.Overwrite}))
	f.WantErrors("a change of a deleted contact", undo(first.Version), "NOT_FOUND")
	other := a.NewContact(field.Patch{field.Email: "anna@example.com"})
	f.WantErrors("a deletion whose address has been taken since", undo(deleted.Change.Version), "EMAIL_TAKEN email")
	contacttest.Must(a.OverwriteFields(a.Agent, other.ID, field.Patch{field.Email: nil}))
	restored := contacttest.Must(a.Undo(a.Agent, changeID(deleted.Change)))
	if c := a.MustGet(c.ID); restored.Change.Kind != change.KindCREATE || c.Version != deleted.Change.Version+1 || c.PasswordHash != nil || c.Secret != deleted.Contact.Secret {
		t.Errorf("undoing a deletion: %v, as %s", c, restored.Change.Kind)
	}
	f.WantErrors("a deletion that has been undone", undo(deleted.Change.Version), "VERSION_CONFLICT")
	again := contacttest.Must(a.Delete(a.Agent, contact.Delete{ID: c.ID, Lock: contacttest.Overwrite}))
	f.WantErrors("a deletion before the last", undo(deleted.Change.Version), "INVALID")
	contacttest.Must(a.Undo(a.Agent, changeID(again.Change)))
}

// A customer can undo what it may write.
func TestCustomersUndo(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	c, other := a.NewContact(field.Patch{field.FirstName: "Anna"}), a.NewContact(nil)
	undo := func(row *ent.Change) func() error {
		return func() error { return contacttest.ErrOf(a.Undo(a.AsCustomer(c), changeID(row))) }
	}
	name := contacttest.Must(a.OverwriteFields(a.Agent, c.ID, field.Patch{field.FirstName: "Eva"})).Change
	company := contacttest.Must(a.OverwriteFields(a.Agent, c.ID, field.Patch{field.Company: a.CompanyIDs[0]})).Change
	others := contacttest.Must(a.OverwriteFields(a.Agent, other.ID, field.Patch{field.FirstName: "Ida"})).Change
	f.WantErrors("what is staff's", undo(company), "FORBIDDEN companyId")
	f.WantErrors("another's", undo(others), "FORBIDDEN")
	f.WantErrors("its creation", func() error {
		return contacttest.ErrOf(a.Undo(a.AsCustomer(c), revision.ChangeID{Contact: c.ID, Version: 1}))
	}, "FORBIDDEN")
	if err := undo(name)(); err != nil {
		t.Errorf("its own name: %v", err)
	}
	for _, row := range a.MustHistory(a.AsCustomer(c), c.ID, 10) {
		if row.ActorName != "" {
			t.Errorf("it learns of %s", row.ActorName)
		}
	}
	if _, _, err := a.History(a.AsCustomer(c), other.ID, 1<<40, 10); err == nil {
		t.Error("it sees another's changes")
	}
	if _, err := a.AsOf(a.AsCustomer(c), other.ID, 1); err == nil {
		t.Error("it sees another's past")
	}
}
