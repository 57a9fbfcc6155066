package keys

import (
	"slices"
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Fold is the form in which names are searched and ordered: without regard to case, accents and compatibility forms.
func Fold(text string) string {
	decomposed := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFKD.String(cases.Fold().String(text)))
	return norm.NFC.String(decomposed)
}

// NameWords are the words that a name is found by, sorted.
func NameWords(names ...string) []string {
	var words []string
	for _, n := range names {
		words = append(words, split(Fold(n))...)
	}
	return sorted(words)
}

// EmailWords are the words that an address is found by, sorted: the whole, and each run of letters and digits in it.
func EmailWords(email string) []string {
	whole := strings.Join(strings.Fields(Fold(email)), "")
	return sorted(append(split(whole), whole))
}

// PhoneWords are the digits that a phone number is found by, sorted: as typed, with and without the country code, in the
// international and in the national form.
func PhoneWords(code, phone string) []string {
	words := []string{onlyDigits(phone)}
	if words[0] != "" {
		words = append(words, onlyDigits(code)+words[0])
	}
	if n := parsePhone(code, strings.TrimSpace(phone)); n != nil {
		words = append(words,
			onlyDigits(phonenumbers.Format(n, phonenumbers.E164)), onlyDigits(phonenumbers.Format(n, phonenumbers.NATIONAL)),
			phonenumbers.GetNationalSignificantNumber(n))
	}
	return sorted(words)
}

// Query are the words of a search, each to be looked up as a prefix. Text that can only be a phone number is one word,
// however it is grouped.
func Query(text string) []string {
	if ds, ok := digits(text); ok && ds != "" {
		return []string{ds}
	}
	var words []string
	for _, w := range strings.Fields(Fold(text)) {
		if ds, ok := digits(w); ok && ds != "" {
			words = append(words, ds)
			continue
		}
		if strings.Contains(w, "@") { // an address is a word of its own
			words = append(words, w)
			continue
		}
		words = append(words, split(w)...)
	}
	return sorted(words)
}

// split returns the runs of letters and digits.
func split(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })
}

func onlyDigits(text string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
}

// sorted sorts words and drops doubles and blanks.
func sorted(words []string) []string {
	words = slices.DeleteFunc(words, func(w string) bool { return w == "" })
	slices.Sort(words)
	return slices.Compact(words)
}
