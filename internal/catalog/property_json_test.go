package catalog_test

import (
	"encoding/json"
	"math/big"
	"reflect"
	"testing"

	"contactgraph/ent"
	"contactgraph/ent/property"
	"contactgraph/internal/catalog"

	"pgregory.net/rapid"
)

func TestJSONOfValues(t *testing.T) {
	t.Parallel()
	of := func(kind property.Kind, multiple bool) *ent.Property {
		return &ent.Property{Kind: kind, Multiple: multiple}
	}
	for _, tt := range []struct {
		property *ent.Property
		texts    []string
		want     string
	}{
		{of(property.KindText, false), nil, `null`},
		{of(property.KindText, false), []string{""}, `""`},
		{of(property.KindText, false), []string{"7"}, `"7"`},
		{of(property.KindText, true), nil, `[]`},
		{of(property.KindText, true), []string{"b", "a", "b"}, `["b","a","b"]`},
		{of(property.KindChoice, false), []string{"red"}, `"red"`},
		{of(property.KindDate, false), []string{"2026-03-01"}, `"2026-03-01"`},
		{of(property.KindDateTime, true), []string{"2026-03-01T12:00:00Z"}, `["2026-03-01T12:00:00Z"]`},
		{of(property.KindInteger, false), nil, `null`},
		{of(property.KindInteger, false), []string{"9223372036854775807"}, `9223372036854775807`},
		{of(property.KindInteger, false), []string{"-0"}, `-0`},
		{of(property.KindInteger, false), []string{"+007"}, `7`},
		{of(property.KindInteger, true), []string{"000", "1"}, `[0,1]`},
		{of(property.KindNumber, false), []string{"1.10"}, `1.10`},
		{of(property.KindNumber, false), []string{"-.5"}, `-0.5`},
		{of(property.KindNumber, false), []string{"5."}, `5`},
		{of(property.KindNumber, false), []string{"00.0e-05"}, `0.0e-05`},
		{of(property.KindNumber, false), []string{"+12345678901234567890.12345678901234567890E+3"}, `12345678901234567890.12345678901234567890E+3`},
		{of(property.KindNumber, false), []string{"damaged"}, `"damaged"`},
	} {
		got, err := json.Marshal(catalog.JSONOf(tt.property, tt.texts))
		if err != nil || string(got) != tt.want {
			t.Errorf("%s %q: got %s, %v, want %s", tt.property.Kind, tt.texts, got, err, tt.want)
		}
	}
}

// TestJSONOfEveryNumber: every number that a property can have is a JSON number of the same value.
func TestJSONOfEveryNumber(t *testing.T) {
	t.Parallel()
	p := &ent.Property{Kind: property.KindNumber}
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.StringMatching(`[+-]?[0-9]{0,20}\.?[0-9]{0,20}([eE][+-]?[0-9]{1,2})?`).
			Filter(func(s string) bool { return catalog.PropertyTypes[p.Kind].Fits(s, nil) }).Draw(rt, "text")
		got, err := json.Marshal(catalog.JSONOf(p, []string{text}))
		if err != nil {
			rt.Fatalf("%s: %v", text, err)
		}
		want, _ := new(big.Rat).SetString(text)
		if value, ok := new(big.Rat).SetString(string(got)); !ok || got[0] == '"' || value.Cmp(want) != 0 {
			rt.Fatalf("%s becomes %s", text, got)
		}
	})
}

func TestTextsOfJSON(t *testing.T) {
	t.Parallel()
	text, texts := &ent.Property{Kind: property.KindText}, &ent.Property{Kind: property.KindChoice, Multiple: true}
	number, numbers := &ent.Property{Kind: property.KindNumber}, &ent.Property{Kind: property.KindInteger, Multiple: true}
	type list = []any
	for _, tt := range []struct {
		property *ent.Property
		sent     any
		want     []string
	}{
		{text, nil, nil},
		{text, "", []string{""}},
		{texts, list{}, nil},
		{texts, nil, nil},
		{texts, list{"b", "a"}, []string{"b", "a"}},
		{number, json.Number("1.10"), []string{"1.10"}},
		{number, json.Number("1e400"), []string{"1e400"}},
		{number, 1.5, []string{"1.5"}},
		{number, int64(-3), []string{"-3"}},
		{numbers, list{json.Number("9223372036854775807")}, []string{"9223372036854775807"}},
	} {
		if got, ok := catalog.TextsOf(tt.property, tt.sent); !ok || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%v: got %q, %v, want %q", tt.sent, got, ok, tt.want)
		}
	}
	wrong := list{true, map[string]any{}, list{nil}, list{list{}}, list{"a", json.Number("1")}, list{map[string]any{}}}
	for _, p := range []*ent.Property{text, texts, number, numbers} {
		for _, sent := range wrong {
			if got, ok := catalog.TextsOf(p, sent); ok {
				t.Errorf("%s %v: got %q", p.Kind, sent, got)
			}
		}
	}
	others := map[*ent.Property]list{
		text: {json.Number("1"), list{"a"}, list{}}, texts: {"a", json.Number("1")}, number: {"1", list{json.Number("1")}}, numbers: {json.Number("1"), list{"1"}},
	}
	for p, sent := range others {
		for _, value := range sent {
			if got, ok := catalog.TextsOf(p, value); ok {
				t.Errorf("%s %v: got %q, want an error: it must be %s", p.Kind, value, got, catalog.JSONForm(p))
			}
		}
	}
}
