package normalize

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold returns the form in which names are searched and sorted: without regard to case, accents,
// compatibility forms and invisible characters. It stays decomposed, so that a prefix of a text
// folds to a prefix of its fold.
func Fold(text string) string {
	if isASCII(text) {
		return strings.ToLower(text)
	}
	text = Visible(text)
	for range 2 { // the result of folding can decompose and fold again: Unicode's definition D146
		text = foldCase(withoutMarks(text))
	}
	return latinLetters.Replace(withoutMarks(text))
}

// latinLetters replaces letters that Unicode does not decompose with what people type who do not
// have them on their keyboard.
var latinLetters = strings.NewReplacer("ø", "o", "đ", "d", "ł", "l", "ı", "i", "æ", "ae", "œ", "oe", "ð", "d", "þ", "th")

// withoutMarks decomposes characters and removes the accents.
func withoutMarks(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFKD.String(text))
}

// foldTransliterated returns Fold of a text in which German and Nordic letters are written as the
// two letters that stand for them where they are missing, as in mueller for Müller. Fold itself
// does this with ß and æ. Letters become letters, so both forms have the same words.
func foldTransliterated(text string) string {
	if isASCII(text) {
		return strings.ToLower(text)
	}
	return Fold(transliteration.Replace(norm.NFKC.String(Visible(text))))
}

var transliteration = strings.NewReplacer(
	"ä", "ae", "ö", "oe", "ü", "ue", "å", "aa", "ø", "oe", "Ä", "ae", "Ö", "oe", "Ü", "ue", "Å", "aa", "Ø", "oe",
)

// maxBytes is the largest length of a word and of an order key: an index entry of PostgreSQL has at
// most 2,704 bytes, and a letter can fold into many.
const maxBytes = 1000

// truncate shortens a text to maxBytes, at the end of a character.
func truncate(text string) string {
	if len(text) <= maxBytes {
		return text
	}
	n := maxBytes
	for !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}

// Order returns the key by which lists are sorted by name: Fold of the names in this order,
// separated by blanks.
func Order(names ...string) string {
	return truncate(strings.TrimSpace(Fold(strings.Join(names, " "))))
}

// sortWords sorts words, truncates them, and removes duplicates and blanks. Words of contacts and
// of searches are truncated alike.
func sortWords(words []string) []string {
	for i, w := range words {
		words[i] = truncate(w)
	}
	words = slices.DeleteFunc(words, func(w string) bool { return w == "" })
	slices.Sort(words)
	return slices.Compact(words)
}
