// Package globalid makes and reads the ids of the GraphQL API that are unique across all types. It
// imports nothing of ours.
package globalid

import (
	"encoding/base64"
	"strconv"
	"strings"
)

// Encode is the global id of the thing of this type with this number. It is opaque to clients.
func Encode(typ string, id int) string {
	return base64.RawURLEncoding.EncodeToString([]byte(typ + ":" + strconv.Itoa(id)))
}

// Decode reads a global id; ok is false if text is none.
func Decode(text string) (typ string, id int, ok bool) {
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return "", 0, false
	}
	typ, number, found := strings.Cut(string(b), ":")
	id = Number(number)
	return typ, id, found && id > 0 && Encode(typ, id) == text
}

// Of reads the id of a thing of this type, given as its global id or its plain number; 0, which
// nothing has, if text is neither.
func Of(typ, text string) int {
	if got, id, ok := Decode(text); ok && got == typ {
		return id
	}
	return Number(text)
}

// Number reads a plain number, 0 if text is none: ids are positive, fit 32 bits, and are written
// without sign or blanks.
func Number(text string) int {
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return 0
	}
	return int(n)
}
