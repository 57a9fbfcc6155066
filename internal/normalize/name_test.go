package normalize_test

import (
	"testing"

	"contactgraph/internal/normalize"

	"pgregory.net/rapid"
)

func TestNameUnifiesForms(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, a, b string }{
		{"case", "Anna.Svensson@Example.COM", "anna.svensson@example.com"},
		{"blanks around", "\t anna@example.com\u00a0\r\n", "anna@example.com"},
		{"composed and decomposed", "Bj\u00f6rn", "bjo\u0308rn"},
		{"a composed capital and a decomposed letter", "\u00c5sa", "a\u030asa"},
		{"sharp s in full folding", "STRASSE", "straße"},
		{"Greek final sigma", "ΟΔΟΣ", "οδος"},
		{"Cyrillic", "ИВАН@пример.рф", "иван@ПРИМЕР.РФ"},
		{"Cherokee", "\u13a0", "\uab70"},
		{"the Kelvin sign", "\u212a", "k"},
		{"a subscript iota below an accent", "\u1fb3\u0301", "\u03b1\u0301\u03b9"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if a, b := normalize.Name(tt.a), normalize.Name(tt.b); a != b || a == "" {
				t.Errorf("%+q and %+q: got %+q and %+q, want one key", tt.a, tt.b, a, b)
			}
		})
	}
}

func TestNameDistinguishes(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, a, b string }{
		{"an accent", "andré@example.com", "andre@example.com"},
		{"a blank inside", "a b", "ab"},
		{"a plus sign", "anna+news@example.com", "anna@example.com"},
		{"dots", "an.na@example.com", "anna@example.com"},
		{"a full-width letter", "ａnna", "anna"},
		{"dotless i", "ı", "i"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if a, b := normalize.Name(tt.a), normalize.Name(tt.b); a == b {
				t.Errorf("%+q and %+q have one key, %+q", tt.a, tt.b, a)
			}
		})
	}
}

func TestNameOfBlank(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", " ", "\t\r\n", "\u00a0\u2003"} {
		if got := normalize.Name(text); got != "" {
			t.Errorf("%+q: got %+q, want none", text, got)
		}
	}
}

func TestNameIsIdempotent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) { nameIsStable(t, rapid.String().Draw(t, "text")) })
}

func FuzzName(f *testing.F) {
	for _, text := range []string{"", "Anna@Example.com", "\u1fb3\u0301", "I\u0307", "\xff\xfe", "\u0345\u0345a"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) { nameIsStable(t, text) })
}

func nameIsStable(t rapid.TB, text string) {
	t.Helper()
	key := normalize.Name(text)
	if again := normalize.Name(key); again != key {
		t.Fatalf("%+q: the key is %+q, and of that %+q", text, key, again)
	}
}
