package interchange

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// appendString appends a text as JSON. Most texts need no escape; for others encoding/json decides,
// which also escapes the line separators of Unicode, at which some readers split lines.
func appendString(b []byte, text string) []byte {
	if needsEscape(text) {
		return appendCompact(b, text)
	}
	b = append(b, '"')
	b = append(b, text...)
	return append(b, '"')
}

func needsEscape(text string) bool {
	ascii := true
	for i := range len(text) {
		switch c := text[i]; {
		case c < ' ' || c == '"' || c == '\\' || c == 0x7f:
			return true
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	return !ascii && (!utf8.ValidString(text) || strings.ContainsAny(text, "\u0085\u2028\u2029"))
}

// appendCompact appends a value as JSON in one line. The values of this package can be encoded.
func appendCompact(b []byte, v any) []byte {
	buffer := bytes.NewBuffer(b)
	e := json.NewEncoder(buffer)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil { // only types that can be encoded are passed
		panic(err)
	}
	return bytes.TrimSuffix(buffer.Bytes(), []byte("\n"))
}
