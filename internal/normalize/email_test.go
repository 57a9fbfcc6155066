package normalize_test

import (
	"testing"

	"contactgraph/internal/normalize"

	"pgregory.net/rapid"
)

func TestEmailUnifiesForms(t *testing.T) {
	t.Parallel()
	forms := map[string][]string{
		"ann@example.org": {
			"Ann@Example.ORG", " ann@example.org\t", "ann@example.org.", "ann@ｅｘａｍｐｌｅ．ｏｒｇ", "ann@example。org", "ann＠example.org", "ann﹫example.org",
			"\u200bann@example.org", "an\u200bn@example.org", "ann@exam\u00adple.org", "ann@example.org\ufeff", "\u202aann@example.org\u202c", "a\u034fnn@example.org",
			"ann@\u2066example.org\u2069", "ann@example\u2060.org", "ann\ufe0f@example.org", "ann@EXAMPLE.org.\u200e",
		},
		"bj\u00f6rn@m\u00fcnchen.de": {
			"Bj\u00f6rn@M\u00dcNCHEN.de", "bjo\u0308rn@mu\u0308nchen.de", "björn@xn--mnchen-3ya.de", "björn@XN--MNCHEN-3YA.DE", "björn@xn--mnchen-3ya.de.",
		},
		"иван@пример.рф":  {"ИВАН@ПРИМЕР.РФ", "иван@xn--e1afmkfd.xn--p1ai", "иван@xn--e1afmkfd.рф"},
		"info@straße.de":  {"info@STRAßE.de", "info@xn--strae-oqa.de"},
		"info@strasse.de": {"info@STRASSE.DE"},
		"strasse@a.de":    {"straße@a.de", "STRASSE@A.DE"},
		"ann@intra_net":   {"ANN@INTRA_NET"},
		"ann@[192.0.2.1]": {"Ann@[192.0.2.1]"},
		"a@b@example.org": {"A@B@example.org"},
		"ann":             {"ANN", " ann ", "a\u200bnn"},
		"@example.org":    {"@EXAMPLE.org"},
		"ann@":            {"ANN@"},
		"ann svensson":    {"Ann Svensson"},
	}
	for want, texts := range forms {
		for _, text := range append(texts, want) {
			if got := normalize.Email(text); got != want {
				t.Errorf("%+q: got %+q, want %+q", text, got, want)
			}
		}
	}
}

func TestEmailDistinguishes(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]string{
		{"info@straße.de", "info@strasse.de"},
		{"andré@example.com", "andre@example.com"},
		{"anna+news@example.com", "anna@example.com"},
		{"an.na@example.com", "anna@example.com"},
		{"ａnna@example.com", "anna@example.com"},
		{"anna@mail.example.com", "anna@example.com"},
		{"anna@example.com", "anna@example.co"},
	} {
		if a, b := normalize.Email(pair[0]), normalize.Email(pair[1]); a == b {
			t.Errorf("%q and %q have one key, %q", pair[0], pair[1], a)
		}
	}
}

func TestEmailOfBlank(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", " ", "\u200b", " \ufeff\u00a0"} {
		if got := normalize.Email(text); got != "" {
			t.Errorf("%+q: got %+q, want none", text, got)
		}
	}
}

func TestEmailIsIdempotent(t *testing.T) {
	t.Parallel()
	address := rapid.Custom(func(t *rapid.T) string {
		return rapid.String().Draw(t, "local") + rapid.SampledFrom([]string{"@", "@xn--", "＠", ""}).Draw(t, "at") + rapid.String().Draw(t, "domain")
	})
	rapid.Check(t, func(t *rapid.T) { emailIsStable(t, address.Draw(t, "text")) })
}

func FuzzEmail(f *testing.F) {
	for _, text := range []string{"", "Anna@Example.com", "a@xn--mnchen-3ya.de", "a@xn--a", "a@\u00ad.", "a@ß..", "\xff@\xff", "a@..", "a@[::1]", "a@\u0300"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) { emailIsStable(t, text) })
}

// No form depends on invisible characters, and the form of a form is the form.
func emailIsStable(t rapid.TB, text string) {
	t.Helper()
	key := normalize.Email(text)
	if again := normalize.Email(key); again != key {
		t.Fatalf("%+q: the key is %+q, and of that %+q", text, key, again)
	}
	if visible := normalize.Email(normalize.Visible(text)); visible != key {
		t.Fatalf("%+q: the key is %+q, and without invisible characters %+q", text, key, visible)
	}
}
