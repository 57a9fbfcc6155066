// Package storable defines which texts and times both database engines can store and look up, and
// how the length of a text is counted.
package storable

import (
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// Text reports whether both engines can store the text: it is valid UTF-8 without NUL characters.
func Text(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// Time reports whether both engines can store the time: it lies in the years 1 to 9999 in UTC.
func Time(t time.Time) bool { return t.UTC().Year() >= 1 && t.UTC().Year() <= 9999 }

// Length returns the number of UTF-16 code units of the text, which is how the documented REST API
// counts characters.
func Length(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}
