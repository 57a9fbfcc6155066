// Package globalid encodes and decodes the ids of the GraphQL API, which are unique across all
// types: base64url of the type and the number, such as Contact:7. Arguments of a known type may
// also be the plain number; Of reads both.
package globalid

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
)

// Encode returns the global id of the object with this type and number. Clients must not parse it.
func Encode(typ string, id int) string {
	return base64.RawURLEncoding.EncodeToString([]byte(typ + ":" + strconv.Itoa(id)))
}

// EncodeKey returns the global id of an object that is identified by several values. It is not
// decoded: it distinguishes objects that are not looked up.
func EncodeKey(typ string, key ...any) string {
	text := []byte(typ)
	for _, part := range key {
		text = fmt.Append(text, ":", part)
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// Decode decodes a global id. ok is false if text is not a global id.
func Decode(text string) (typ string, id int, ok bool) {
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return "", 0, false
	}
	typ, number, found := strings.Cut(string(b), ":")
	id = Number(number)
	return typ, id, found && id > 0 && Encode(typ, id) == text
}

// Of returns the number of an object of this type, given its global id or its plain number. It
// returns 0, which is not a valid number, if text is neither.
func Of(typ, text string) int {
	if got, id, ok := Decode(text); ok && got == typ {
		return id
	}
	return Number(text)
}

// Number parses a plain number: positive, within 31 bits, without a sign or spaces. It returns 0
// for any other text.
func Number(text string) int {
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return 0
	}
	return int(n)
}
