package normalize

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/unicode/norm"
)

// Fold returns the form in which names are searched and sorted: without regard to case, accents and
// compatibility forms. It stays decomposed, so that a prefix of a text folds to a prefix of its
// fold.
func Fold(text string) string {
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

// NameQuery returns the words of a search in names only, each to look up as a prefix. Unlike Query,
// it reads neither digits as a phone number nor an email address as one word.
func NameQuery(text string) []string { return sortWords(splitWords(Fold(text))) }

// NameWords returns the words by which a name is found, sorted.
func NameWords(names ...string) []string {
	var words []string
	for _, n := range names {
		words = append(words, textWords(n)...)
	}
	return sortWords(words)
}

// EmailWords returns the words by which an email address is found, sorted: the whole address, and
// each run of letters and digits.
func EmailWords(email string) []string { return sortWords(textWords(email)) }

// textWords returns the words of a text for which Query asks: each run of letters and digits; an
// address as a whole; and the digits at the start of a part, joined like those of a phone number.
func textWords(text string) []string {
	var words []string
	for part := range strings.FieldsSeq(Fold(text)) {
		words = append(words, splitWords(part)...)
		if strings.Contains(part, "@") {
			words = append(words, part)
		}
		rest := strings.TrimLeftFunc(part, func(r rune) bool { return !isNotPhoneChar(r) })
		words = append(words, onlyDigits(strings.TrimSuffix(part, rest)))
	}
	return words
}

// PhoneWords returns the digits by which a phone number is found, sorted: as typed, with and
// without the country code, in the international and in the national form.
func PhoneWords(code, phone string) []string {
	code, phone = norm.NFKC.String(code), norm.NFKC.String(phone)
	words := []string{onlyDigits(phone)}
	if words[0] != "" {
		words = append(words, onlyDigits(code)+words[0])
	}
	if n := parsePhone(code, strings.TrimSpace(phone)); n != nil {
		words = append(words,
			onlyDigits(phonenumbers.Format(n, phonenumbers.E164)), onlyDigits(phonenumbers.Format(n, phonenumbers.NATIONAL)),
			phonenumbers.GetNationalSignificantNumber(n))
	}
	return sortWords(words)
}

// Query returns the words of a search, each to look up as a prefix. Digits are one phone number,
// however they are grouped.
func Query(text string) []string {
	var words []string
	number := ""
	for part := range strings.FieldsSeq(Fold(text)) {
		if ds, ok := digits(part); ok {
			number += ds
			continue
		}
		words = append(words, number)
		number = ""
		if strings.Contains(part, "@") { // an address is a word of its own
			words = append(words, part)
			continue
		}
		words = append(words, splitWords(part)...)
	}
	return sortWords(append(words, number))
}

// splitWords returns the runs of letters and digits.
func splitWords(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })
}

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
