package merge_test

import (
	"slices"
	"strings"
	"testing"

	"contactgraph/ent"
	"contactgraph/ent/login"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/merge"
	"contactgraph/internal/revision"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestCompare compares one value of a path: what others have changed it to, and what the write
// sets.
func TestCompare(t *testing.T) {
	t.Parallel()
	logins := func(names ...string) []field.Login {
		set := []field.Login{}
		for _, n := range names {
			set = append(set, field.Login{Name: n, Kind: login.KindBlank})
		}
		return set
	}
	external := func(values ...string) []field.ExternalID {
		set := []field.ExternalID{}
		for _, v := range values {
			set = append(set, field.ExternalID{System: "crm", Value: v})
		}
		return set
	}
	values := func(texts ...string) []field.Value {
		list := []field.Value{}
		for _, text := range texts {
			value, note, described := strings.Cut(text, "/")
			v := field.Value{Value: value}
			if described {
				v.Description = &note
			}
			list = append(list, v)
		}
		return list
	}
	const list, single = "properties.1", "properties.2"
	tests := []struct {
		name                string
		path                string
		base, latest, yours any
		merged              any // nil if nothing is left to set
		overlaps            bool
	}{
		{"only the write changes a field", "firstName", "Anna", "Anna", "Eva", "Eva", false},
		{"only others change it", "firstName", "Anna", "Eva", "Anna", nil, false},
		{"both change it alike", "firstName", "Anna", "Eva", "Eva", nil, false},
		{"both change it", "firstName", "Anna", "Eva", "Ida", nil, true},
		{"segments added on both sides", "membership", []int{1}, []int{1, 2}, []int{1, 3}, []int{1, 2, 3}, false},
		{"a segment removed, another added", "membership", []int{1, 2}, []int{2}, []int{1, 2, 3}, []int{2, 3}, false},
		{"the same segment added", "membership", []int{}, []int{1}, []int{1}, nil, false},
		{"logins added on both sides, by key", "logins", logins("b"), logins("b", "c"), logins("A", "b"), logins("A", "b", "c"), false},
		{"one login spelt differently", "logins", logins(), logins("Anna"), logins("anna"), nil, true},
		{"external ids added on both sides", "externalIds", external("b"), external("b", "c"), external("A", "b", "a"), external("A", "a", "b", "c"), false},
		{"an external id removed, another added", "externalIds", external("a", "b"), external("b"), external("a", "b", "c"), external("b", "c"), false},
		{"values added on both sides", list, values("b"), values("c", "b"), values("a", "b", "d"), values("c", "b", "a", "d"), false},
		{"a value removed, another added", list, values("b", "a"), values("b", "a", "c"), values("a"), values("a", "c"), false},
		{"a value removed on both sides", list, values("a", "b"), values("b", "c"), values("b"), nil, false},
		{"all values removed, others added", list, values("a"), values("b"), values(), nil, false},
		{"each removes what the other keeps", list, values("a", "b"), values("a"), values("b"), values(), false},
		{"the same value added", list, values("a"), values("b", "a"), values("a", "b"), nil, false},
		{"the write changes the order", list, values("a", "b"), values("a", "b", "c"), values("b", "a"), nil, false},
		{"only the write changes the order", list, values("a", "b"), values("a", "b"), values("b", "a"), values("b", "a"), false},
		{"a description changed, a value added", list, values("a/x", "b"), values("a/x", "b", "c"), values("a/y", "b"), values("a/y", "b", "c"), false},
		{"descriptions of different values changed", list, values("a/x", "b"), values("a/x", "b/z"), values("a/y", "b"), values("a/y", "b/z"), false},
		{"a description changed on both sides", list, values("a/x"), values("a/z"), values("a/y"), nil, true},
		{"a description changed, the value removed", list, values("a/x", "b"), values("b"), values("a/y", "b"), nil, true},
		{"a value removed, its description changed", list, values("a/x", "b"), values("a/y", "b"), values("b"), nil, true},
		{"a value added with two descriptions", list, values(), values("a/x"), values("a/y"), nil, true},
		{"no description and an empty one", list, values(), values("a"), values("a/"), nil, true},
		{"a value listed again, another added", list, values("a"), values("a", "b"), values("a", "c", "a"), values("a", "b", "c", "a"), false},
		{"the second of two removed, another added", list, values("a", "b", "a"), values("a", "b", "a", "c"), values("a", "b"), values("a", "b", "c"), false},
		{"a value listed again, and removed", list, values("a"), values("a", "a"), values(), nil, true},
		{"a single value added on both sides", single, values(), values("a"), values("b"), nil, true},
		{"a single value changed on both sides", single, values("a"), values("b"), values("c"), nil, true},
		{"a single value changed, its description too", single, values("a/x"), values("b/x"), values("a/y"), nil, true},
		{"a single value removed on both sides", single, values("a"), values(), values(), nil, false},
	}
	for _, tt := range tests {
		d := &merge.Divergence{Base: 1, Latest: 2}
		row := &ent.Change{Version: 2, Fields: []revision.FieldChange{{Path: tt.path, Old: tt.base, New: tt.latest}}}
		if err := d.AddChange(row); err != nil {
			t.Fatal(err)
		}
		merged := d.Compare(map[string]any{tt.path: tt.yours}, map[string]any{tt.path: tt.latest}, isList)
		c := d.Fields[0]
		if diff := cmp.Diff([]any{tt.base, tt.latest, tt.yours}, []any{c.Base, c.Latest, c.Yours}); diff != "" || c.Change != row {
			t.Errorf("%s: the comparison, changed by %v (-want +got)\n%s", tt.name, c.Change, diff)
		}
		if c.Overlaps != tt.overlaps || d.Mergeable() == tt.overlaps {
			t.Errorf("%s: overlaps %v, mergeable %v, want overlaps %v", tt.name, c.Overlaps, d.Mergeable(), tt.overlaps)
		}
		if diff := cmp.Diff(tt.merged, merged[tt.path]); diff != "" && !tt.overlaps {
			t.Errorf("%s: merged (-want +got)\n%s", tt.name, diff)
		}
		want := tt.merged
		if want == nil {
			want = tt.latest
		}
		if diff := cmp.Diff(want, c.Merged); diff != "" {
			t.Errorf("%s: the merged value of the comparison (-want +got)\n%s", tt.name, diff)
		}
	}
}

// isList says which property of the tests can have several values.
func isList(path string) bool { return path == "properties.1" }

// TestMergedListsKeepBothSides merges random lists of values. What one side has done to a value,
// the result has too, in the order of the latest list; to merge again changes nothing.
func TestMergedListsKeepBothSides(t *testing.T) {
	t.Parallel()
	value := rapid.Custom(func(t *rapid.T) field.Value {
		v := field.Value{Value: rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(t, "value")}
		if note := rapid.SampledFrom([]string{"none", "none", "", "x"}).Draw(t, "description"); note != "none" {
			v.Description = &note
		}
		return v
	})
	list := rapid.SliceOfN(value, 0, 4)
	merged, failed := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		base, latest, yours := list.Draw(t, "base"), list.Draw(t, "latest"), list.Draw(t, "yours")
		result, ok := mergeLists(t, base, latest, yours)
		other, okOther := mergeLists(t, base, yours, latest)
		if ok != okOther {
			t.Fatalf("mergeable in one order: %v, in the other: %v", ok, okOther)
		}
		if !ok {
			failed++
			return
		}
		merged++
		for _, text := range []string{"a", "b", "c", "d"} {
			b, l, y := occurrences(base, text), occurrences(latest, text), occurrences(yours, text)
			want := l
			if cmp.Equal(l, b) {
				want = y
			}
			if diff := cmp.Diff(want, occurrences(result, text)); diff != "" {
				t.Fatalf("the value %s (-want +got)\n%s", text, diff)
			}
			if diff := cmp.Diff(want, occurrences(other, text)); diff != "" {
				t.Fatalf("the value %s in the other order (-want +got)\n%s", text, diff)
			}
		}
		if again, ok := mergeLists(t, base, result, yours); !ok || !cmp.Equal(result, again) {
			t.Fatalf("merged into %v, and then again into %v, %v", result, again, ok)
		}
	})
	if merged == 0 || failed == 0 {
		t.Errorf("%d merged, %d failed: one of the two never happened", merged, failed)
	}
}

// mergeLists merges the values of a property, and reports whether they could be merged.
func mergeLists(t *rapid.T, base, latest, yours []field.Value) (merged []field.Value, ok bool) {
	t.Helper()
	d := &merge.Divergence{Base: 1, Latest: 2}
	const path = "properties.1"
	if err := d.AddChange(&ent.Change{Version: 2, Fields: []revision.FieldChange{{Path: path, Old: base, New: latest}}}); err != nil {
		t.Fatal(err)
	}
	d.Compare(map[string]any{path: yours}, map[string]any{path: latest}, isList)
	return merge.As[field.Value](d.Fields[0].Merged), d.Mergeable()
}

// occurrences returns the elements of the list with the value.
func occurrences(list []field.Value, value string) []field.Value {
	return slices.DeleteFunc(slices.Clone(list), func(v field.Value) bool { return v.Value != value })
}

// TestCompareWithoutChanges compares values that no one else has changed, with and without a gap.
func TestCompareWithoutChanges(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name          string
		gap           merge.Gap
		path          string
		latest, yours any
		base          any
		overlaps      bool
	}{
		{"a field", merge.NoGap, "firstName", "Anna", "Eva", "Anna", false},
		{"a password", merge.NoGap, "password", nil, nil, nil, false},
		{"a field after an unknown version", merge.Unknown, "firstName", "Anna", "Eva", nil, true},
		{"an equal field after an unknown version", merge.Unknown, "firstName", "Anna", "Anna", nil, false},
		{"a password after an old version", merge.TooOld, "password", nil, nil, nil, true},
	}
	for _, tt := range tests {
		d := &merge.Divergence{Gap: tt.gap}
		d.Compare(map[string]any{tt.path: tt.yours}, map[string]any{tt.path: tt.latest}, isList)
		if c := d.Fields[0]; c.Overlaps != tt.overlaps || c.Base != tt.base || c.Change != nil {
			t.Errorf("%s: got %+v, want base %v, overlaps %v", tt.name, c, tt.base, tt.overlaps)
		}
		if d.Mergeable() != (tt.gap == merge.NoGap && !tt.overlaps) {
			t.Errorf("%s: mergeable %v", tt.name, d.Mergeable())
		}
	}
}
