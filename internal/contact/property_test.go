package contact_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"contactgraph/ent"
	"contactgraph/ent/property"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact"
	"contactgraph/internal/usererror"
)

func TestPropertyIsDefined(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	for _, p := range []catalog.NewProperty{
		{Name: "Text", Kind: property.KindText, Multiple: true, Required: true, ReadOnly: true},
		{Name: "Choice", Kind: property.KindChoice, Choices: []string{"red", "green"}},
		{Name: "First Name", Kind: property.KindText, Bound: new(property.BoundFirstName)},
		{ID: 77, Name: "Chosen", Kind: property.KindDate},
	} {
		created, err := f.CreateProperty(a.admin, p)
		if err != nil {
			t.Errorf("%s: %v", p.Name, err)
			continue
		}
		got, err := f.Property(a.agent, created.ID)
		if err != nil || got.Name != p.Name || got.Kind != p.Kind || got.Multiple != p.Multiple || got.Required != p.Required ||
			got.ReadOnly != p.ReadOnly || !slices.Equal(got.Choices, p.Choices) || (got.Bound == nil) != (p.Bound == nil) || p.ID != 0 && got.ID != p.ID {
			t.Errorf("%s: stored %v, %v", p.Name, got, err)
		}
		if _, err := f.CreateProperty(f.other.admin, catalog.NewProperty{Name: p.Name, Kind: p.Kind, Choices: p.Choices, Bound: p.Bound}); err != nil {
			t.Errorf("%s, in another account: %v", p.Name, err)
		}
	}
	if all := must(f.Properties(a.agent)); len(all) != 4 || !slices.IsSortedFunc(all, func(a, b *ent.Property) int { return a.ID - b.ID }) {
		t.Errorf("listed %v", all)
	}
}

func TestPropertyIsRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	a.property(catalog.NewProperty{Name: "Größe"})
	a.property(catalog.NewProperty{Name: "First Name", Bound: new(property.BoundFirstName)})
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
		{"bound to nothing that there is", catalog.NewProperty{Name: "x", Kind: property.KindText, Bound: new(property.Bound("email"))}, []string{"INVALID boundTo"}},
		{"bound like another", catalog.NewProperty{Name: "x", Kind: property.KindText, Bound: first}, []string{"IN_USE boundTo"}},
		{"named and bound like another", catalog.NewProperty{Name: "first name", Kind: property.KindText, Bound: first}, []string{"NAME_TAKEN name", "IN_USE boundTo"}},
		{"all at once", catalog.NewProperty{Name: long, Kind: "x", Choices: []string{"a"}, Bound: last, Required: true},
			[]string{"TOO_LONG name", "INVALID type", "INVALID choices", "INVALID boundTo", "INVALID boundTo"}},
	}
	for _, tt := range tests {
		f.refused(tt.name, func() error { return errOf(f.CreateProperty(a.admin, tt.p)) }, tt.want...)
	}
}

func TestPropertyIsChanged(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	id := a.property(catalog.NewProperty{Name: "Colour", Kind: property.KindChoice, Choices: []string{"red", "green", "blue"}})
	c := a.create(nil, contact.Details{Properties: []contact.PropertyPatch{set(id, "green")}})
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
		{"a choice that nobody has goes, one comes", catalog.PropertyChange{Choices: []string{"green", "blue", "black"}}, "COLOR false true [green blue black]"},
	}
	for _, tt := range tests {
		tt.change.ID = id
		got, err := f.ChangeProperty(a.admin, tt.change)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		for _, p := range []*ent.Property{got, must(f.Property(a.agent, id))} {
			if text := fmt.Sprint(p.Name, " ", p.Required, p.ReadOnly, p.Choices); text != tt.want {
				t.Errorf("%s: got %s, want %s", tt.name, text, tt.want)
			}
		}
	}
	if v := a.get(c.ID).Version; v != c.Version {
		t.Errorf("the contact has version %d", v)
	}
}

func TestPropertyChangeIsRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	colour := a.property(catalog.NewProperty{Name: "Colour", Kind: property.KindChoice, Choices: []string{"red", "green"}})
	name := a.property(catalog.NewProperty{Name: "First Name", Bound: new(property.BoundFirstName)})
	theirs := f.other.property(catalog.NewProperty{Name: "Theirs"})
	a.create(nil, contact.Details{Properties: []contact.PropertyPatch{set(colour, "green")}})
	tests := []struct {
		name   string
		change catalog.PropertyChange
		want   []string
	}{
		{"one that is not there", catalog.PropertyChange{ID: 999, Name: new("")}, []string{"NOT_FOUND"}},
		{"another account's", catalog.PropertyChange{ID: theirs, Name: new("x")}, []string{"NOT_FOUND"}},
		{"a name that is taken", catalog.PropertyChange{ID: colour, Name: new("FIRST name")}, []string{"NAME_TAKEN name"}},
		{"a choice that a contact has", catalog.PropertyChange{ID: colour, Choices: []string{"red"}}, []string{"IN_USE choices"}},
		{"no choices", catalog.PropertyChange{ID: colour, Choices: []string{}}, []string{"INVALID choices", "IN_USE choices"}},
		{"choices where there are none", catalog.PropertyChange{ID: name, Choices: []string{"x"}}, []string{"INVALID choices"}},
		{"a bound one required", catalog.PropertyChange{ID: name, Required: new(true)}, []string{"INVALID boundTo"}},
		{"a bound one read-only", catalog.PropertyChange{ID: name, ReadOnly: new(true)}, []string{"INVALID boundTo"}},
		{"all at once", catalog.PropertyChange{ID: colour, Name: new(" "), Choices: []string{"a", "a"}}, []string{"REQUIRED name", "DUPLICATE choices", "IN_USE choices"}},
	}
	for _, tt := range tests {
		f.refused(tt.name, func() error { return errOf(f.ChangeProperty(a.admin, tt.change)) }, tt.want...)
	}
}

func TestPropertyIsDeletedOnceNobodyHasIt(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a := f.demo
	id := a.property(catalog.NewProperty{Name: "Note"})
	theirs := f.other.property(catalog.NewProperty{Name: "Theirs"})
	c := a.create(nil, contact.Details{Properties: []contact.PropertyPatch{set(id, "x")}})
	f.refused("one that a contact has", func() error { return f.DeleteProperty(a.admin, id) }, "IN_USE")
	f.refused("another account's", func() error { return f.DeleteProperty(a.admin, theirs) }, "NOT_FOUND")
	if _, err := f.details(a.agent, c.ID, contact.Details{Properties: []contact.PropertyPatch{set(id)}}); err != nil {
		t.Fatal(err)
	}
	if err := f.DeleteProperty(a.admin, id); err != nil {
		t.Error(err)
	}
	if _, err := f.Property(a.agent, id); !errors.As(err, new(usererror.Errors)) {
		t.Errorf("got %v", err)
	}
}
