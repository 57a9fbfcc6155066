package contact_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"contactgraph/ent"
	"contactgraph/ent/login"
	"contactgraph/ent/membership"
	"contactgraph/ent/property"
	"contactgraph/ent/propertyvalue"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/query"

	"github.com/google/go-cmp/cmp"
)

// set is the patch that gives a property these values.
func set(property int, values ...string) contact.PropertyPatch {
	p := contact.PropertyPatch{Property: property}
	for _, v := range values {
		p.Values = append(p.Values, field.Value{Value: v})
	}
	return p
}

// stored returns the values that a contact has for a property, in their order.
func (a *tenant) stored(c *ent.Contact, property int) (values []string) {
	a.t.Helper()
	for _, v := range a.db.Client().PropertyValue.Query().
		Where(propertyvalue.ContactID(c.ID), propertyvalue.PropertyID(property)).Order(propertyvalue.ByPosition()).AllX(a.agent) {
		values = append(values, v.Value)
	}
	return values
}

func (a *tenant) storedLogins(c *ent.Contact) (names []string) {
	a.t.Helper()
	for _, l := range a.db.Client().Login.Query().Where(login.ContactID(c.ID)).Order(login.ByNameKey()).AllX(a.agent) {
		names = append(names, l.Name+" "+string(l.Kind))
	}
	return names
}

func (a *tenant) storedSegments(c *ent.Contact) (ids []int) {
	a.t.Helper()
	for _, m := range a.db.Client().Membership.Query().Where(membership.ContactID(c.ID)).Order(membership.BySegmentID()).AllX(a.agent) {
		ids = append(ids, m.SegmentID)
	}
	return ids
}

func TestDetailsReplaceWhatIsListed(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	one, many := a.property(catalog.NewProperty{Name: "One"}), a.property(catalog.NewProperty{Name: "Many", Multiple: true})
	c := a.create(nil)
	kind := login.KindEmail
	type state struct {
		one, many, logins []string
		segments          []int
	}
	tests := []struct {
		name string
		set  contact.Details
		want state
	}{
		{"nothing", contact.Details{}, state{}},
		{"properties", contact.Details{Properties: []contact.PropertyPatch{set(many, "b", "a", "b"), set(one, "x")}},
			state{one: []string{"x"}, many: []string{"b", "a", "b"}}},
		{"a property that is not listed stays", contact.Details{Properties: []contact.PropertyPatch{set(one, "y")}},
			state{one: []string{"y"}, many: []string{"b", "a", "b"}}},
		{"fewer values", contact.Details{Properties: []contact.PropertyPatch{set(many, "a", "b")}},
			state{one: []string{"y"}, many: []string{"a", "b"}}},
		{"no values clear it", contact.Details{Properties: []contact.PropertyPatch{set(one)}}, state{many: []string{"a", "b"}}},
		{"an empty value is one", contact.Details{Properties: []contact.PropertyPatch{set(one, "")}},
			state{one: []string{""}, many: []string{"a", "b"}}},
		{"logins, sorted, without blank names", contact.Details{Logins: &[]field.Login{{Name: "Eva", Kind: kind}, {Name: " \u00a0", Kind: kind}, {Name: "anna", Kind: login.KindGoogle}, {Name: "", Kind: kind}}},
			state{one: []string{""}, many: []string{"a", "b"}, logins: []string{"anna GOOGLE", "Eva EMAIL"}}},
		{"logins are replaced as a set", contact.Details{Logins: &[]field.Login{{Name: "ANNA", Kind: login.KindBlank}, {Name: "ida", Kind: login.KindBounced}}},
			state{one: []string{""}, many: []string{"a", "b"}, logins: []string{"ANNA BLANK", "ida BOUNCED"}}},
		{"segments, without doubles", contact.Details{Membership: &[]int{a.segments[2], a.segments[0], a.segments[2]}},
			state{one: []string{""}, many: []string{"a", "b"}, logins: []string{"ANNA BLANK", "ida BOUNCED"}, segments: []int{a.segments[0], a.segments[2]}}},
		{"segments are replaced as a set", contact.Details{Membership: &[]int{a.segments[1], a.segments[2]}},
			state{one: []string{""}, many: []string{"a", "b"}, logins: []string{"ANNA BLANK", "ida BOUNCED"}, segments: a.segments[1:]}},
		{"absent sets stay", contact.Details{Properties: []contact.PropertyPatch{set(many), set(one)}},
			state{logins: []string{"ANNA BLANK", "ida BOUNCED"}, segments: a.segments[1:]}},
		{"empty sets clear", contact.Details{Logins: &[]field.Login{}, Membership: &[]int{}}, state{}},
	}
	for _, tt := range tests {
		before := a.get(c.ID)
		r, err := f.SetDetails(a.agent, contact.SetDetails{ID: c.ID, Lock: at(before), Details: tt.set})
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		got := state{a.stored(c, one), a.stored(c, many), a.storedLogins(c), a.storedSegments(c)}
		if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(state{})); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.name, diff)
		}
		if after := a.get(c.ID); after.Version != before.Version+1 || r.Contact.Version != after.Version || !after.LastModified.After(before.LastModified) {
			t.Errorf("%s: the version went from %d to %d", tt.name, before.Version, after.Version)
		}
	}
}

func TestDetailsKeepDescriptions(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	id := a.property(catalog.NewProperty{Name: "Many", Multiple: true})
	c := a.create(nil)
	for _, want := range [][]field.Value{
		{{Value: "a", Description: new("first")}, {Value: "b", Description: nil}, {Value: "c", Description: new("")}}, {{Value: "a", Description: new("second")}, {Value: "b", Description: nil}, {Value: "c", Description: new("")}}, {{Value: "a", Description: nil}},
	} {
		if _, err := f.details(a.agent, c.ID, contact.Details{Properties: []contact.PropertyPatch{{Property: id, Values: want}}}); err != nil {
			t.Fatal(err)
		}
		var got []field.Value
		for _, v := range a.db.Client().PropertyValue.Query().Order(propertyvalue.ByPosition()).AllX(a.agent) {
			got = append(got, field.Value{Value: v.Value, Description: v.Description})
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
}

func TestBoundPropertyIsTheFieldItself(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	first := a.property(catalog.NewProperty{Name: "First Name", Bound: new(property.BoundFirstName)})
	last := a.property(catalog.NewProperty{Name: "Last Name", Bound: new(property.BoundLastName)})
	c := a.create(field.Patch{field.FirstName: "Anna"}, contact.Details{Properties: []contact.PropertyPatch{set(last, "Ek")}})
	names := func(want ...string) {
		t.Helper()
		c := a.get(c.ID)
		if got := []string{deref(c.FirstName), deref(c.LastName), c.NameKey}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		if n := a.db.Client().PropertyValue.Query().CountX(a.agent); n != 0 {
			t.Errorf("%d values are stored beside the fields", n)
		}
	}
	names("Anna", "Ek", "ek anna")
	r, err := f.details(a.agent, c.ID, contact.Details{Properties: []contact.PropertyPatch{set(first, "Eva"), set(last)}})
	if err != nil {
		t.Fatal(err)
	}
	names("Eva", "null", "eva")
	want := []string{"firstName: Anna → Eva", "lastName: Ek → <nil>"}
	if diff := cmp.Diff(want, told(r.Change)); diff != "" {
		t.Errorf("the log (-want +got)\n%s", diff)
	}
	if found := must(f.Queries.Page(a.agent, query.Filter{Name: new("ev")}, query.Order{}, query.PageArgs{})); len(found.Contacts) != 1 {
		t.Error("it is not found by its new name")
	}
}

func deref(s *string) string {
	if s == nil {
		return "null"
	}
	return *s
}

// told shows the fields of a log row.
func told(c *ent.Change) (fields []string) {
	for _, f := range c.Fields {
		fields = append(fields, fmt.Sprintf("%s: %v → %v", f.Path, f.Old, f.New))
	}
	return fields
}

func TestPropertyTypes(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	c := a.create(nil)
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
		id := a.property(catalog.NewProperty{Name: string(tt.kind), Kind: tt.kind, Choices: tt.choices})
		path := fmt.Sprintf("properties.%d", id)
		for _, v := range tt.good {
			if _, err := f.details(a.agent, c.ID, contact.Details{Properties: []contact.PropertyPatch{set(id, v)}}); err != nil {
				t.Errorf("%s %q: %v", tt.kind, v, err)
			}
		}
		for _, v := range tt.bad {
			f.refused(fmt.Sprintf("%s %q", tt.kind, v), func() error {
				return errOf(f.details(a.agent, c.ID, contact.Details{Properties: []contact.PropertyPatch{set(id, v)}}))
			}, "INVALID "+path)
		}
	}
}

func TestDetailsAreRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	one := a.property(catalog.NewProperty{Name: "One"})                                               // 1
	many := a.property(catalog.NewProperty{Name: "Many", Multiple: true, Kind: property.KindInteger}) // 2
	required := a.property(catalog.NewProperty{Name: "Required", Required: true, Multiple: true})     // 3
	name := a.property(catalog.NewProperty{Name: "First Name", Bound: new(property.BoundFirstName)})  // 4
	theirs := f.other.property(catalog.NewProperty{Name: "One"})                                      // 5
	c := a.create(nil, contact.Details{Properties: []contact.PropertyPatch{set(one, "x"), set(many, "1"), set(required, "r"), set(name, "Anna")}})
	a.create(nil, contact.Details{Logins: &[]field.Login{{Name: "Taken", Kind: login.KindBlank}, {Name: "also", Kind: login.KindBlank}}})
	long, none := strings.Repeat("x", 251), field.Login{Name: "none"}
	many101 := slices.Repeat([]string{"1"}, 101)
	props := func(ps ...contact.PropertyPatch) contact.Details { return contact.Details{Properties: ps} }
	logins := func(ls ...field.Login) contact.Details { return contact.Details{Logins: &ls} }
	segments := func(ids ...int) contact.Details { return contact.Details{Membership: &ids} }
	described := contact.PropertyPatch{Property: name, Values: []field.Value{{Value: "Eva", Description: new("x")}}}
	overlong := contact.PropertyPatch{Property: one, Values: []field.Value{{Value: strings.Repeat("x", 4001), Description: &long}}}
	tests := []struct {
		name string
		set  contact.Details
		want []string
	}{
		{"a property that is not there", props(set(999, "x")), []string{"PROPERTY_NOT_FOUND properties.999"}},
		{"another account's property", props(set(theirs, "x")), []string{"PROPERTY_NOT_FOUND properties.5"}},
		{"a property given twice", props(set(one, "a"), set(one)), []string{"DUPLICATE properties.1"}},
		{"several values for one that takes one", props(set(one, "a", "b")), []string{"TOO_MANY properties.1"}},
		{"too many values", props(set(many, many101...)), []string{"TOO_MANY properties.2"}},
		{"a value of another type", props(set(many, "1", "x")), []string{"INVALID properties.2"}},
		{"a required one to nothing", props(set(required)), []string{"REQUIRED properties.3"}},
		{"a required one to blanks", props(set(required, " ", "")), []string{"REQUIRED properties.3"}},
		{"texts that are too long", props(overlong), []string{"TOO_LONG properties.1", "TOO_LONG properties.1"}},
		{"a text that is too long for the field", props(set(name, long[:51])), []string{"TOO_LONG properties.4"}},
		{"what is not UTF-8", props(set(one, "\xff")), []string{"INVALID properties.1"}},
		{"a description for a field", props(described), []string{"INVALID properties.4"}},
		{"a login that another has", logins(field.Login{Name: "TAKEN", Kind: login.KindBlank}), []string{"LOGIN_TAKEN logins"}},
		{"logins that another has", logins(field.Login{Name: "taken ", Kind: login.KindBlank}, field.Login{Name: "ALSO", Kind: login.KindBlank}), []string{"LOGIN_TAKEN logins", "LOGIN_TAKEN logins"}},
		{"a login given twice", logins(field.Login{Name: "a", Kind: login.KindBlank}, field.Login{Name: " A", Kind: login.KindGoogle}), []string{"DUPLICATE logins"}},
		{"a login of no type", logins(none), []string{"INVALID logins"}},
		{"a login that is too long", logins(field.Login{Name: long, Kind: login.KindBlank}), []string{"TOO_LONG logins"}},
		{"a login with a NUL character", logins(field.Login{Name: "a\x00", Kind: login.KindBlank}), []string{"INVALID logins"}},
		{"too many logins", logins(manyLogins(101)...), []string{"TOO_MANY logins"}},
		{"a segment that is not there", segments(a.segments[0], 999), []string{"SEGMENT_NOT_FOUND membership"}},
		{"another account's segment", segments(f.other.segments[0]), []string{"SEGMENT_NOT_FOUND membership"}},
		{"ids that are none", segments(0, -1), []string{"SEGMENT_NOT_FOUND membership", "SEGMENT_NOT_FOUND membership"}},
		{"all at once, in a stable order", contact.Details{
			Properties: []contact.PropertyPatch{set(one, "ok"), set(999, "x"), set(many, "x"), set(required)},
			Logins:     &[]field.Login{{Name: "taken", Kind: login.KindBlank}, none}, Membership: &[]int{999},
		}, []string{"PROPERTY_NOT_FOUND properties.999", "INVALID properties.2", "REQUIRED properties.3", "INVALID logins", "LOGIN_TAKEN logins", "SEGMENT_NOT_FOUND membership"}},
		{"a failure in the last property", props(set(one, "new"), set(name, "New"), set(required, "new"), set(many, "no number")), []string{"INVALID properties.2"}},
	}
	for _, tt := range tests {
		f.refused(tt.name, func() error { return errOf(f.details(a.agent, c.ID, tt.set)) }, tt.want...)
	}
	f.refused("with a stale version", func() error {
		return errOf(f.SetDetails(a.agent, contact.SetDetails{ID: c.ID, Lock: expecting(9), Details: props(set(one, "a", "b"))}))
	}, "VERSION_CONFLICT", "TOO_MANY properties.1")
	f.refused("a contact that is not there", func() error { return errOf(f.details(a.agent, 999, props(set(one, "a", "b")))) }, "NOT_FOUND")
}

func manyLogins(n int) []field.Login {
	all := make([]field.Login, n)
	for i := range all {
		all[i] = field.Login{Name: fmt.Sprint("login", i), Kind: login.KindBlank}
	}
	return all
}

// What is beyond all bounds is refused before the database is asked about it: no statement takes that many parameters.
func TestDetailsBeyondAllBoundsAreRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	c := a.create(nil)
	const lots = 40_000
	segments, patches := make([]int, lots), make([]contact.PropertyPatch, lots)
	for i := range lots {
		segments[i], patches[i] = i+1, set(i+1, "x")
	}
	logins := manyLogins(lots)
	f.refused("lots of everything", func() error {
		return errOf(f.details(a.agent, c.ID, contact.Details{Properties: patches, Logins: &logins, Membership: &segments}))
	}, "TOO_MANY properties", "TOO_MANY logins", "TOO_MANY membership")
}

func TestLoginsArePerAccount(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	same := contact.Details{Logins: &[]field.Login{{Name: "anna@example.com", Kind: login.KindEmail}}}
	mine, theirs := f.demo.create(nil, same), f.other.create(nil, same)
	for _, tt := range []struct {
		as   context.Context
		want int
	}{{f.demo.agent, mine.ID}, {f.other.agent, theirs.ID}} {
		if got := must(f.ByLogin(tt.as, "ANNA@example.com")); got == nil || got.ID != tt.want {
			t.Errorf("got %v, want contact %d", got, tt.want)
		}
	}
}

func TestConflictOfALoginSaysWhich(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	owner := a.create(nil, contact.Details{Logins: &[]field.Login{{Name: "Anna", Kind: login.KindBlank}}})
	c := a.create(nil)
	errs := f.refused("taken", func() error {
		return errOf(f.details(a.agent, c.ID, contact.Details{Logins: &[]field.Login{{Name: "eva", Kind: login.KindBlank}, {Name: "ANNA", Kind: login.KindBlank}}}))
	}, "LOGIN_TAKEN logins")
	if e := errs[0]; e.Subject != "ANNA" || e.Existing == nil || e.Existing.ID != owner.ID {
		t.Errorf("got %q of %v, want it as it was given, and its owner", e.Subject, e.Existing)
	}
}
