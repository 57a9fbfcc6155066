package catalog_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"contactgraph/ent"
	"contactgraph/ent/property"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/usererror"
)

func TestCreateProperty(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	for _, p := range []catalog.NewProperty{
		{Name: "Text", Kind: property.KindText, Multiple: true, Required: true, ReadOnly: true},
		{Name: "Choice", Kind: property.KindChoice, Choices: []string{"red", "green"}},
		{Name: "First Name", APIName: new("_"), Kind: property.KindText, Bound: new(property.BoundFirstName)},
		{Name: "A", APIName: new("Birth_Day2"), Kind: property.KindDate},
		{Name: "B", Label: new("b"), Kind: property.KindDate},
		{ID: 77, Name: "Chosen", Kind: property.KindDate},
	} {
		created, err := f.CreateProperty(a.Admin, p)
		if err != nil {
			t.Errorf("%s: %v", p.Name, err)
			continue
		}
		got, err := f.Property(a.Agent, created.ID)
		if err != nil || got.Name != p.Name || got.Kind != p.Kind || got.Multiple != p.Multiple || got.Required != p.Required ||
			got.ReadOnly != p.ReadOnly || !slices.Equal(got.Choices, p.Choices) || (got.Bound == nil) != (p.Bound == nil) || !reflect.DeepEqual(got.APIName, p.APIName) || p.ID != 0 && got.ID != p.ID {
			t.Errorf("%s: stored %v, %v", p.Name, got, err)
		}
		if _, err := f.CreateProperty(f.Other.Admin, catalog.NewProperty{Name: p.Name, APIName: p.APIName, Kind: p.Kind, Choices: p.Choices, Bound: p.Bound}); err != nil {
			t.Errorf("%s, in another account: %v", p.Name, err)
		}
	}
	if all := contacttest.Must(f.Properties(a.Agent)); len(all) != 6 || !slices.IsSortedFunc(all, func(a, b *ent.Property) int { return a.ID - b.ID }) {
		t.Errorf("listed %v", all)
	}
}

func TestCreatePropertyFails(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	a.NewProperty(catalog.NewProperty{Name: "Größe", APIName: new("size")})
	a.NewProperty(catalog.NewProperty{Name: "First Name", Bound: new(property.BoundFirstName)})
	first := new(property.BoundFirstName)
	last := new(property.BoundLastName)
	long := strings.Repeat("x", 251)
	lots := make([]string, 501)
	for i := range lots {
		lots[i] = fmt.Sprint(i)
	}
	tests := []struct {
		name string
		p    catalog.NewProperty
		want []string
	}{
		{"a blank name", catalog.NewProperty{Name: " ", Kind: property.KindText}, []string{"REQUIRED name"}},
		{"a name that is taken, in another case", catalog.NewProperty{Name: "GRÖSSE ", Kind: property.KindText}, []string{"NAME_TAKEN name"}},
		{"no type", catalog.NewProperty{Name: "x"}, []string{"INVALID type"}},
		{"choices where there are none", catalog.NewProperty{Name: "x", Kind: property.KindDate, Choices: []string{"a"}}, []string{"INVALID choices"}},
		{"no choices", catalog.NewProperty{Name: "x", Kind: property.KindChoice}, []string{"INVALID choices"}},
		{"too many choices", catalog.NewProperty{Name: "x", Kind: property.KindChoice, Choices: lots}, []string{"INVALID choices"}},
		{"a blank choice, one twice", catalog.NewProperty{Name: "x", Kind: property.KindChoice, Choices: []string{" ", "a", "a"}}, []string{"REQUIRED choices", "DUPLICATE choices"}},
		{"bound, of another type", catalog.NewProperty{Name: "x", Kind: property.KindDate, Bound: last}, []string{"INVALID boundTo"}},
		{"bound, with several values", catalog.NewProperty{Name: "x", Kind: property.KindText, Multiple: true, Bound: last}, []string{"INVALID boundTo"}},
		{"bound and required", catalog.NewProperty{Name: "x", Kind: property.KindText, Required: true, Bound: last}, []string{"INVALID boundTo"}},
		{"bound and read-only", catalog.NewProperty{Name: "x", Kind: property.KindText, ReadOnly: true, Bound: last}, []string{"INVALID boundTo"}},
		{"bound to an unknown field", catalog.NewProperty{Name: "x", Kind: property.KindText, Bound: new(property.Bound("email"))}, []string{"INVALID boundTo"}},
		{"bound like another", catalog.NewProperty{Name: "x", Kind: property.KindText, Bound: first}, []string{"IN_USE boundTo"}},
		{"named and bound like another", catalog.NewProperty{Name: "first name", Kind: property.KindText, Bound: first}, []string{"NAME_TAKEN name", "IN_USE boundTo"}},
		{"an API name that is taken", catalog.NewProperty{Name: "x", APIName: new("size"), Kind: property.KindText}, []string{"NAME_TAKEN apiName"}},
		{"an API name that is taken, in another case", catalog.NewProperty{Name: "x", APIName: new("SIZE"), Kind: property.KindText}, []string{"NAME_TAKEN apiName"}},
		{"a blank label", catalog.NewProperty{Name: "x", Label: new(" "), Kind: property.KindText}, []string{"EMPTY label"}},
		{"a label that is too long", catalog.NewProperty{Name: "x", Label: &long, Kind: property.KindText}, []string{"TOO_LONG label"}},
		{"both names taken", catalog.NewProperty{Name: "größe", APIName: new("size"), Kind: property.KindText}, []string{"NAME_TAKEN name", "NAME_TAKEN apiName"}},
		{"an API name that is too long", catalog.NewProperty{Name: "x", APIName: new(strings.Repeat("x", 51)), Kind: property.KindText}, []string{"TOO_LONG apiName"}},
		{"all at once", catalog.NewProperty{Name: long, APIName: new(""), Kind: "x", Choices: []string{"a"}, Bound: last, Required: true},
			[]string{"TOO_LONG name", "INVALID apiName", "INVALID type", "INVALID choices", "INVALID boundTo", "INVALID boundTo"}},
	}
	for _, tt := range tests {
		f.WantErrors(tt.name, func() error { return contacttest.ErrOf(f.CreateProperty(a.Admin, tt.p)) }, tt.want...)
	}
}

// TestAPINames: only identifiers are API names.
func TestAPINames(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	for _, name := range []string{"", " ", "1a", "__", "__a", "a b", "a-b", "a.b", "é", "a\x00", "a\n", "\xff", "ａ", "Email", "EMAIL", "id", "NewPassword"} {
		f.WantErrors(fmt.Sprintf("%q", name), func() error {
			return contacttest.ErrOf(f.CreateProperty(f.Demo.Admin, catalog.NewProperty{Name: "x", APIName: &name, Kind: property.KindText}))
		}, "INVALID apiName")
	}
	for _, name := range []string{"a", "Z9", "_1", "_a_", "a__b", "type"} {
		f.Demo.NewProperty(catalog.NewProperty{Name: name, APIName: &name})
	}
}

func TestChangeProperty(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	id := a.NewProperty(catalog.NewProperty{Name: "Colour", Kind: property.KindChoice, Choices: []string{"red", "green", "blue"}})
	c := a.NewContact(nil, contact.Details{Properties: []contact.PropertyPatch{contacttest.SetProperty(id, "green")}})
	tests := []struct {
		name   string
		change catalog.PropertyChange
		want   string
	}{
		{"nothing", catalog.PropertyChange{}, "Colour false false [red green blue]"},
		{"its name", catalog.PropertyChange{Name: new("Color")}, "Color false false [red green blue]"},
		{"its name in another case", catalog.PropertyChange{Name: new("COLOR")}, "COLOR false false [red green blue]"},
		{"required", catalog.PropertyChange{Required: new(true)}, "COLOR true false [red green blue]"},
		{"read-only, no longer required", catalog.PropertyChange{Required: new(false), ReadOnly: new(true)}, "COLOR false true [red green blue]"},
		{"an unused choice removed, another added", catalog.PropertyChange{Choices: []string{"green", "blue", "black"}}, "COLOR false true [green blue black]"},
		{"its API name", catalog.PropertyChange{APIName: new(new("color"))}, "COLOR false true [green blue black] color"},
		{"its API name to the same", catalog.PropertyChange{APIName: new(new("color"))}, "COLOR false true [green blue black] color"},
		{"not its API name", catalog.PropertyChange{ReadOnly: new(false)}, "COLOR false false [green blue black] color"},
		{"its API name, with a long one", catalog.PropertyChange{APIName: new(new(strings.Repeat("x", 50)))}, "COLOR false false [green blue black] " + strings.Repeat("x", 50)},
		{"its API name removed", catalog.PropertyChange{APIName: new((*string)(nil))}, "COLOR false false [green blue black]"},
	}
	for _, tt := range tests {
		tt.change.ID = id
		got, err := f.ChangeProperty(a.Admin, tt.change)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		for _, p := range []*ent.Property{got, contacttest.Must(f.Property(a.Agent, id))} {
			text := fmt.Sprint(p.Name, " ", p.Required, p.ReadOnly, p.Choices)
			if p.APIName != nil {
				text += " " + *p.APIName
			}
			if text != tt.want {
				t.Errorf("%s: got %s, want %s", tt.name, text, tt.want)
			}
		}
	}
	if v := a.MustGet(c.ID).Version; v != c.Version {
		t.Errorf("the contact has version %d", v)
	}
}

func TestChangePropertyFails(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	colour := a.NewProperty(catalog.NewProperty{Name: "Colour", Kind: property.KindChoice, Choices: []string{"red", "green"}})
	name := a.NewProperty(catalog.NewProperty{Name: "First Name", APIName: new("first"), Bound: new(property.BoundFirstName)})
	theirs := f.Other.NewProperty(catalog.NewProperty{Name: "Theirs"})
	a.NewContact(nil, contact.Details{Properties: []contact.PropertyPatch{contacttest.SetProperty(colour, "green")}})
	tests := []struct {
		name   string
		change catalog.PropertyChange
		want   []string
	}{
		{"one that is not there", catalog.PropertyChange{ID: 999, Name: new("")}, []string{"NOT_FOUND"}},
		{"another account's", catalog.PropertyChange{ID: theirs, Name: new("x")}, []string{"NOT_FOUND"}},
		{"a name that cannot be stored", catalog.PropertyChange{ID: colour, Name: new("a\x00b")}, []string{"INVALID name"}},
		{"a name that is taken", catalog.PropertyChange{ID: colour, Name: new("FIRST name")}, []string{"NAME_TAKEN name"}},
		{"an API name that is taken", catalog.PropertyChange{ID: colour, APIName: new(new("first"))}, []string{"NAME_TAKEN apiName"}},
		{"an API name that is taken, in another case", catalog.PropertyChange{ID: colour, APIName: new(new("FIRST"))}, []string{"NAME_TAKEN apiName"}},
		{"a label that cannot be stored", catalog.PropertyChange{ID: colour, Label: new(new("a\x00b"))}, []string{"INVALID label"}},
		{"an API name that cannot be stored", catalog.PropertyChange{ID: colour, APIName: new(new("a\x00b"))}, []string{"INVALID apiName"}},
		{"a choice that a contact has", catalog.PropertyChange{ID: colour, Choices: []string{"red"}}, []string{"IN_USE choices"}},
		{"no choices", catalog.PropertyChange{ID: colour, Choices: []string{}}, []string{"INVALID choices", "IN_USE choices"}},
		{"choices where there are none", catalog.PropertyChange{ID: name, Choices: []string{"x"}}, []string{"INVALID choices"}},
		{"a bound one required", catalog.PropertyChange{ID: name, Required: new(true)}, []string{"INVALID boundTo"}},
		{"a bound one read-only", catalog.PropertyChange{ID: name, ReadOnly: new(true)}, []string{"INVALID boundTo"}},
		{"all at once", catalog.PropertyChange{ID: colour, Name: new(" "), Choices: []string{"a", "a"}}, []string{"REQUIRED name", "DUPLICATE choices", "IN_USE choices"}},
	}
	for _, tt := range tests {
		f.WantErrors(tt.name, func() error { return contacttest.ErrOf(f.ChangeProperty(a.Admin, tt.change)) }, tt.want...)
	}
}

func TestDeleteProperty(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	id := a.NewProperty(catalog.NewProperty{Name: "Note"})
	theirs := f.Other.NewProperty(catalog.NewProperty{Name: "Theirs"})
	c := a.NewContact(nil, contact.Details{Properties: []contact.PropertyPatch{contacttest.SetProperty(id, "x")}})
	f.WantErrors("one that a contact has", func() error { return f.DeleteProperty(a.Admin, id) }, "IN_USE")
	f.WantErrors("another account's", func() error { return f.DeleteProperty(a.Admin, theirs) }, "NOT_FOUND")
	if _, err := f.OverwriteDetails(a.Agent, c.ID, contact.Details{Properties: []contact.PropertyPatch{contacttest.SetProperty(id)}}); err != nil {
		t.Fatal(err)
	}
	if err := f.DeleteProperty(a.Admin, id); err != nil {
		t.Error(err)
	}
	if _, err := f.Property(a.Agent, id); !errors.As(err, new(usererror.Errors)) {
		t.Errorf("got %v", err)
	}
}

func TestValuesOfNumbers(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]bool{
		"0": true, "-1.5": true, "+1": true, ".5": true, "5.": true, "1e300": true, "-1.7976931348623157e308": true, "1e-400": true, strings.Repeat("9", 100): true,
		"": false, "1e400": false, "-2e308": false, strings.Repeat("9", 101): false, "1,5": false, "0x1p4": false, "NaN": false, "Inf": false, "1_000": false, "e5": false, "--1": false,
	} {
		if got := catalog.PropertyTypes[property.KindNumber].Fits(value, nil); got != want {
			t.Errorf("%q: %t, want %t", value, got, want)
		}
	}
}
