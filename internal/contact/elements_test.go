package contact_test

import (
	"fmt"
	"testing"
	"time"

	"contactgraph/ent/login"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"

	"github.com/google/go-cmp/cmp"
)

// TestElementsAreAddedAndRemoved: they are applied to what the contact has now, whatever version
// the write expects, and a repeat changes nothing.
func TestElementsAreAddedAndRemoved(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	many := a.NewProperty(catalog.NewProperty{Name: "Many", Multiple: true})
	logins := func(names ...string) (set []field.Login) {
		for _, n := range names {
			set = append(set, field.Login{Name: n, Kind: login.KindEmail})
		}
		return set
	}
	ids := func(values ...string) (set []field.ExternalID) {
		for _, v := range values {
			set = append(set, field.ExternalID{System: "crm", Value: v})
		}
		return set
	}
	c := a.NewContact(nil, contact.Details{
		Properties: []contact.PropertyPatch{contacttest.SetProperty(many, "a", "b", "a")},
		Logins:     new(logins("anna", "bo")), ExternalIDs: new(ids("1", "2")), Membership: new(a.SegmentIDs[:2]),
	})
	// Others add elements of their own in the meantime.
	contacttest.Must(f.OverwriteDetails(a.Admin, c.ID, contact.Details{
		Properties: []contact.PropertyPatch{contacttest.SetProperty(many, "a", "b", "a", "theirs")},
		Logins:     new(logins("anna", "bo", "theirs")), ExternalIDs: new(ids("1", "2", "theirs")), Membership: &a.SegmentIDs,
	}))
	change := contact.Details{
		Properties: []contact.PropertyPatch{{Property: many, Add: []field.Value{{Value: "b", Description: new("x")}, {Value: "c"}}, Remove: []field.Value{{Value: "a"}}}},
		Add:        contact.Elements{Logins: logins("ANNA", "cleo"), ExternalIDs: ids("1", "3"), Membership: a.SegmentIDs[1:2]},
		Remove:     contact.Elements{Logins: logins("Bo", "none"), ExternalIDs: ids("2", "none"), Membership: a.SegmentIDs[:1]},
	}
	for _, lock := range []contact.Lock{contacttest.MergeFrom(c.Version), contacttest.Overwrite} {
		r := contacttest.Must(f.SetDetails(a.Agent, contact.SetDetails{ID: c.ID, Lock: lock, Details: change}))
		got := [][]string{storedValues(a, c, many), storedLogins(a, c), storedExternalIDs(a, c)}
		want := [][]string{{"b", "theirs", "c"}, {"anna EMAIL", "cleo EMAIL", "theirs EMAIL"}, {"crm 1", "crm 3", "crm theirs"}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		if diff := cmp.Diff(a.SegmentIDs[1:], storedSegments(a, c)); diff != "" {
			t.Errorf("segments (-want +got)\n%s", diff)
		}
		if lock == contacttest.Overwrite {
			if len(r.Change.Fields) > 0 {
				t.Errorf("a repeat changed %v", changedFields(r.Change))
			}
			continue
		}
		if len(r.Merge.Fields) != 4 || len(r.Change.Fields) != 4 {
			t.Errorf("merged %v, changed %v", r.Merge.Fields, changedFields(r.Change))
		}
		for _, m := range r.Merge.Fields {
			if m.Overlaps || cmp.Equal(m.Merged, m.Latest) || cmp.Equal(m.Yours, m.Merged) {
				t.Errorf("%s: %+v", m.Path, m)
			}
		}
	}
}

func TestElementsAreRejected(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	one, many := a.NewProperty(catalog.NewProperty{Name: "One"}), a.NewProperty(catalog.NewProperty{Name: "Many", Multiple: true, Required: true})
	c := a.NewContact(nil, contact.Details{Properties: []contact.PropertyPatch{contacttest.SetProperty(many, "a")}})
	a.NewContact(nil, contact.Details{ExternalIDs: &[]field.ExternalID{{System: "crm", Value: "taken"}}, Logins: &[]field.Login{{Name: "taken", Kind: login.KindBlank}}})
	taken := contact.Elements{ExternalIDs: []field.ExternalID{{System: "crm", Value: "taken"}}, Logins: []field.Login{{Name: "taken", Kind: login.KindBlank}}}
	properties := func(p contact.PropertyPatch) contact.Details {
		return contact.Details{Properties: []contact.PropertyPatch{p}}
	}
	for name, tt := range map[string]struct {
		set  contact.Details
		want []string
	}{
		"keys of another contact": {contact.Details{Add: taken}, []string{"LOGIN_TAKEN logins", "EXTERNAL_ID_TAKEN externalIds"}},
		"complete sets too": {contact.Details{
			Logins: &[]field.Login{}, ExternalIDs: &[]field.ExternalID{}, Membership: &[]int{}, Remove: contact.Elements{
				Logins: taken.Logins, ExternalIDs: taken.ExternalIDs, Membership: []int{1},
			},
		}, []string{"INVALID logins", "INVALID externalIds", "INVALID membership"}},
		"a property with one value":   {properties(contact.PropertyPatch{Property: one, Add: []field.Value{{Value: "x"}}}), []string{"INVALID properties.1"}},
		"all values too":              {properties(contact.PropertyPatch{Property: many, Values: []field.Value{{Value: "x"}}, Add: []field.Value{{Value: "y"}}}), []string{"INVALID properties.2"}},
		"the last required value":     {properties(contact.PropertyPatch{Property: many, Remove: []field.Value{{Value: "a"}}}), []string{"REQUIRED properties.2"}},
		"a segment that is not there": {contact.Details{Add: contact.Elements{Membership: []int{999}}}, []string{"SEGMENT_NOT_FOUND membership"}},
		"an invalid login":            {contact.Details{Add: contact.Elements{Logins: []field.Login{{Name: "x"}}}}, []string{"INVALID logins"}},
	} {
		f.WantErrors(name, func() error { return contacttest.ErrOf(f.OverwriteDetails(a.Agent, c.ID, tt.set)) }, tt.want...)
	}
	me := a.AsCustomer(c)
	f.WantErrors("a customer's segments", func() error {
		return contacttest.ErrOf(f.OverwriteDetails(me, c.ID, contact.Details{Add: contact.Elements{Membership: a.SegmentIDs}}))
	}, "FORBIDDEN membership")
	f.WantErrors("a customer's external ids", func() error {
		return contacttest.ErrOf(f.OverwriteDetails(me, c.ID, contact.Details{Add: contact.Elements{ExternalIDs: taken.ExternalIDs}}))
	}, "READ_ONLY externalIds")
}

// TestBatchesOfEveryCommand runs batches of each kind of command with one that fails.
func TestBatchesOfEveryCommand(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	taken := contact.Details{ExternalIDs: &[]field.ExternalID{{System: "crm", Value: "1"}}}
	one, two := a.NewContact(nil, taken), a.NewContact(nil)
	stay := contact.Details{Add: contact.Elements{Membership: a.SegmentIDs}}
	for name, tt := range map[string]struct {
		commands []contact.Command
		want     string
	}{
		"details": {[]contact.Command{
			contact.SetDetails{ID: one.ID, Lock: contacttest.Overwrite, Details: stay}, contact.SetDetails{ID: two.ID, Lock: contacttest.Overwrite, Details: taken},
		}, "EXTERNAL_ID_TAKEN externalIds"},
		"create": {[]contact.Command{contact.Create{}, contact.Create{Details: taken}}, "EXTERNAL_ID_TAKEN externalIds"},
		"create the same twice": {[]contact.Command{
			contact.Create{Set: field.Patch{field.Email: "new@example.com"}}, contact.Create{Set: field.Patch{field.Email: "NEW@example.com"}},
		}, "EMAIL_TAKEN email"},
		"delete": {[]contact.Command{
			contact.Delete{ID: two.ID, Lock: contacttest.Overwrite}, contact.Delete{ID: one.ID, Lock: contacttest.ExpectVersion(9)},
		}, "VERSION_CONFLICT"},
	} {
		before := f.DB.Dump()
		outcomes, err := f.RunAll(a.Agent, tt.commands)
		if diff := cmp.Diff([][]string{{"NOT_APPLIED"}, {tt.want}}, outcomeCodes(t, outcomes, err)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
		if diff := cmp.Diff(before, f.DB.Dump()); diff != "" {
			t.Errorf("%s: it changed the database\n%s", name, diff)
		}
	}
	// Logins and external ids can move from one contact to another, as email addresses can.
	outcomes, err := f.RunAll(a.Agent, []contact.Command{
		contact.SetDetails{ID: two.ID, Lock: contacttest.Overwrite, Details: taken},
		contact.SetDetails{ID: one.ID, Lock: contacttest.Overwrite, Details: contact.Details{Remove: contact.Elements{ExternalIDs: *taken.ExternalIDs}}},
	})
	if diff := cmp.Diff([][]string{{}, {}}, outcomeCodes(t, outcomes, err)); diff != "" {
		t.Error(diff)
	}
	outcomes, err = f.RunEach(a.Agent, []contact.Command{
		contact.Delete{ID: one.ID, Lock: contacttest.Overwrite}, contact.Delete{ID: one.ID, Lock: contacttest.Overwrite}, contact.Create{Details: taken}, contact.Create{},
	})
	if diff := cmp.Diff([][]string{{}, {"NOT_FOUND"}, {"EXTERNAL_ID_TAKEN externalIds"}, {}}, outcomeCodes(t, outcomes, err)); diff != "" {
		t.Error(diff)
	}
}

// TestManyElementsAreRejectedQuickly: the largest lists that a request can have take time in
// proportion to their length.
func TestManyElementsAreRejectedQuickly(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	many := a.NewProperty(catalog.NewProperty{Name: "Many", Multiple: true})
	c := a.NewContact(nil)
	reject := func(n int) time.Duration {
		began := time.Now()
		for want, d := range tooMany(many, n) {
			f.WantErrors("many elements", func() error { return contacttest.ErrOf(f.OverwriteDetails(a.Admin, c.ID, d)) }, want)
		}
		return time.Since(began)
	}
	few, lots := time.Hour, time.Hour
	for range 3 { // the quickest of three, because other tests run at the same time
		few, lots = min(few, reject(2_500)), min(lots, reject(10_000))
	}
	if lots > 10*few { // it would be 16 times if each element were compared with all others
		t.Errorf("four times as many elements took %v instead of %v", lots, few)
	}
}

// tooMany returns details with n elements each, by the error that they are rejected with. The
// property has several values.
func tooMany(property, n int) map[string]contact.Details {
	var logins []field.Login
	var ids []field.ExternalID
	var segments []int
	var values []field.Value
	for i := range n {
		name := fmt.Sprint("name-", i)
		logins, ids = append(logins, field.Login{Name: name, Kind: login.KindBlank}), append(ids, field.ExternalID{System: "crm", Value: name})
		segments, values = append(segments, i), append(values, field.Value{Value: name})
	}
	return map[string]contact.Details{
		"TOO_MANY logins":                            {Add: contact.Elements{Logins: logins}},
		"TOO_MANY externalIds":                       {Add: contact.Elements{ExternalIDs: ids}},
		"TOO_MANY membership":                        {Add: contact.Elements{Membership: segments}},
		fmt.Sprint("TOO_MANY properties.", property): {Properties: []contact.PropertyPatch{{Property: property, Add: values}}},
	}
}
