// Package revision holds the two things that a change to a contact leaves behind: the Version it produced, and what it did
// to each field. Tables, rules and doors share them. It imports nothing of ours.
package revision

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"time"
)

// Version counts the accepted writes of a contact, from 1. Clients see its opaque text, not the number.
type Version int64

// Stale is a version that no contact has: what a well-formed text of the wrong length stands for.
const Stale Version = 0

// ErrNotBase64 is the error of Parse for a text that is not padded standard base64.
var ErrNotBase64 = errors.New("version is not base64")

// String is the text that clients see: base64 of 8 big-endian bytes, the same in GraphQL and REST.
func (v Version) String() string {
	return base64.StdEncoding.EncodeToString(v.Bytes())
}

// Bytes are the 8 big-endian bytes of the version.
func (v Version) Bytes() []byte {
	return binary.BigEndian.AppendUint64(nil, uint64(v)) //nolint:gosec // the bit pattern is the format, negative or not
}

// Parse reads the text of a version. It fails with ErrNotBase64 only: a text that is base64 but of no version is Stale. What
// the last character holds beyond the bytes is ignored, as the REST API's framework ignores it.
func Parse(text string) (Version, error) {
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return Stale, ErrNotBase64
	}
	return FromBytes(b), nil
}

// FromBytes reads the bytes of a version; any but 8 bytes of a positive number are Stale.
func FromBytes(b []byte) Version {
	if len(b) != 8 {
		return Stale
	}
	return max(Version(binary.BigEndian.Uint64(b)), Stale) //nolint:gosec // a negative number is Stale
}

// FieldChange is what one write did to one field. Old and New are JSON values: a string, number, boolean, null, or for
// "properties.7", "logins" and "membership" a list. Of a password only the path is kept.
type FieldChange struct {
	Path string `json:"path"`
	Old  any    `json:"old"`
	New  any    `json:"new"`
}

// FormatTime writes a time as RFC 3339 in UTC, to the microsecond, without trailing zeros: as the log and GraphQL show it.
func FormatTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.999999Z07:00") }
