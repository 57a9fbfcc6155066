package normalize

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/unicode/norm"
)

// Fold is the form in which names are searched and ordered: without regard to case, accents and compatibility forms. It
// stays decomposed, so that the beginning of a text folds to the beginning of its fold.
func Fold(text string) string {
	for range 2 { // what folding makes can be taken apart, and that folded again: Unicode's definition D146
		text = foldCase(withoutMarks(text))
	}
	return latinLetters.Replace(withoutMarks(text))
}

// plain writes letters that Unicode does not take apart as people type them who have no key for them.
var latinLetters = strings.NewReplacer("ø", "o", "đ", "d", "ł", "l", "ı", "i", "æ", "ae", "œ", "oe", "ð", "d", "þ", "th")

// withoutMarks takes characters apart and drops the accents.
func withoutMarks(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFKD.String(text))
}

// NameQuery are the words of a search among names, each to be looked up as a prefix.
func NameQuery(text string) []string { return sortWords(splitWords(Fold(text))) }

// NameWords are the words that a name is found by, sorted.
func NameWords(names ...string) []string {
	var words []string
	for _, n := range names {
		words = append(words, textWords(n)...)
	}
	return sortWords(words)
}

// EmailWords are the words that an address is found by, sorted: the whole, and each run of letters and digits in it.
func EmailWords(email string) []string { return sortWords(textWords(email)) }

// textWords are the words of a text as Query asks for them: each run of letters and digits; an address as a whole; and the
// digits that a part begins with, taken together like a phone number's.
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

// PhoneWords are the digits that a phone number is found by, sorted: as typed, with and without the country code, in the
// international and in the national form.
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

// Query are the words of a search, each to be looked up as a prefix. Digits stand for one phone number, however they are
// grouped.
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

// split returns the runs of letters and digits.
func splitWords(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })
}

// maxBytes bounds a word and an order: an entry of PostgreSQL's index takes 2,704 bytes, and a letter can fold into many.
const maxBytes = 1000

// cut shortens a text to maxBytes, at the end of a character.
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

// Order is the form of a name that lists are ordered by.
func Order(names ...string) string {
	return truncate(strings.TrimSpace(Fold(strings.Join(names, " "))))
}

// sorted sorts words and drops doubles and blanks. What is looked up is cut as what is found was.
func sortWords(words []string) []string {
	for i, w := range words {
		words[i] = truncate(w)
	}
	words = slices.DeleteFunc(words, func(w string) bool { return w == "" })
	slices.Sort(words)
	return slices.Compact(words)
}
