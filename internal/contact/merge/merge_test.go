package merge_test

import (
	"testing"

	"contactgraph/ent"
	"contactgraph/ent/login"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/contact/merge"
	"contactgraph/internal/revision"

	"github.com/google/go-cmp/cmp"
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
	}
	for _, tt := range tests {
		d := &merge.Divergence{Base: 1, Latest: 2}
		row := &ent.Change{Version: 2, Fields: []revision.FieldChange{{Path: tt.path, Old: tt.base, New: tt.latest}}}
		if err := d.AddChange(row); err != nil {
			t.Fatal(err)
		}
		merged := d.Compare(map[string]any{tt.path: tt.yours}, map[string]any{tt.path: tt.latest})
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
	}
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
		d.Compare(map[string]any{tt.path: tt.yours}, map[string]any{tt.path: tt.latest})
		if c := d.Fields[0]; c.Overlaps != tt.overlaps || c.Base != tt.base || c.Change != nil {
			t.Errorf("%s: got %+v, want base %v, overlaps %v", tt.name, c, tt.base, tt.overlaps)
		}
		if d.Mergeable() != (tt.gap == merge.NoGap && !tt.overlaps) {
			t.Errorf("%s: mergeable %v", tt.name, d.Mergeable())
		}
	}
}
