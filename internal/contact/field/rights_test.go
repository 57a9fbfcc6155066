package field_test

import (
	"testing"

	"contactgraph/internal/contact/field"
	"contactgraph/internal/viewer"
)

func TestCanWriteAll(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		viewer.Viewer
		want bool
	}{
		{"an agent", viewer.Viewer{Role: viewer.Agent}, true},
		{"a customer", viewer.Viewer{Role: viewer.Customer}, false},
		{"a role without limits", limited("WRITE"), true},
		{"a role that reads a field", limited("WRITE email=READ"), false},
		{"a role that reads what no one writes", limited("WRITE secret=READ"), true},
		{"a role that does not see what no one writes", limited("WRITE secret=NONE"), false},
		{"a role that writes only listed fields", limited("READ email=WRITE"), false},
		{"malformed rights", limited("WRITE email"), false},
	} {
		if got := field.CanWriteAll(tt.Viewer); got != tt.want {
			t.Errorf("%s: %t, want %t", tt.name, got, tt.want)
		}
	}
}

func limited(r viewer.Rights) viewer.Viewer { return viewer.Viewer{Role: viewer.Agent, Rights: r} }

// TestPartsOfAPhoneNumber: who may not read one part may not write the other.
func TestPartsOfAPhoneNumber(t *testing.T) {
	t.Parallel()
	for rights, want := range map[viewer.Rights][2]bool{
		"WRITE": {true, true}, "WRITE phone=NONE": {false, false}, "WRITE phoneCountryCode=NONE": {false, false},
		"WRITE phone=READ": {false, true}, "NONE phone=WRITE phoneCountryCode=READ": {true, false},
	} {
		v := limited(rights)
		if got := [2]bool{field.CanWrite(v, "phone"), field.CanWrite(v, "phoneCountryCode")}; got != want {
			t.Errorf("%s may write the number and the country code: %t, want %t", rights, got, want)
		}
	}
}
