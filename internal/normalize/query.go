package normalize

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// Word is one word of a search. A contact has it if a word of the contact begins with one of the
// prefixes, or if Number is its number.
type Word struct {
	Text     string   // as it was typed, folded
	Prefixes []string // sorted; none begins with another
	Number   int      // 0 for none
}

// Query returns the words of a search, the longest first: these match the fewest contacts. Digits
// are one number, however they are grouped. Labels are only looked for if there is nothing else.
func Query(text string) []Word {
	parts, other := readText(text, Fold), readText(text, foldTransliterated)
	labels := labelsOf(parts)
	var words []Word
	var names, others []string // the words since the last number or address
	for i, part := range parts {
		if labels[i] {
			continue
		}
		if part.kind != numberPart && part.kind != addressPart {
			names, others = append(names, part.text), append(others, other[i].text)
			words = append(words, nameWord(names, others).orVanity())
			continue
		}
		names, others = nil, nil
		if part.kind == numberPart {
			words = append(words, numberWord(part.text))
		} else {
			words = append(words, newWord(part.text, part.text, decodeDomain(part.text)))
		}
	}
	return sortQuery(words)
}

// labelWords name the numbers and addresses next to them, in signatures and contact cards.
var labelWords = map[string]bool{
	"tel": true, "telephone": true, "telefon": true, "tfn": true, "phone": true, "ph": true, "mobile": true, "mobil": true, "mob": true, "cell": true,
	"handy": true, "fax": true, "telefax": true, "work": true, "office": true, "home": true, "direct": true, "private": true, "privat": true,
	"email": true, "mail": true, "contact": true, "no": true, "nr": true, "number": true, "id": true, "www": true, "http": true, "https": true,
}

// labelsOf reports which parts are labels, and not searched: those with a colon, if there is
// anything else, and the words of labels, if there is a number or an address. A single letter is
// one in front of a number or an address.
func labelsOf(parts []textPart) (labels []bool) {
	named := func(p textPart) bool { return p.kind == numberPart || p.kind == addressPart }
	isNamed := slices.ContainsFunc(parts, named)
	anyElse := slices.ContainsFunc(parts, func(p textPart) bool { return p.kind != labelPart })
	labels = make([]bool, len(parts))
	for i, p := range parts {
		letter := len(p.text) == 1 && i+1 < len(parts) && named(parts[i+1])
		labels[i] = p.kind == labelPart && anyElse || p.kind == wordPart && isNamed && (labelWords[p.text] || letter)
	}
	return labels
}

// orVanity adds the digits of a number in letters of a keypad, such as 1800flowers, to its
// prefixes.
func (w Word) orVanity() Word {
	if w.Text[0] < '0' || w.Text[0] > '9' {
		return w
	}
	if number := readPhone(w.Text); number.vanity != "" {
		return newWord(w.Text, append(w.Prefixes, number.vanity)...)
	}
	return w
}

// NameQuery returns the words of a search in names only. Unlike Query, it reads neither digits as a
// number nor an email address as one word.
func NameQuery(text string) []Word {
	parts, other := splitWords(plain(Fold(text))), splitWords(plain(foldTransliterated(text)))
	words := make([]Word, len(parts))
	for i := range parts {
		words[i] = nameWord(parts[:i+1], other[:i+1])
	}
	return sortQuery(words)
}

// maxJoined is how many words of a search may be one word of a name, as in "o connor".
const maxJoined = 3

// nameWord returns the last of the words, in both spellings. It can be the end of a word that the
// name has without the blanks, hyphens or apostrophes of the search.
func nameWord(spellings ...[]string) Word {
	var prefixes []string
	for _, words := range spellings {
		for n := range min(len(words), maxJoined) {
			prefixes = append(prefixes, strings.Join(words[len(words)-1-n:], ""))
		}
	}
	typed := spellings[0]
	return newWord(typed[len(typed)-1], prefixes...)
}

// minEnding is how many last digits of a number find it.
const minEnding = 4

// numberWord returns the word for the digits of a number, which follow a + if they begin with a
// country code.
func numberWord(number string) Word {
	prefixes := typedPrefixes(number)
	international := strings.HasPrefix(number, "+")
	if rest, ok := strings.CutPrefix(number, "00"); ok && rest != "" {
		prefixes = append(prefixes, typedPrefixes("+"+rest)...)
	}
	if len(number) >= minEnding && !international {
		prefixes = append(prefixes, ending(number))
	}
	if isInternational(number) { // the number may be stored without its country code
		if n := parseIn(unknownRegion, "", number); n != nil && phonenumbers.IsValidNumber(n) {
			prefixes = append(prefixes, onlyDigits(phonenumbers.Format(n, phonenumbers.NATIONAL)), phonenumbers.GetNationalSignificantNumber(n))
		}
	}
	w := newWord(number, prefixes...)
	if id, err := strconv.Atoi(number); err == nil && id <= math.MaxInt32 && number[0] >= '1' && number[0] <= '9' {
		w.Number = id
	}
	return w
}

// typedPrefixes returns the digits with which the words of a number can begin if it begins with
// these digits, which follow a + if they begin with a country code: the prefix of national calls
// may be missing, or be wrong after the country code.
func typedPrefixes(number string) []string {
	ds, international := strings.CutPrefix(number, "+")
	if ds == "" {
		return nil
	}
	prefixes := []string{ds}
	if !international && ds[0] != '0' {
		prefixes = append(prefixes, "0"+ds)
	}
	if n := callingCode(ds); n > 0 && strings.HasPrefix(ds[n:], "0") {
		prefixes = append(prefixes, ds[:n]+ds[n+1:])
	}
	return prefixes
}

// callingCode returns the length of the country code with which digits begin, 0 if with none.
func callingCode(digits string) int {
	for n := range min(len(digits), 3) {
		code, err := strconv.Atoi(digits[:n+1])
		if err == nil && digits[0] != '0' && phonenumbers.GetRegionCodeForCountryCode(code) != unknownRegion {
			return n + 1
		}
	}
	return 0
}

// newWord returns the word with the prefixes, without those that begin with another one.
func newWord(text string, prefixes ...string) Word {
	prefixes = sortWords(slices.Clone(prefixes))
	w := Word{Text: text}
	for _, p := range prefixes {
		if n := len(w.Prefixes); n == 0 || !strings.HasPrefix(p, w.Prefixes[n-1]) {
			w.Prefixes = append(w.Prefixes, p)
		}
	}
	return w
}

// Finds reports whether a word begins with one of the prefixes.
func (w Word) Finds(words []string) bool {
	return slices.ContainsFunc(w.Prefixes, func(p string) bool { return hasPrefix(words, p) })
}

// sortQuery removes words without a prefix, and duplicates.
func sortQuery(words []Word) []Word {
	words = slices.DeleteFunc(words, func(w Word) bool { return len(w.Prefixes) == 0 })
	slices.SortStableFunc(words, func(a, b Word) int {
		return cmp.Or(cmp.Compare(len(b.Text), len(a.Text)), cmp.Compare(a.Text, b.Text), slices.Compare(a.Prefixes, b.Prefixes))
	})
	return slices.CompactFunc(words, func(a, b Word) bool { return slices.Equal(a.Prefixes, b.Prefixes) })
}
