package normalize

import (
	"slices"
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"
)

// NameWords returns the words of a name, sorted.
func NameWords(names ...string) []string {
	var words []string
	for _, n := range names {
		words = append(words, textWords(n)...)
	}
	return sortWords(words)
}

// NameSpellings returns further words by which a name is found, sorted: without the hyphens,
// apostrophes and blanks between its words, transliterated, and in scripts without blanks, the
// whole name in both orders.
func NameSpellings(names ...string) []string {
	if !slices.ContainsFunc(names, hasOtherSpellings) {
		return nil
	}
	var words []string
	folds := []func(string) string{Fold, foldTransliterated}
	if isASCII(strings.Join(names, "")) {
		folds = folds[:1]
	}
	for _, fold := range folds {
		var wholes []string
		for _, n := range names {
			parts := splitWords(plain(fold(n)))
			wholes = append(wholes, strings.Join(parts, ""))
			words = append(append(words, parts...), wholes[len(wholes)-1])
			for i := range len(parts) - 1 {
				words = append(words, parts[i]+parts[i+1])
			}
		}
		if slices.ContainsFunc(names, isWrittenWithoutBlanks) {
			words = append(words, strings.Join(wholes, ""))
			slices.Reverse(wholes)
			words = append(words, strings.Join(wholes, ""))
		}
	}
	return without(sortWords(words), NameWords(names...))
}

// hasOtherSpellings reports whether a name has more than one word, or other letters than ASCII. It
// saves time: most names have neither.
func hasOtherSpellings(name string) bool {
	return strings.ContainsFunc(strings.TrimSpace(name), func(r rune) bool { return !isASCIILetter(r) && (r < '0' || r > '9') })
}

func isASCIILetter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }

// isWrittenWithoutBlanks reports whether a name is in a script of East Asia.
func isWrittenWithoutBlanks(name string) bool {
	return strings.ContainsFunc(name, func(r rune) bool {
		return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
	})
}

// EmailWords returns the words by which an email address is found, sorted: the whole address, and
// each run of letters and digits.
func EmailWords(email string) []string { return sortWords(textWords(email)) }

// EmailSpellings returns further words by which an email address is found, sorted: those of an
// address with an international domain, if it is stored in the encoded form.
func EmailSpellings(email string) []string {
	return without(sortWords(textWords(decodeDomain(Fold(email)))), EmailWords(email))
}

// decodeDomain returns the folded address with its domain in letters instead of Punycode.
func decodeDomain(address string) string {
	at := strings.LastIndexByte(address, '@')
	if at < 0 || !strings.Contains(address[at:], "xn--") && !strings.ContainsAny(address[at:], "。｡") {
		return address
	}
	return address[:at] + "@" + Fold(lookupDomain(address[at:]))
}

// textWords returns the words of a text for which Query asks: those of its parts, each run of
// letters and digits, and the digits at the start of a part, joined like those of a phone number.
func textWords(text string) []string {
	folded := plain(Fold(text))
	if !strings.ContainsFunc(folded, func(r rune) bool { return !isASCIILetter(r) }) { // as most names
		return []string{folded}
	}
	words := splitWords(folded)
	for _, part := range readText(text, Fold) {
		words = append(words, part.word())
	}
	for part := range strings.FieldsFuncSeq(folded, func(r rune) bool { return unicode.IsSpace(r) || separatesItems(r) }) {
		words = append(words, startingDigits(part))
	}
	return words
}

// PhoneWords returns the words of PhoneTerms.
func PhoneWords(code, phone string) []string {
	words, _ := PhoneTerms(code, phone)
	return words
}

// PhoneSpellings returns the spellings of PhoneTerms.
func PhoneSpellings(code, phone string) []string {
	_, spellings := PhoneTerms(code, phone)
	return spellings
}

// PhoneTerms returns what a phone number is found by, sorted; parsing it is slow. words are its
// digits: in the international and in the national form, and as it is stored and shown if no search
// for these finds that. They do not depend on the country of the account, which can change: a
// search for a complete number asks for its national form, too. spellings are its digits from the
// last to the first, and the words around them, such as those of an extension.
func PhoneTerms(code, phone string) (words, spellings []string) {
	shown := shownPhone(code, phone)
	words = phoneWords(code, phone, shown)
	return words, phoneSpellings(phone, words, shown)
}

func phoneWords(code, phone string, shown []textPart) []string {
	var words []string
	switch n, ok := parsePhone("", code, phone); {
	case !ok:
	case n.parsed == nil:
		words = append(words, n.digits)
	default:
		words = append(words,
			onlyDigits(phonenumbers.Format(n.parsed, phonenumbers.E164)), onlyDigits(phonenumbers.Format(n.parsed, phonenumbers.NATIONAL)))
	}
	for _, part := range shown {
		if part.kind == numberPart && !slices.ContainsFunc(typedPrefixes(part.text), func(p string) bool { return hasPrefix(words, p) }) {
			words = append(words, part.word())
		}
	}
	return sortWords(words)
}

func phoneSpellings(phone string, numbers []string, shown []textPart) []string {
	var words []string
	for _, n := range numbers {
		national := strings.TrimPrefix(n, "0") // an international form ends with it
		if len(n) >= minEnding && !slices.ContainsFunc(numbers, func(m string) bool { return m != n && strings.HasSuffix(m, national) }) {
			words = append(words, ending(n))
		}
	}
	for _, part := range shown {
		if part.kind != numberPart {
			words = append(words, part.text)
		}
	}
	if _, isNumber := digits(plain(Fold(phone))); !isNumber {
		words = append(words, splitWords(plain(Fold(phone)))...)
		if extension := readPhone(phone).extension; extension != "" { // with and without its label
			words = append(words, "x"+extension, extension)
		}
	}
	return sortWords(words)
}

// shownPhone returns the parts of a phone number as it is stored, up to the first letter, and as it
// is shown with its country code.
func shownPhone(code, phone string) []textPart {
	texts := []string{phone, startingDigits(plain(Fold(phone)))}
	if code != "" {
		texts = append(texts, "+"+strings.TrimPrefix(code, "+")+" "+phone)
	}
	return readText(strings.Join(texts, "\n"), Fold)
}

// startingDigits returns the digits at the start of a text, however they are grouped.
func startingDigits(text string) string {
	if strings.ContainsAny(text, numberJoints) { // few texts need the expression
		text = numberJoint.ReplaceAllString(text, "$1-")
	}
	rest := strings.TrimLeftFunc(text, func(r rune) bool { return !isNotPhoneChar(r) })
	return onlyDigits(strings.TrimSuffix(text, rest))
}

// endingMark begins the words for the last digits of numbers. No other word begins with it.
const endingMark = "-"

// ending returns the word for the last digits of a number: a prefix of that of a number that ends
// with them.
func ending(digits string) string {
	b := []byte(endingMark + digits)
	slices.Reverse(b[len(endingMark):])
	return string(b)
}

// without returns the words that are not among the others.
func without(words, others []string) []string {
	return slices.DeleteFunc(words, func(w string) bool { return slices.Contains(others, w) })
}

// hasPrefix reports whether a word begins with the prefix.
func hasPrefix(words []string, prefix string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(w, prefix) })
}

// TransliteratedWords returns the words of names in Latin letters as far as they can be written so,
// in the order of the names, for comparing how similar they are.
func TransliteratedWords(names ...string) (words []string) {
	for _, n := range names {
		words = append(words, splitWords(plain(foldTransliterated(n)))...)
	}
	return words
}
