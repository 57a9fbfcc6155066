package globalid_test

import (
	"math"
	"testing"

	"contactgraph/internal/globalid"

	"pgregory.net/rapid"
)

func TestDecodeReversesEncode(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		typ := rapid.StringMatching(`[A-Z][A-Za-z]{0,20}`).Draw(t, "type")
		id := rapid.IntRange(1, math.MaxInt32).Draw(t, "id")
		text := globalid.Encode(typ, id)
		if gotType, got, ok := globalid.Decode(text); gotType != typ || got != id || !ok {
			t.Fatalf("%s %d is %q, which decodes to %s %d, %v", typ, id, text, gotType, got, ok)
		}
		if got := globalid.Of(typ, text); got != id {
			t.Fatalf("%q of a %s is %d, want %d", text, typ, got, id)
		}
		if got := globalid.Of(typ+"s", text); got != 0 {
			t.Fatalf("%q of another type is %d, want none", text, got)
		}
		if globalid.Number(text) != 0 {
			t.Fatalf("%q parses as a plain number", text)
		}
	})
}

func TestDecodeRejects(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"empty":                  "",
		"a plain number":         "466",
		"not base64":             "Contact:466",
		"padding":                "Q29udGFjdDox" + "=",
		"no colon":               "Q29udGFjdA", // Contact
		"no number":              globalid.Encode("Contact", 0),
		"a negative number":      globalid.Encode("Contact", -1),
		"a number beyond 32 bit": globalid.Encode("Contact", math.MaxInt32+1),
		"leading zeros":          "Q29udGFjdDowMQ", // Contact:01
		"a sign":                 "Q29udGFjdDorMQ", // Contact:+1
		"bits beyond the last":   "Q29udGFjdDoxMR", // Contact:11, with another last character
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if typ, id, ok := globalid.Decode(text); ok {
				t.Errorf("%q decodes to %s %d", text, typ, id)
			}
		})
	}
}

func TestNumber(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"466": 466, "2147483647": math.MaxInt32, "0466": 466,
		"": 0, "0": 0, "-1": 0, "+1": 0, " 1": 0, "1.0": 0, "1e2": 0, "0x1": 0, "1_0": 0, "٤": 0, "2147483648": 0, "99999999999999999999": 0,
	} {
		if got := globalid.Number(text); got != want {
			t.Errorf("%q: got %d, want %d", text, got, want)
		}
		if got := globalid.Of("Contact", text); got != want {
			t.Errorf("%q as the id of a contact: got %d, want %d", text, got, want)
		}
	}
}
