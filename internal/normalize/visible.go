package normalize

import (
	"strings"
	"unicode"
)

// Visible removes the characters that are not displayed, or only change how others are: those with
// the Unicode property Default_Ignorable_Code_Point (Unicode 17, section 5.21), and the format
// characters (general category Cf). They come along when texts are copied from web pages, contact
// cards and mail: zero-width spaces, byte order marks, soft hyphens, direction marks.
func Visible(text string) string {
	if isASCII(text) {
		return text
	}
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) {
			return -1
		}
		return r
	}, text)
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= 0x80 {
			return false
		}
	}
	return true
}
