package normalize_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"contactgraph/internal/normalize"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"
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
		{"a phone number", normalize.PhoneWords("46", "070-174 06 05"), []string{"0701740605", "460701740605", "46701740605", "701740605"}},
		{"a phone number that stands alone", normalize.PhoneWords("", "+46 70 174 06 05"), []string{"0701740605", "46701740605", "701740605"}},
		{"full-width digits", normalize.PhoneWords("", "０７０"), []string{"070"}},
		{"digits of no country", normalize.PhoneWords("", "12-34"), []string{"1234"}},
		{"no phone number", normalize.PhoneWords("46", "none"), nil},
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

func TestQuery(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       []string
	}{
		{"words", "Anna  SVEN", []string{"anna", "sven"}},
		{"accents", "Björn Å", []string{"a", "bjorn"}},
		{"a phone number however it is grouped", "+46 70-174 06", []string{"467017406"}},
		{"a name and a grouped phone number", "anna 070-174 06", []string{"07017406", "anna"}},
		{"an address is one word", "Anna.S@exam", []string{"anna.s@exam"}},
		{"the beginning of an address is several", "anna.s", []string{"anna", "s"}},
		{"full-width digits", "０７０ １７", []string{"07017"}},
		{"words and digits mixed", "a1-b2", []string{"a1", "b2"}},
		{"doubles", "an An", []string{"an"}},
		{"no word", " ?! +-", []string{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, normalize.Query(tt.text)); diff != "" {
				t.Errorf("%q (-want +got)\n%s", tt.text, diff)
			}
		})
	}
}

func TestQueryFindsEveryPrefix(t *testing.T) {
	t.Parallel()
	name := rapid.StringN(0, 20, -1)
	email := rapid.OneOf(rapid.StringMatching(`[A-Za-z0-9._+-]{1,12}@[a-z0-9.-]{1,12}`), rapid.StringN(0, 20, -1))
	phone := rapid.StringMatching(`\+?[0-9 ().-]{0,20}`)
	whole := func(text string) []string { return []string{text} }
	tests := []struct {
		name  string
		text  *rapid.Generator[string]
		words func(text string) []string
		parts func(text string) []string
	}{
		{"of a name", name, func(s string) []string { return normalize.NameWords(s) }, strings.Fields},
		{"of an address", email, normalize.EmailWords, strings.Fields},
		{"of a phone number", phone, func(s string) []string { return normalize.PhoneWords("46", s) }, whole},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				text := norm.NFC.String(tt.text.Draw(t, "text"))
				words := tt.words(text)
				for _, part := range tt.parts(text) {
					for end := range part + " " {
						if utf8.ValidString(part[:end]) && !finds(words, normalize.Query(part[:end])) {
							t.Fatalf("%q is not found by %q: it has the words %q, the search asks for %q", text, part[:end], words, normalize.Query(part[:end]))
						}
					}
				}
			})
		})
	}
}

func TestNameQueryFindsEveryPrefix(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := norm.NFC.String(rapid.StringN(0, 20, -1).Draw(t, "text"))
		for end := range text + " " {
			if !finds(normalize.NameWords(text), normalize.NameQuery(text[:end])) {
				t.Fatalf("%q is not found by %q", text, text[:end])
			}
		}
	})
}

// finds reports whether each word of the query is a prefix of one of the words.
func finds(words, query []string) bool {
	return !slices.ContainsFunc(query, func(q string) bool {
		return !slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(w, q) })
	})
}
