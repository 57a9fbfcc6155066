package normalize

import (
	"net/url"
	"regexp"
	"strings"
	"unicode"
)

// textPart is a part of a folded text that people write as one: an address, a number or a word.
type textPart struct {
	kind partKind
	text string // of a number, its digits, after a + if it begins with a country code
}

// word returns the part as a word of a contact.
func (p textPart) word() string {
	if p.kind == numberPart {
		return strings.TrimPrefix(p.text, "+")
	}
	return p.text
}

type partKind int

const (
	wordPart    partKind = iota
	labelPart            // a word that names what follows: "Tel:", the scheme of a link
	numberPart           // digits, however they are grouped
	addressPart          // contains @
)

// What surrounds addresses and numbers where people copy them from.
var (
	mailLink    = regexp.MustCompile(`(?i)\bmailto:\S*`)
	numberJoint = regexp.MustCompile("([0-9])[" + numberJoints + "]")
	label       = regexp.MustCompile(`(\pL\.?):`)
	extension   = regexp.MustCompile(`@\S*|((?:^|[^\pL\pN@._+-])[+(]*[0-9][0-9() ./-]*)[\s,;]*` + extensionLabel + `([0-9]{1,9})`)
)

// readText returns the parts of a text, folded. The words of stored texts and of searches both come
// from here, so that a text is found by itself.
func readText(text string, fold func(string) string) (parts []textPart) {
	text = Visible(text)
	hasColon, hasDigit := strings.Contains(text, ":"), strings.ContainsFunc(text, unicode.IsNumber) // few texts need the expressions
	if hasColon {
		text = mailLink.ReplaceAllStringFunc(text, readMailLink)
	}
	text = plain(fold(text))
	if hasDigit && strings.Trim(text, "+0123456789 -.()") != "" {
		text = numberJoint.ReplaceAllString(text, "$1-")
		text = extension.ReplaceAllStringFunc(uriParameter.ReplaceAllString(text, ""), labelExtension)
	}
	if hasColon {
		text = label.ReplaceAllString(text, "$1: ")
	}
	for item := range strings.FieldsFuncSeq(text, separatesItems) {
		parts = append(parts, readItem(item)...)
	}
	return parts
}

// labelExtension returns a number and its extension with one label for all extensions. The domain
// of an address stays as it is.
func labelExtension(match string) string {
	if strings.HasPrefix(match, "@") {
		return match
	}
	return extension.ReplaceAllString(match, "$1 x$2")
}

// readMailLink returns a link for mail without the parts of the message.
func readMailLink(link string) string {
	link, _, _ = strings.Cut(link, "?")
	if unescaped, err := url.PathUnescape(link); err == nil {
		return unescaped
	}
	return link
}

// plain replaces dashes and the minus sign by hyphens, and the digits of all scripts by those of
// ASCII, in the texts of searches and in the words that they look for.
func plain(text string) string {
	if isASCII(text) {
		return text
	}
	return strings.Map(plainChar, text)
}

func plainChar(r rune) rune {
	switch {
	case unicode.Is(unicode.Pd, r) || r == '\u2212':
		return '-'
	case r > unicode.MaxASCII && unicode.IsDigit(r):
		return asciiDigit(r)
	}
	return r
}

// separatesItems reports whether r stands between items, such as a name and an address: no number
// continues after it.
func separatesItems(r rune) bool {
	return strings.ContainsRune("<>‹›`,;\"|{}\t\n\r\v\f\u0085\u2028\u2029“”„«»、", r)
}

// readItem returns the parts of an item. Groups of digits are one number, but a + begins another.
func readItem(item string) (parts []textPart) {
	grouping := false
	for part := range strings.FieldsSeq(item) {
		ds, ok := digits(part)
		begins := strings.HasPrefix(strings.TrimLeft(part, "("), "+")
		switch {
		case !ok:
			grouping = false
			parts = append(parts, readWord(part)...)
		case begins:
			grouping = true
			parts = append(parts, textPart{numberPart, "+" + ds})
		case grouping:
			parts[len(parts)-1].text += ds
		case ds != "":
			grouping = true
			parts = append(parts, textPart{numberPart, ds})
		}
	}
	return parts
}

// readWord returns the parts of what has no blanks and is not a number.
func readWord(part string) (parts []textPart) {
	if address := cutAddress(part); strings.Contains(address, "@") {
		return []textPart{{addressPart, address}}
	}
	kind := wordPart
	if strings.HasSuffix(part, ":") {
		kind = labelPart
	}
	for _, w := range splitWords(part) {
		if _, isNumber := digits(w); isNumber { // the number of a contact, as in #466
			parts = append(parts, textPart{numberPart, w})
			continue
		}
		parts = append(parts, textPart{kind, w})
	}
	return parts
}

// cutAddress returns an address without the punctuation around it. What begins with @ is not an
// address, but the words of a domain.
func cutAddress(part string) string {
	address := strings.Trim(part, "()[]'‘’.:!?")
	if strings.HasPrefix(address, "@") {
		return ""
	}
	return address
}

// splitWords returns the runs of letters and digits.
func splitWords(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) || isApostrophe(r)
	})
}

// isApostrophe reports whether r is one of the letters of Unicode that look like an apostrophe.
func isApostrophe(r rune) bool {
	return r >= '\u02b9' && r <= '\u02bf' || r == '\u02c8' || r == '\ua78c'
}

// digits returns the digits of text. ok is false if it has other characters than digits and
// separators.
func digits(text string) (ds string, ok bool) {
	if strings.ContainsFunc(text, isNotPhoneChar) {
		return "", false
	}
	return onlyDigits(text), true
}

func onlyDigits(text string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
}

// isNotPhoneChar reports whether r is neither a digit nor a separator.
func isNotPhoneChar(r rune) bool { return !strings.ContainsRune("0123456789 \t\u00a0()[]+-./", r) }
