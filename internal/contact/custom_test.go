package contact_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"contactgraph/ent"
	"contactgraph/ent/property"
	"contactgraph/internal/catalog"
	"contactgraph/internal/contact"
	"contactgraph/internal/contact/contacttest"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/revision"
	"contactgraph/internal/usererror"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// object is a JSON object, as of custom.
type object = map[string]any

// named is a property with an API name, and texts to draw as its values. The first two are valid.
type named struct {
	catalog.NewProperty
	texts []string
}

var namedProperties = []named{
	{catalog.NewProperty{Name: "text", Kind: property.KindText}, []string{"x", "y", "", "a\x00b", strings.Repeat("ä", 4001)}},
	{catalog.NewProperty{Name: "list", Kind: property.KindText, Multiple: true}, []string{"x", "y", "z"}},
	{catalog.NewProperty{Name: "integer", Kind: property.KindInteger}, []string{"1", "9223372036854775807", "9223372036854775808", "1.0"}},
	{catalog.NewProperty{Name: "numbers", Kind: property.KindNumber, Multiple: true}, []string{"1.10", "1.1", "-3e2"}},
	{catalog.NewProperty{Name: "date", Kind: property.KindDate}, []string{"2026-03-01", "2026-03-02", "2026-02-30"}},
	{catalog.NewProperty{Name: "time", Kind: property.KindDateTime}, []string{"2026-03-01T12:00:00Z", "2026-03-01T12:00:00.5+01:00", "noon"}},
	{catalog.NewProperty{Name: "choice", Kind: property.KindChoice, Required: true, Choices: []string{"a", "b"}}, []string{"a", "b", "c"}},
	{catalog.NewProperty{Name: "locked", Kind: property.KindText, ReadOnly: true}, []string{"x", "y"}},
	{catalog.NewProperty{Name: "first", Kind: property.KindText, Bound: new(property.BoundFirstName)}, []string{"x", "y", ""}},
}

// newNamed defines the properties of namedProperties and returns their ids.
func newNamed(a *contacttest.Tenant) map[string]int {
	ids := map[string]int{}
	for _, p := range namedProperties {
		p.APIName = &p.Name
		ids[p.Name] = a.NewProperty(p.NewProperty)
	}
	return ids
}

// jsonOf returns texts as a client sends them in custom.
func (p named) jsonOf(texts []string) any {
	list := []any{}
	for _, text := range texts {
		if p.Kind == property.KindInteger || p.Kind == property.KindNumber {
			list = append(list, json.Number(text))
		} else {
			list = append(list, text)
		}
	}
	switch {
	case p.Multiple:
		return list
	case len(list) == 0:
		return nil
	}
	return list[0]
}

// draw draws valid values of a property.
func (p named) draw(rt *rapid.T, who string, texts []string) []string {
	most := 1
	if p.Multiple {
		most = len(texts)
	}
	return rapid.SliceOfNDistinct(rapid.SampledFrom(texts), 0, most, rapid.ID[string]).Draw(rt, who+" "+p.Name)
}

// drawDescribed draws a write of properties with descriptions, of which each value is valid.
func drawDescribed(rt *rapid.T, who string, ids map[string]int) (patches []contact.PropertyPatch) {
	for _, p := range namedProperties {
		if !rapid.Bool().Draw(rt, who+" writes "+p.Name) {
			continue
		}
		patch := contacttest.SetProperty(ids[p.Name], p.draw(rt, who, p.texts[:2])...)
		if p.Required && len(patch.Values) == 0 {
			continue
		}
		for i := range patch.Values {
			if p.Bound == nil && rapid.Bool().Draw(rt, who+" describes") {
				patch.Values[i].Description = new(who)
			}
		}
		patches = append(patches, patch)
	}
	return patches
}

// TestCustomEqualsProperties writes to two contacts with the same history: to one by custom, and to
// the other by properties, with the descriptions that a client would send that has read them. The
// results are the same: errors, conflicts and what the change log has.
func TestCustomEqualsProperties(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	ids := newNamed(a)
	commands := f.ClearingByNull()
	outcomes := map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		base, theirs := drawDescribed(rt, "base", ids), drawDescribed(rt, "theirs", ids)
		custom, texts := object{}, map[string][]string{}
		for _, p := range namedProperties {
			if rapid.IntRange(0, 2).Draw(rt, "mine writes "+p.Name) == 0 {
				texts[p.Name] = p.draw(rt, "mine", p.texts)
				custom[p.Name] = p.jsonOf(texts[p.Name])
			}
		}
		lock := rapid.SampledFrom([]contact.Lock{contacttest.Overwrite, contacttest.ExpectVersion(2), contacttest.MergeFrom(2), contacttest.MergeFrom(3)}).Draw(rt, "lock")
		asCustomer, details := rapid.Bool().Draw(rt, "as the customer"), rapid.Bool().Draw(rt, "details")
		write := func(byName bool) (string, error) {
			c := a.NewContact(nil)
			for _, patches := range [][]contact.PropertyPatch{base, theirs} {
				contacttest.Must(f.OverwriteDetails(a.Agent, c.ID, contact.Details{Properties: patches}))
			}
			ctx := a.Agent
			if asCustomer {
				ctx = a.AsCustomer(c)
			}
			switch {
			case byName && !details:
				return describeWrite(commands.Update(ctx, contact.Update{ID: c.ID, Lock: lock, Custom: custom}))
			case byName:
				return describeWrite(commands.SetDetails(ctx, contact.SetDetails{ID: c.ID, Lock: lock, Details: contact.Details{Custom: custom}}))
			}
			var patches []contact.PropertyPatch
			for _, p := range namedProperties {
				if list, ok := texts[p.Name]; ok {
					patches = append(patches, withDescriptions(contacttest.SetProperty(ids[p.Name], list...), base, theirs, lock.Expected != nil && *lock.Expected == 2))
				}
			}
			return describeWrite(commands.SetDetails(ctx, contact.SetDetails{ID: c.ID, Lock: lock, Details: contact.Details{Properties: patches}}))
		}
		want, _ := write(false)
		got, err := write(true)
		if diff := cmp.Diff(want, got); diff != "" {
			rt.Fatalf("%v from %v over %v (-properties +custom)\n%s", custom, base, theirs, diff)
		}
		outcomes[outcomeOf(err)]++
	})
	t.Log(outcomes)
	if len(outcomes) < 3 {
		t.Errorf("want successes, conflicts and other errors: %v", outcomes)
	}
}

func outcomeOf(err error) string {
	var errs usererror.Errors
	switch {
	case err == nil:
		return "applied"
	case errors.As(err, &errs) && errs.Has(usererror.VersionConflict):
		return "conflict"
	}
	return "rejected"
}

// withDescriptions returns the patch with the descriptions that the values have after theirs, and
// those that only a client that has read the base knows if it has.
func withDescriptions(patch contact.PropertyPatch, base, theirs []contact.PropertyPatch, readBase bool) contact.PropertyPatch {
	var latest, read []field.Value
	for _, p := range slices.Concat(base, theirs) {
		if p.Property == patch.Property {
			latest = p.Values
		}
	}
	for _, p := range base {
		if readBase && p.Property == patch.Property {
			read = p.Values
		}
	}
	for i, v := range patch.Values {
		for _, known := range slices.Concat(read, latest) {
			if known.Value == v.Value {
				patch.Values[i].Description = known.Description
			}
		}
	}
	return patch
}

// describeWrite returns what a write has resulted in as text, without what differs by contact.
func describeWrite(r *contact.Result, err error) (string, error) {
	var parts []any
	if errs, ok := errors.AsType[usererror.Errors](err); ok {
		for _, e := range errs {
			parts = append(parts, e.Code, e.Path, e.Message)
			if e.Conflict != nil {
				for _, c := range e.Conflict.Fields {
					parts = append(parts, c.Path, c.Base, c.Latest, c.Yours, c.Merged, c.Overlaps)
				}
			}
		}
	} else if err != nil {
		return err.Error(), err
	} else {
		parts = append(parts, r.Change.Fields, r.Merge != nil)
	}
	return string(contacttest.Must(json.MarshalIndent(parts, "", " "))), err
}

func TestCustomFails(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	ids := newNamed(a)
	f.Other.NewProperty(catalog.NewProperty{Name: "Theirs", APIName: new("theirs")})
	a.NewProperty(catalog.NewProperty{Name: "unnamed"})
	c := a.NewContact(nil, contact.Details{Properties: []contact.PropertyPatch{contacttest.SetProperty(ids["choice"], "a")}})
	at := func(code, name string) string { return code + " " + field.PropertyPath(ids[name]) }
	lots := object{}
	for i := range 1001 {
		lots[fmt.Sprint("n", i)] = nil
	}
	for _, tt := range []struct {
		name   string
		custom any
		want   []string
	}{
		{"no object", "x", []string{"INVALID custom"}},
		{"a list", []any{object{"text": "x"}}, []string{"INVALID custom"}},
		{"unknown names", object{"unnamed": "x", "theirs": "x", "Text": "x", "": "x", strings.Repeat("x", 51): "x"},
			[]string{"PROPERTY_NOT_FOUND custom.", "PROPERTY_NOT_FOUND custom.Text", "PROPERTY_NOT_FOUND custom.theirs", "PROPERTY_NOT_FOUND custom.unnamed", "PROPERTY_NOT_FOUND custom"}},
		{"wrong types", object{"text": json.Number("1"), "list": "x", "integer": "1", "first": true, "date": []any{"2026-03-01"}, "numbers": json.Number("1")},
			[]string{at("INVALID", "date"), at("INVALID", "first"), at("INVALID", "integer"), at("INVALID", "list"), at("INVALID", "numbers"), at("INVALID", "text")}},
		{"invalid values", object{"choice": "c", "date": "2026-02-30", "text": "a\x00b", "list": []any{"a", strings.Repeat("x", 4001)}},
			[]string{at("INVALID", "text"), at("TOO_LONG", "list"), at("INVALID", "date"), at("INVALID", "choice")}},
		{"a required one cleared", object{"choice": nil}, []string{at("REQUIRED", "choice")}},
		{"too many", lots, []string{"TOO_MANY properties"}},
	} {
		f.WantErrors(tt.name, func() error {
			return contacttest.ErrOf(f.Update(a.Agent, contact.Update{ID: c.ID, Lock: contacttest.Overwrite, Custom: tt.custom}))
		}, tt.want...)
		f.WantErrors(tt.name+", creating", func() error {
			return contacttest.ErrOf(f.Create(a.Agent, contact.Create{RegistrationSource: "x", Details: contact.Details{Custom: tt.custom}}))
		}, tt.want...)
	}
	f.WantErrors("one that is also in properties", func() error {
		return contacttest.ErrOf(f.OverwriteDetails(a.Agent, c.ID, contact.Details{
			Custom: object{"text": "x"}, Properties: []contact.PropertyPatch{contacttest.SetProperty(ids["text"], "x")},
		}))
	}, at("DUPLICATE", "text"))
	f.WantErrors("too many with properties", func() error {
		delete(lots, "n1000")
		return contacttest.ErrOf(f.OverwriteDetails(a.Agent, c.ID, contact.Details{Custom: lots, Properties: []contact.PropertyPatch{contacttest.SetProperty(ids["text"])}}))
	}, "TOO_MANY properties")
	f.WantErrors("a read-only one, by a customer", func() error {
		return contacttest.ErrOf(f.Update(a.AsCustomer(c), contact.Update{ID: c.ID, Lock: contacttest.Overwrite, Custom: object{"locked": "x"}}))
	}, at("READ_ONLY", "locked"))
}

// TestCustomIsWrittenWithFields: fields and properties are one change, which can be undone, in one
// update and in several.
func TestCustomIsWrittenWithFields(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	ids := newNamed(a)
	c := a.NewContact(nil, contact.Details{Custom: object{"text": "old", "integer": json.Number("7")}})
	u := contact.Update{ID: c.ID, Lock: contacttest.ExpectVersionOf(c), Set: field.Patch{field.LastName: "Ek"}, Custom: object{"text": "new", "list": []any{"a"}, "first": "Eva"}}
	r := contacttest.Must(f.Update(a.Agent, u))
	want := []string{"firstName", "lastName", field.PropertyPath(ids["text"]), field.PropertyPath(ids["list"])}
	if diff := cmp.Diff(want, pathsOf(r.Change.Fields)); diff != "" || r.Contact.Version != c.Version+1 {
		t.Errorf("version %d (-want +got)\n%s", r.Contact.Version, diff)
	}
	undone := contacttest.Must(f.Undo(a.Agent, revision.ChangeID{Contact: c.ID, Version: r.Contact.Version}))
	if diff := cmp.Diff(want, pathsOf(undone.Change.Fields)); diff != "" {
		t.Errorf("undone (-want +got)\n%s", diff)
	}
	if got := storedValues(a, c, ids["text"]); fmt.Sprint(got) != "[old]" {
		t.Errorf("after undoing: %q", got)
	}
	other := a.NewContact(nil)
	var updates []contact.Update
	for _, x := range []*ent.Contact{c, other} {
		updates = append(updates, contact.Update{ID: x.ID, Lock: contacttest.Overwrite, Set: field.Patch{field.LastName: "Ek"}, Custom: object{"text": "both"}})
	}
	for _, do := range []func() ([]contact.Outcome, error){
		func() ([]contact.Outcome, error) { return f.UpdateAll(a.Agent, updates) },
		func() ([]contact.Outcome, error) {
			updates[1].Custom = object{"text": "x", "integer": "x"}
			return f.UpdateAll(a.Agent, updates)
		},
		func() ([]contact.Outcome, error) {
			updates[0].Custom = object{"text": "each"}
			return f.UpdateEach(a.Agent, updates)
		},
	} {
		contacttest.Must(do())
	}
	if one, two := storedValues(a, c, ids["text"]), storedValues(a, other, ids["text"]); fmt.Sprint(one, two) != "[each] [both]" {
		t.Errorf("after several updates: %q, %q", one, two)
	}
}

func pathsOf(changes []revision.FieldChange) (paths []string) {
	for _, c := range changes {
		paths = append(paths, c.Path)
	}
	return paths
}

// TestCustomKeepsDescriptions: each value of a text that is listed twice keeps its own.
func TestCustomKeepsDescriptions(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	list := newNamed(a)["list"]
	described := contact.PropertyPatch{Property: list, Values: []field.Value{{Value: "x", Description: new("1")}, {Value: "y"}, {Value: "x", Description: new("2")}}}
	c := a.NewContact(nil, contact.Details{Properties: []contact.PropertyPatch{described}})
	r := contacttest.Must(f.Update(a.Agent, contact.Update{ID: c.ID, Lock: contacttest.Overwrite, Custom: object{"list": []any{"z", "x", "x", "x"}}}))
	want := []field.Value{{Value: "z"}, {Value: "x", Description: new("1")}, {Value: "x", Description: new("2")}, {Value: "x"}}
	if diff := cmp.Diff(want, r.Change.Fields[0].New); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestCustomMergesDescribedValues: a value that is sent as it was at the expected version is no
// change, although its description is not sent. What others have done with it stays.
func TestCustomMergesDescribedValues(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	a := f.Demo
	text := newNamed(a)["text"]
	c := a.NewContact(nil, contact.Details{Properties: []contact.PropertyPatch{{Property: text, Values: []field.Value{{Value: "x", Description: new("1")}}}}})
	contacttest.Must(f.OverwriteDetails(a.Agent, c.ID, contact.Details{Properties: []contact.PropertyPatch{contacttest.SetProperty(text, "y")}}))
	if _, err := f.Update(a.Agent, contact.Update{ID: c.ID, Lock: contacttest.MergeFrom(c.Version), Custom: object{"text": "x"}}); err != nil {
		t.Error(err)
	}
	if got := storedValues(a, c, text); fmt.Sprint(got) != "[y]" {
		t.Errorf("stored %q", got)
	}
}

// TestAFieldAndItsAlias: clients send back all that they have read, so a field and a property that
// is its alias. The one that they have changed counts, and the alias if they have changed both.
func TestAFieldAndItsAlias(t *testing.T) {
	t.Parallel()
	f := contacttest.New(t)
	newNamed(f.Demo)
	for _, c := range []struct {
		name               string
		now, value, custom any
		want               string
	}{
		{"neither is changed", "Anna", "Anna", "Anna", "Anna"},
		{"the field is changed", "Anna", "Eva", "Anna", "Eva"},
		{"the alias is changed", "Anna", "Anna", "Eva", "Eva"},
		{"both are changed alike", "Anna", "Eva", "Eva", "Eva"},
		{"both are changed", "Anna", "Eva", "Ida", "Ida"},
		{"the field is set", nil, "Eva", nil, "Eva"},
		{"the alias is set", nil, nil, "Eva", "Eva"},
		{"the field is cleared", "Anna", nil, "Anna", "null"},
		{"the alias is cleared", "Anna", "Anna", nil, "null"},
		{"the field is cleared, the alias changed", "Anna", nil, "Ida", "Ida"},
	} {
		stored := f.Demo.NewContact(field.Patch{field.FirstName: c.now})
		_, err := f.Update(f.Demo.Agent, contact.Update{
			ID: stored.ID, Lock: contact.Lock{Expected: &stored.Version}, Set: field.Patch{field.FirstName: c.value}, Custom: object{"first": c.custom},
		})
		if err != nil {
			t.Error(c.name, err)
		}
		got := deref(f.Demo.MustGet(stored.ID).FirstName)
		if got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
	created, err := f.Create(f.Demo.Agent, contact.Create{
		Set: field.Patch{field.FirstName: "Eva"}, Details: contact.Details{Custom: object{"first": nil}},
	})
	if err != nil || deref(created.Contact.FirstName) != "Eva" {
		t.Error("a new contact, with an alias that is null:", err)
	}
}
