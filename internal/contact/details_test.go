package contact_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"contactgraph/ent"
	"contactgraph/ent/externalid"
	"contactgraph/ent/login"
	"contactgraph/ent/membership"
	"contactgraph/ent/property"
	"contactgraph/ent/propertyvalue"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/query"

	"github.com/google/go-cmp/cmp"
)

// storedValues returns the values of the contact's property, in their order.
func storedValues(a *contacttest.Tenant, c *ent.Contact, property int) (values []string) {
	a.T.Helper()
	for _, v := range a.DB.Client().PropertyValue.Query().
		Where(propertyvalue.ContactID(c.ID), propertyvalue.PropertyID(property)).Order(propertyvalue.ByPosition()).AllX(a.Agent) {
		values = append(values, v.Value)
	}
	return values
}

func storedLogins(a *contacttest.Tenant, c *ent.Contact) (names []string) {
	a.T.Helper()
	for _, l := range a.DB.Client().Login.Query().Where(login.ContactID(c.ID)).Order(login.ByNameKey()).AllX(a.Agent) {
		names = append(names, l.Name+" "+string(l.Kind))
	}
	return names
}

func storedExternalIDs(a *contacttest.Tenant, c *ent.Contact) (ids []string) {
	a.T.Helper()
	for _, e := range a.DB.Client().ExternalID.Query().Where(externalid.ContactID(c.ID)).Order(externalid.BySystem(), externalid.ByValue()).AllX(a.Agent) {
		ids = append(ids, e.System+" "+e.Value)
	}
	return ids
}

func storedSegments(a *contacttest.Tenant, c *ent.Contact) (ids []int) {
	a.T.Helper()
	for _, m := range a.DB.Client().Membership.Query().Where(membership.ContactID(c.ID)).Order(membership.BySegmentID()).AllX(a.Agent) {
		ids = append(ids, m.SegmentID)
	}
	return ids
}

func TestDetailsReplaceWhatIsListed(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	one, many := a.NewProperty(catalog.NewProperty{Name: "One"}), a.NewProperty(catalog.NewProperty{Name: "Many", Multiple: true})
	c := a.NewContact(nil)
	kind := login.KindEmail
	type state struct {
		one, many, logins []string
		segments          []int
		external          []string
	}
	tests := []struct {
		name string
		set  contact.Details
		want state
	}{
		{"nothing", contact.Details{}, state{}},
		{"properties", contact.Details{Properties: []contact.PropertyPatch{contacttest.SetProperty(many, "b", "a", "b"), contacttest.SetProperty(one, "x")}},
			state{one: []string{"x"}, many: []string{"b", "a", "b"}}},
		{"a property that is not listed stays", contact.Details{Properties: []contact.PropertyPatch{contacttest.SetProperty(one, "y")}},
			state{one: []string{"y"}, many: []string{"b", "a", "b"}}},
		{"fewer values", contact.Details{Properties: []contact.PropertyPatch{contacttest.SetProperty(many, "a", "b")}},
			state{one: []string{"y"}, many: []string{"a", "b"}}},
		{"no values clear it", contact.Details{Properties: []contact.PropertyPatch{contacttest.SetProperty(one)}}, state{many: []string{"a", "b"}}},
		{"an empty value is one", contact.Details{Properties: []contact.PropertyPatch{contacttest.SetProperty(one, "")}},
			state{one: []string{""}, many: []string{"a", "b"}}},
		{"logins, sorted, without blank names", contact.Details{Logins: &[]field.Login{{Name: "Eva", Kind: kind}, {Name: " \u00a0", Kind: kind}, {Name: "anna", Kind: login.KindGoogle}, {Name: "", Kind: kind}}},
			state{one: []string{""}, many: []string{"a", "b"}, logins: []string{"anna GOOGLE", "Eva EMAIL"}}},
		{"logins are replaced as a set", contact.Details{Logins: &[]field.Login{{Name: "ANNA", Kind: login.KindBlank}, {Name: "ida", Kind: login.KindBounced}}},
			state{one: []string{""}, many: []string{"a", "b"}, logins: []string{"ANNA BLANK", "ida BOUNCED"}}},
		{"segments, without doubles", contact.Details{Membership: &[]int{a.SegmentIDs[2], a.SegmentIDs[0], a.SegmentIDs[2]}},
			state{one: []string{""}, many: []string{"a", "b"}, logins: []string{"ANNA BLANK", "ida BOUNCED"}, segments: []int{a.SegmentIDs[0], a.SegmentIDs[2]}}},
		{"segments are replaced as a set", contact.Details{Membership: &[]int{a.SegmentIDs[1], a.SegmentIDs[2]}},
			state{one: []string{""}, many: []string{"a", "b"}, logins: []string{"ANNA BLANK", "ida BOUNCED"}, segments: a.SegmentIDs[1:]}},
		{"absent sets stay", contact.Details{Properties: []contact.PropertyPatch{contacttest.SetProperty(many), contacttest.SetProperty(one)}},
			state{logins: []string{"ANNA BLANK", "ida BOUNCED"}, segments: a.SegmentIDs[1:]}},
		{"external ids, sorted", contact.Details{ExternalIDs: &[]field.ExternalID{{System: "shop", Value: "1"}, {System: "crm", Value: "b"}, {System: "crm", Value: "B"}}},
			state{logins: []string{"ANNA BLANK", "ida BOUNCED"}, segments: a.SegmentIDs[1:], external: []string{"crm B", "crm b", "shop 1"}}},
		{"external ids are replaced as a set", contact.Details{ExternalIDs: &[]field.ExternalID{{System: "shop", Value: "1"}, {System: "shop", Value: "2"}}},
			state{logins: []string{"ANNA BLANK", "ida BOUNCED"}, segments: a.SegmentIDs[1:], external: []string{"shop 1", "shop 2"}}},
		{"empty sets clear", contact.Details{ExternalIDs: &[]field.ExternalID{}, Logins: &[]field.Login{}, Membership: &[]int{}}, state{}},
	}
	for _, tt := range tests {
		before := a.MustGet(c.ID)
		r, err := f.SetDetails(a.Agent, contact.SetDetails{ID: c.ID, Lock: contacttest.ExpectVersionOf(before), Details: tt.set})
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		got := state{storedValues(a, c, one), storedValues(a, c, many), storedLogins(a, c), storedSegments(a, c), storedExternalIDs(a, c)}
		if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(state{})); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.name, diff)
		}
		if after := a.MustGet(c.ID); after.Version != before.Version+1 || r.Contact.Version != after.Version || !after.LastModified.After(before.LastModified) {
			t.Errorf("%s: the version went from %d to %d", tt.name, before.Version, after.Version)
		}
	}
}

func TestDetailsKeepDescriptions(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	id := a.NewProperty(catalog.NewProperty{Name: "Many", Multiple: true})
	c := a.NewContact(nil)
	for _, want := range [][]field.Value{
		{{Value: "a", Description: new("first")}, {Value: "b", Description: nil}, {Value: "c", Description: new("")}}, {{Value: "a", Description: new("second")}, {Value: "b", Description: nil}, {Value: "c", Description: new("")}}, {{Value: "a", Description: nil}},
	} {
		if _, err := f.OverwriteDetails(a.Agent, c.ID, contact.Details{Properties: []contact.PropertyPatch{{Property: id, Values: want}}}); err != nil {
			t.Fatal(err)
		}
		var got []field.Value
		for _, v := range a.DB.Client().PropertyValue.Query().Order(propertyvalue.ByPosition()).AllX(a.Agent) {
			got = append(got, field.Value{Value: v.Value, Description: v.Description})
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
}

func TestBoundPropertyIsTheFieldItself(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	first := a.NewProperty(catalog.NewProperty{Name: "First Name", Bound: new(property.BoundFirstName)})
	last := a.NewProperty(catalog.NewProperty{Name: "Last Name", Bound: new(property.BoundLastName)})
	c := a.NewContact(field.Patch{field.FirstName: "Anna"}, contact.Details{Properties: []contact.PropertyPatch{contacttest.SetProperty(last, "Ek")}})
	names := func(want ...string) {
		t.Helper()
		c := a.MustGet(c.ID)
		if got := []string{deref(c.FirstName), deref(c.LastName), c.NameKey}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		if n := a.DB.Client().PropertyValue.Query().CountX(a.Agent); n != 0 {
			t.Errorf("%d values are stored in addition to the fields", n)
		}
	}
	names("Anna", "Ek", "ek anna")
	r, err := f.OverwriteDetails(a.Agent, c.ID, contact.Details{Properties: []contact.PropertyPatch{contacttest.SetProperty(first, "Eva"), contacttest.SetProperty(last)}})
	if err != nil {
		t.Fatal(err)
	}
	names("Eva", "null", "eva")
	want := []string{"firstName: Anna → Eva", "lastName: Ek → <nil>"}
	if diff := cmp.Diff(want, changedFields(r.Change)); diff != "" {
		t.Errorf("the log (-want +got)\n%s", diff)
	}
	if found := contacttest.Must(f.Queries.Page(a.Agent, query.Filter{Name: new("ev")}, query.Order{}, query.PageArgs{})); len(found.Contacts) != 1 {
		t.Error("it is not found by its new name")
	}
}

func deref(s *string) string {
	if s == nil {
		return "null"
	}
	return *s
}

// changedFields returns a line for each field of a row of the change log.
func changedFields(c *ent.Change) (fields []string) {
	for _, f := range c.Fields {
		fields = append(fields, fmt.Sprintf("%s: %v → %v", f.Path, f.Old, f.New))
	}
	return fields
}

func TestPropertyTypes(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	c := a.NewContact(nil)
	tests := []struct {
		kind    property.Kind
		good    []string
		bad     []string
		choices []string
	}{
		{kind: property.KindText, good: []string{"", " ", "x", strings.Repeat("x", 4000)}},
		{kind: property.KindInteger, good: []string{"0", "-1", "+7", "007", "9223372036854775807", "-9223372036854775808"},
			bad: []string{"", " 1", "1.0", "1e2", "0x1", "1_000", "٤", "9223372036854775808", "x"}},
		{kind: property.KindNumber, good: []string{"0", "-1.5", "+.5", "1.", "1e10", "1E-10", "0." + strings.Repeat("3", 90)},
			bad: []string{"", " 1", ".", "e", "1e", "-", "0x1", "0x1p-2", "1_000", "Inf", "NaN", "1,5", "--1", strings.Repeat("1", 101)}},
		{kind: property.KindDate, good: []string{"2024-02-29", "0001-01-01", "9999-12-31"},
			bad: []string{"", "2023-02-29", "2024-2-9", "29.02.2024", "2024-02-29T00:00:00Z", "10000-01-01"}},
		{kind: property.KindDateTime, good: []string{"2024-11-21T06:40:14Z", "2024-11-21T06:40:14.7818299+02:00"},
			bad: []string{"", "2024-11-21", "2024-11-21T06:40:14", "2024-11-21 06:40:14Z", "2024-11-21T25:00:00Z"}},
		{kind: property.KindChoice, choices: []string{"red", "green"}, good: []string{"red", "green"}, bad: []string{"", "Red", " red", "blue"}},
	}
	for _, tt := range tests {
		id := a.NewProperty(catalog.NewProperty{Name: string(tt.kind), Kind: tt.kind, Choices: tt.choices})
		path := fmt.Sprintf("properties.%d", id)
		for _, v := range tt.good {
			if _, err := f.OverwriteDetails(a.Agent, c.ID, contact.Details{Properties: []contact.PropertyPatch{contacttest.SetProperty(id, v)}}); err != nil {
				t.Errorf("%s %q: %v", tt.kind, v, err)
			}
		}
		for _, v := range tt.bad {
			f.WantErrors(fmt.Sprintf("%s %q", tt.kind, v), func() error {
				return contacttest.ErrOf(f.OverwriteDetails(a.Agent, c.ID, contact.Details{Properties: []contact.PropertyPatch{contacttest.SetProperty(id, v)}}))
			}, "INVALID "+path)
		}
	}
}

func TestSetDetailsFails(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	one := a.NewProperty(catalog.NewProperty{Name: "One"})                                               // 1
	many := a.NewProperty(catalog.NewProperty{Name: "Many", Multiple: true, Kind: property.KindInteger}) // 2
	required := a.NewProperty(catalog.NewProperty{Name: "Required", Required: true, Multiple: true})     // 3
	name := a.NewProperty(catalog.NewProperty{Name: "First Name", Bound: new(property.BoundFirstName)})  // 4
	theirs := f.Other.NewProperty(catalog.NewProperty{Name: "One"})                                      // 5
	c := a.NewContact(nil, contact.Details{Properties: []contact.PropertyPatch{contacttest.SetProperty(one, "x"), contacttest.SetProperty(many, "1"), contacttest.SetProperty(required, "r"), contacttest.SetProperty(name, "Anna")}})
	a.NewContact(nil, contact.Details{
		Logins:      &[]field.Login{{Name: "Taken", Kind: login.KindBlank}, {Name: "also", Kind: login.KindBlank}},
		ExternalIDs: &[]field.ExternalID{{System: "crm", Value: "taken"}},
	})
	long, none := strings.Repeat("x", 251), field.Login{Name: "none"}
	many101 := slices.Repeat([]string{"1"}, 101)
	props := func(ps ...contact.PropertyPatch) contact.Details { return contact.Details{Properties: ps} }
	logins := func(ls ...field.Login) contact.Details { return contact.Details{Logins: &ls} }
	ids := func(texts ...string) contact.Details {
		var set []field.ExternalID
		for _, text := range texts {
			system, value, _ := strings.Cut(text, "/")
			set = append(set, field.ExternalID{System: system, Value: value})
		}
		return contact.Details{ExternalIDs: &set}
	}
	var tooMany []string
	for i := range 21 {
		tooMany = append(tooMany, fmt.Sprint("crm/", i))
	}
	segments := func(ids ...int) contact.Details { return contact.Details{Membership: &ids} }
	described := contact.PropertyPatch{Property: name, Values: []field.Value{{Value: "Eva", Description: new("x")}}}
	overlong := contact.PropertyPatch{Property: one, Values: []field.Value{{Value: strings.Repeat("x", 4001), Description: &long}}}
	tests := []struct {
		name string
		set  contact.Details
		want []string
	}{
		{"a property that is not there", props(contacttest.SetProperty(999, "x")), []string{"PROPERTY_NOT_FOUND properties.999"}},
		{"another account's property", props(contacttest.SetProperty(theirs, "x")), []string{"PROPERTY_NOT_FOUND properties.5"}},
		{"a property given twice", props(contacttest.SetProperty(one, "a"), contacttest.SetProperty(one)), []string{"DUPLICATE properties.1"}},
		{"several values for one that takes one", props(contacttest.SetProperty(one, "a", "b")), []string{"TOO_MANY properties.1"}},
		{"too many values", props(contacttest.SetProperty(many, many101...)), []string{"TOO_MANY properties.2"}},
		{"a value of another type", props(contacttest.SetProperty(many, "1", "x")), []string{"INVALID properties.2"}},
		{"a required one to nothing", props(contacttest.SetProperty(required)), []string{"REQUIRED properties.3"}},
		{"a required one to blanks", props(contacttest.SetProperty(required, " ", "")), []string{"REQUIRED properties.3"}},
		{"texts that are too long", props(overlong), []string{"TOO_LONG properties.1", "TOO_LONG properties.1"}},
		{"a text that is too long for the field", props(contacttest.SetProperty(name, long[:51])), []string{"TOO_LONG properties.4"}},
		{"what is not UTF-8", props(contacttest.SetProperty(one, "\xff")), []string{"INVALID properties.1"}},
		{"a description for a field", props(described), []string{"INVALID properties.4"}},
		{"a login that another has", logins(field.Login{Name: "TAKEN", Kind: login.KindBlank}), []string{"LOGIN_TAKEN logins"}},
		{"logins that another has", logins(field.Login{Name: "taken ", Kind: login.KindBlank}, field.Login{Name: "ALSO", Kind: login.KindBlank}), []string{"LOGIN_TAKEN logins", "LOGIN_TAKEN logins"}},
		{"a login given twice", logins(field.Login{Name: "a", Kind: login.KindBlank}, field.Login{Name: " A", Kind: login.KindGoogle}), []string{"DUPLICATE logins"}},
		{"a login of no type", logins(none), []string{"INVALID logins"}},
		{"a login that is too long", logins(field.Login{Name: long, Kind: login.KindBlank}), []string{"TOO_LONG logins"}},
		{"a login with a NUL character", logins(field.Login{Name: "a\x00", Kind: login.KindBlank}), []string{"INVALID logins"}},
		{"too many logins", logins(manyLogins(101)...), []string{"TOO_MANY logins"}},
		{"an external id that another has", ids("crm/taken", "crm/TAKEN", "CRM/taken"), []string{"EXTERNAL_ID_TAKEN externalIds"}},
		{"an external id given twice", ids("crm/1", "crm/1"), []string{"DUPLICATE externalIds"}},
		{"external ids of no system", ids("/1", "c r m/2", "ö/3", "a:b/4"), slices.Repeat([]string{"INVALID externalIds"}, 4)},
		{"an external id of a long system", ids(long[:51] + "/1"), []string{"TOO_LONG externalIds"}},
		{"blank external ids", ids("crm/", "crm/  "), slices.Repeat([]string{"INVALID externalIds"}, 2)},
		{"external ids that look like others", ids("crm/ a", "crm/a ", "crm/a\u200b", "crm/a\u00a0b", "crm/a\nb", "crm/\u200b"), slices.Repeat([]string{"INVALID externalIds"}, 6)},
		{"external ids that cannot be stored", ids("crm/"+long, "crm/a\x00"), []string{"TOO_LONG externalIds", "INVALID externalIds"}},
		{"too many external ids", ids(tooMany...), []string{"TOO_MANY externalIds"}},
		{"a segment that is not there", segments(a.SegmentIDs[0], 999), []string{"SEGMENT_NOT_FOUND membership"}},
		{"another account's segment", segments(f.Other.SegmentIDs[0]), []string{"SEGMENT_NOT_FOUND membership"}},
		{"ids that are none", segments(0, -1), []string{"SEGMENT_NOT_FOUND membership", "SEGMENT_NOT_FOUND membership"}},
		{"all at once, in a stable order", contact.Details{
			Properties: []contact.PropertyPatch{contacttest.SetProperty(one, "ok"), contacttest.SetProperty(999, "x"), contacttest.SetProperty(many, "x"), contacttest.SetProperty(required)},
			Logins:     &[]field.Login{{Name: "taken", Kind: login.KindBlank}, none}, Membership: &[]int{999},
		}, []string{"PROPERTY_NOT_FOUND properties.999", "INVALID properties.2", "REQUIRED properties.3", "INVALID logins", "LOGIN_TAKEN logins", "SEGMENT_NOT_FOUND membership"}},
		{"a failure in the last property", props(contacttest.SetProperty(one, "new"), contacttest.SetProperty(name, "New"), contacttest.SetProperty(required, "new"), contacttest.SetProperty(many, "no number")), []string{"INVALID properties.2"}},
	}
	for _, tt := range tests {
		f.WantErrors(tt.name, func() error { return contacttest.ErrOf(f.OverwriteDetails(a.Agent, c.ID, tt.set)) }, tt.want...)
	}
	f.WantErrors("with a stale version", func() error {
		return contacttest.ErrOf(f.SetDetails(a.Agent, contact.SetDetails{ID: c.ID, Lock: contacttest.ExpectVersion(9), Details: props(contacttest.SetProperty(one, "a", "b"))}))
	}, "VERSION_CONFLICT", "TOO_MANY properties.1")
	f.WantErrors("a contact that is not there", func() error {
		return contacttest.ErrOf(f.OverwriteDetails(a.Agent, 999, props(contacttest.SetProperty(one, "a", "b"))))
	}, "NOT_FOUND")
}

func manyLogins(n int) []field.Login {
	all := make([]field.Login, n)
	for i := range all {
		all[i] = field.Login{Name: fmt.Sprint("login", i), Kind: login.KindBlank}
	}
	return all
}

// Details beyond all limits fail before the database is queried: no statement has that many
// parameters.
func TestDetailsBeyondAllLimits(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	c := a.NewContact(nil)
	const lots = 40_000
	segments, patches := make([]int, lots), make([]contact.PropertyPatch, lots)
	for i := range lots {
		segments[i], patches[i] = i+1, contacttest.SetProperty(i+1, "x")
	}
	logins := manyLogins(lots)
	f.WantErrors("lots of everything", func() error {
		return contacttest.ErrOf(f.OverwriteDetails(a.Agent, c.ID, contact.Details{Properties: patches, Logins: &logins, Membership: &segments}))
	}, "TOO_MANY properties", "TOO_MANY logins", "TOO_MANY membership")
}

func TestLoginsArePerAccount(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	same := contact.Details{Logins: &[]field.Login{{Name: "anna@example.com", Kind: login.KindEmail}}}
	mine, theirs := f.Demo.NewContact(nil, same), f.Other.NewContact(nil, same)
	for _, tt := range []struct {
		as   context.Context
		want int
	}{{f.Demo.Agent, mine.ID}, {f.Other.Agent, theirs.ID}} {
		if got := contacttest.Must(f.ByLogin(tt.as, "ANNA@example.com")); got == nil || got.ID != tt.want {
			t.Errorf("got %v, want contact %d", got, tt.want)
		}
	}
}

func TestLoginConflictNamesTheLogin(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	owner := a.NewContact(nil, contact.Details{Logins: &[]field.Login{{Name: "Anna", Kind: login.KindBlank}}})
	c := a.NewContact(nil)
	errs := f.WantErrors("taken", func() error {
		return contacttest.ErrOf(f.OverwriteDetails(a.Agent, c.ID, contact.Details{Logins: &[]field.Login{{Name: "eva", Kind: login.KindBlank}, {Name: "ANNA", Kind: login.KindBlank}}}))
	}, "LOGIN_TAKEN logins")
	if e := errs[0]; e.Subject != "ANNA" || e.Existing == nil || e.Existing.ID != owner.ID {
		t.Errorf("got %q of %v, want it as it was given, and its owner", e.Subject, e.Existing)
	}
}
