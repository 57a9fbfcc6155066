package normalize_test

import (
	"testing"

	"contactgraph/internal/normalize"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestFold(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"case", "Anna SVENSSON", "anna svensson"},
		{"accents, composed", "Björn Ångström", "bjorn angstrom"},
		{"accents, decomposed", "Bjo\u0308rn", "bjorn"},
		{"ligatures", "ﬁne", "fine"},
		{"full-width", "Ａnna", "anna"},
		{"capitals that only compatibility shows", "ᴬ𝐁", "ab"},
		{"sharp s", "Groß", "gross"},
		{"letters that Unicode does not take apart", "Łukasz Øst Æsir", "lukasz ost aesir"},
		{"capital I with a dot", "İpek", "ipek"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := normalize.Fold(tt.text); got != tt.want {
				t.Errorf("%q: got %q, want %q", tt.text, got, tt.want)
			}
		})
	}
}

func TestFoldIsIdempotent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		fold := normalize.Fold(rapid.String().Draw(t, "text"))
		if again := normalize.Fold(fold); again != fold {
			t.Fatalf("the fold is %+q, and of that %+q", fold, again)
		}
	})
}

func TestWords(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name      string
		got, want []string
	}{
		{"a name", normalize.NameWords("Anna-Karin", "af Klint"), []string{"af", "anna", "karin", "klint"}},
		{"a name given twice", normalize.NameWords("Anna", "ANNA"), []string{"anna"}},
		{"an apostrophe parts", normalize.NameWords("O'Brien"), []string{"brien", "o"}},
		{"no name", normalize.NameWords("", " - "), nil},
		{"an address", normalize.EmailWords("Anna.K+news@Example.com"), []string{"anna", "anna.k+news@example.com", "com", "example", "k", "news"}},
		{"an address that begins with digits", normalize.EmailWords("12.34x@a.se"), []string{"12", "12.34x@a.se", "1234", "34x", "a", "se"}},
		{"no address", normalize.EmailWords(""), nil},
		{"a phone number", normalize.PhoneWords("46", "070-174 06 05"), []string{"0701740605", "46701740605"}},
		{"a phone number that stands alone", normalize.PhoneWords("", "+46 70 174 06 05"), []string{"0701740605", "46701740605"}},
		{"a phone number with a wrong zero", normalize.PhoneWords("46", "0046 70 174 06 05"), []string{"0046701740605", "0701740605", "460046701740605", "46701740605"}},
		{"full-width digits", normalize.PhoneWords("", "０７０"), []string{"070"}},
		{"digits of no country", normalize.PhoneWords("", "12-34"), []string{"1234"}},
		{"a text instead of a phone number", normalize.PhoneWords("46", "none"), []string{"46"}},
		{"the end of a phone number", normalize.PhoneSpellings("46", "070-174 06 05"), []string{"-50604710764"}},
		{"an extension", normalize.PhoneSpellings("1", "202-555-0160 ext. 22"), []string{"-06105552021", "0160", "202", "22", "555", "ext", "x22"}},
		{"no phone number", normalize.PhoneWords("", ""), nil},
		{"a name in one word", normalize.NameSpellings("Anna-Karin", "af Klint"), []string{"afklint", "annakarin"}},
		{"a name without other spellings", normalize.NameSpellings("Anna", "Klint"), nil},
		{"a name with letters that can be written as two", normalize.NameSpellings("Jürgen", "Åkesson-Ek"), []string{"aakesson", "aakessonek", "akessonek", "juergen"}},
		{"a name without blanks", normalize.NameSpellings("太郎", "田中"), []string{"太郎田中", "田中太郎"}},
		{"an encoded domain", normalize.EmailSpellings("a@xn--mller-kva.example"), []string{"a@muller.example", "muller"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, tt.got, cmp.Transformer("set", func(s []string) []string { return append([]string{}, s...) })); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
