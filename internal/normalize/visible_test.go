package normalize_test

import (
	"testing"

	"contactgraph/internal/normalize"

	"pgregory.net/rapid"
)

// invisible are characters of each kind that Visible removes.
var invisible = []rune{
	'\u00ad', '\u034f', '\u061c', '\u115f', '\u1160', '\u17b4', '\u180b', '\u180e', '\u200b', '\u200c', '\u200d', '\u200e', '\u202a', '\u202d', '\u202c',
	'\u2060', '\u2064', '\u2065', '\u2066', '\u2069', '\u206f', '\u3164', '\ufe00', '\ufe0f', '\ufeff', '\uffa0', '\ufff0', '\U0001bca0', '\U0001d173',
	'\U000e0001', '\U000e0020', '\U000e0100', '\U000e0fff', '\u0600', '\u06dd', '\u070f', '\ufff9',
}

// Whatever invisible characters are inserted, and wherever, the forms stay the same.
func TestFormsIgnoreInvisibleCharacters(t *testing.T) {
	t.Parallel()
	forms := map[string]func(string) string{
		"name":         normalize.Name,
		"email":        normalize.Email,
		"phone":        func(text string) string { return normalize.Phone("", "46", text) },
		"country code": func(text string) string { return normalize.Phone("", text, "0701749941") },
	}
	texts := rapid.SampledFrom([]string{"ann@example.org", "070-174 99 41", "+46 70 174 99 41 ext. 22", "tel:+46701749941", "46", "O'Connor", "1-800-FLOWERS", "n/a"})
	rapid.Check(t, func(t *rapid.T) {
		text := []rune(texts.Draw(t, "text"))
		at := rapid.IntRange(0, len(text)).Draw(t, "at")
		with := string(text[:at]) + string(rapid.SampledFrom(invisible).Draw(t, "character")) + string(text[at:])
		for name, form := range forms {
			if got, want := form(with), form(string(text)); got != want {
				t.Fatalf("%s of %+q: got %+q, want %+q", name, with, got, want)
			}
		}
	})
}

func TestVisibleKeepsTheRest(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "a b\tc\n", "\u00a0\u3000", "Zoë", "e\u0301", "田中", "👍", "\x00\xff"} {
		if got := normalize.Visible(text); got != text && text != "\x00\xff" {
			t.Errorf("%+q: got %+q", text, got)
		}
	}
}
