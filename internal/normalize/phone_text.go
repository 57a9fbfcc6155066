package normalize

import (
	"net/url"
	"regexp"
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/unicode/norm"
)

// phoneText is what a text says about a phone number. People write labels before a number, and
// extensions and notes behind it; which characters belong to the number shows only once it is
// parsed. So there are several readings: each is the digits of a number, after a + if they begin
// with the country code. "" is no reading.
type phoneText struct {
	number    string // up to the first character that no number has
	local     string // number without a zero in brackets, which is dialed only within the country
	shorter   string // number without its last group, which belongs to a note: 24 in "(24h)"
	vanity    string // with the letters behind number, as they are on a keypad
	digits    string // all digits, if only separators are between them
	extension string // digits to dial after the call is connected
	annotated bool   // there is more in the text than the number and an extension
}

const (
	extensionLabel  = `(?i:;?ext=|extension|extensión|exten|extn|ext|xtn|anexo|poste|durchwahl|dw|ankn|int|доб|x|p|#|~)[\s.:-]*`
	extensionDigits = `([0-9]{1,9}(?:[-/][0-9]{1,4})?)[#)]?`
)

var (
	// uriScheme is the start of a link to a phone.
	uriScheme = regexp.MustCompile(`^(?i:tel|callto|sms|fax):(?://)?`)
	// phoneContext is the parameter with the country code of a local number: RFC 3966, section
	// 5.1.5.
	phoneContext = regexp.MustCompile(`(?i);phone-context=(\+[0-9.() -]+)`)
	// uriParameter is a parameter that does not belong to the number.
	uriParameter = regexp.MustCompile(`(?i);(?:phone-context|isub|rn|npdi|cic|tsp|postd)(?:=[^;\s>]*)?`)
	// numberStarts are where a number starts: at its country code, even behind other digits, or at
	// the first digit.
	numberStarts = []*regexp.Regexp{regexp.MustCompile(`\+[\s(]*[0-9]`), regexp.MustCompile(`[0-9]`)}
	// bracketedZero is a zero that is dialed only within the country.
	bracketedZero = regexp.MustCompile(`[(\[]\s*0\s*[)\]]`)
	// secondNumber is where another number follows.
	secondNumber = regexp.MustCompile(`\s/\s|\+`)
	// extensions are the places of an extension: behind the number, with a label or, because a
	// comma also separates two numbers, with few digits; at the end, with a label; and behind the
	// letters of a keypad. What follows must not be more of a number.
	extensions = []*regexp.Regexp{
		regexp.MustCompile(`^[\s(,.-]*` + extensionLabel + extensionDigits + `(?:[./-]?[^0-9./-]|[./-]?$)`),
		regexp.MustCompile(`^\s*[,;]+\s*([0-9]{1,6})#?\s*(?:[^\s0-9./(),;-]|$)`),
		regexp.MustCompile(`[\s(,;.-]` + extensionLabel + extensionDigits + `\s*$`),
		regexp.MustCompile(`^([A-Za-z-]+)[,;]+\s*([0-9]{1,6})#?\s*$`),
	}
	// noteStart is the last group of a number, if a note can begin with it: its letters follow, or
	// it is in brackets.
	noteStart = regexp.MustCompile(`[\s(\[]+[0-9-]+$|\s*[(\[][\s0-9-]+[)\]]\s*$`)
)

// readPhone reads a text.
func readPhone(text string) phoneText {
	text = strings.TrimSpace(phoneChars(text))
	if isPlainNumber(text) { // as most are: it is not searched for anything else
		number := withPlus(text, onlyDigits(text))
		return phoneText{number: number, digits: number}
	}
	if scheme := uriScheme.FindString(text); scheme != "" {
		text = text[len(scheme):]
		if unescaped, err := url.PathUnescape(text); err == nil {
			text = unescaped
		}
	}
	context := ""
	if m := phoneContext.FindStringSubmatch(text); m != nil {
		context = "+" + onlyDigits(m[1])
	}
	text = uriParameter.ReplaceAllString(text, "")
	for _, start := range numberStarts {
		if at := start.FindStringIndex(text); at != nil {
			return readNumber(context, text[:at[0]], text[at[0]:])
		}
	}
	return phoneText{}
}

// isPlainNumber reports whether text starts with a digit or a country code, and has nothing but
// digits and the usual separators.
func isPlainNumber(text string) bool {
	digits := strings.TrimPrefix(text, "+")
	return digits != "" && digits[0] >= '0' && digits[0] <= '9' && strings.Trim(digits, "0123456789 -.") == ""
}

// withPlus returns the digits of a text after a + if the text has one. Zeros before the country
// code are left out.
func withPlus(text, digits string) string {
	if !strings.HasPrefix(text, "+") {
		return digits
	}
	return "+" + strings.TrimLeft(onlyDigits(digits), "0")
}

// readNumber reads a text that starts with a number, behind a label. context is the country code of
// a local number.
func readNumber(context, label, text string) phoneText {
	number, rest := cutNumber(text)
	digits := func(number string) string { return withPlus(text, context+onlyDigits(number)) }
	p := phoneText{number: digits(number)}
	if local := bracketedZero.ReplaceAllString(number, ""); local != number {
		p.local = digits(local)
	}
	if at := noteStart.FindStringIndex(number); at != nil && (strings.IndexFunc(rest, unicode.IsLetter) == 0 || strings.ContainsAny(number[at[0]:], ")]")) {
		p.shorter = digits(number[:at[0]])
	}
	p.extension, rest = cutExtension(rest)
	switch noted := isNote(rest); {
	case !noted:
		p.digits = p.number + onlyDigits(rest)
	case !isNote(label) && len(p.number) >= minVanity && isVanity(rest):
		p.vanity = p.number + onlyDigits(phonenumbers.ConvertAlphaCharactersInNumber(rest))
	}
	p.annotated = isNote(label) || isNote(rest)
	return p
}

// cutNumber returns the number at the start of text, and the text behind it.
func cutNumber(text string) (number, rest string) {
	end := len(text)
	if i := strings.IndexFunc(text[1:], isNotPhoneChar); i >= 0 {
		end = 1 + i
	}
	if at := secondNumber.FindStringIndex(text[1:end]); at != nil {
		end = 1 + at[0]
	}
	return text[:end], text[end:]
}

// isNote reports whether text has more than digits and separators.
func isNote(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return isNotPhoneChar(r) && !strings.ContainsRune(",;:<>\"'", r) })
}

// cutExtension returns the extension in the text behind a number, and the text without it.
func cutExtension(text string) (extension, rest string) {
	for _, pattern := range extensions {
		if at := pattern.FindStringSubmatchIndex(text); at != nil {
			digits := at[len(at)-2:] // of the last group; one before it is kept
			rest = text[:at[0]] + text[digits[1]:]
			if len(at) == 6 {
				rest = text[at[2]:at[3]] + text[digits[1]:]
			}
			return onlyDigits(text[digits[0]:digits[1]]), rest
		}
	}
	return "", text
}

// minVanity is how many digits stand before the letters of a keypad, at least: those of
// 800-FLOWERS.
const minVanity = 3

// isVanity reports whether the letters in the text behind a number can be keys of a keypad: at
// least three, and not all the same, as in 070-XXX XX 41.
func isVanity(text string) bool {
	letters := strings.ToUpper(strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) {
			return -1
		}
		return r
	}, text))
	return len(letters) >= 3 && isASCII(letters) && strings.Trim(letters, letters[:1]) != ""
}

// numberJoints are characters that stand for a hyphen between digits, and also occur in words.
const numberJoints = "_\u00b7\u2022\u30fb\u30fc" // low line, dots, long vowel mark

// phoneChars replaces compatibility forms and the digits of all scripts by ASCII characters, and
// what joins digits by hyphens. Some keyboards enter full-width digits.
func phoneChars(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(numberJoints, r):
			return '-'
		case unicode.IsSpace(r):
			return ' '
		}
		return plainChar(r)
	}, norm.NFKC.String(Visible(text)))
}

// asciiDigit returns the ASCII digit for a digit of another script. In each script they are ten
// adjacent characters, from zero to nine.
func asciiDigit(r rune) rune {
	value := rune(0)
	for value < 9 && unicode.IsDigit(r-value-1) {
		value++
	}
	return '0' + value
}
