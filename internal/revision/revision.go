// Package revision has the types that describe a change to a contact: the version that it produced,
// its id and cursor in the change log, and what it did to each field. The database schema, the
// services and the APIs share them, so it imports no other package of this module. Start reading at
// Version; cursor.go has Cursor and ChangeID.
package revision

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"regexp"
	"strings"
	"time"
)

// Version counts the accepted writes of a contact, from 1, with a leap after each restore of the
// database. Clients see its opaque text, not the number.
type Version int64

// Leap is the least distance between the numbers of versions and changes before a restore of the
// database and those after it. It is more than the writes that can have been lost.
const Leap = 1 << 40

// Follows reports whether a contact can have got the version v by the first write after before.
func (v Version) Follows(before Version) bool {
	return v == before+1 || Leaps(int64(before), int64(v))
}

// Leaps reports whether the numbers were moved on between two that follow each other, by a restore.
func Leaps(before, number int64) bool {
	return number-before > Leap/2 // before has grown since the restore before
}

// Stale is a version that no contact has. It stands for base64 that is not a version, such as a
// text of the wrong length.
const Stale Version = 0

// ErrNotBase64 is the error of Parse for a text that is not padded standard base64.
var ErrNotBase64 = errors.New("version is not base64")

// String returns the text that clients see: base64 of 8 big-endian bytes, the same in GraphQL and
// REST.
func (v Version) String() string {
	return base64.StdEncoding.EncodeToString(v.Bytes())
}

// Bytes returns the version as 8 big-endian bytes.
func (v Version) Bytes() []byte {
	return binary.BigEndian.AppendUint64(nil, uint64(v)) //nolint:gosec // the bit pattern is the format, negative or not
}

// Parse reads the text of a version. It fails only with ErrNotBase64: base64 that is not a version
// is Stale. Surplus bits of the last character are ignored, as in the framework of the legacy REST
// APIs.
func Parse(text string) (Version, error) {
	b, err := base64.StdEncoding.DecodeString(blanks.Replace(text))
	if err != nil {
		return Stale, ErrNotBase64
	}
	return FromBytes(b), nil
}

// blanks removes the white space that base64 may contain.
var blanks = strings.NewReplacer(" ", "", "\t", "", "\r", "", "\n", "")

// FromBytes reads the bytes of a version. Anything but 8 bytes of a positive number is Stale.
func FromBytes(b []byte) Version {
	if len(b) != 8 {
		return Stale
	}
	return max(Version(binary.BigEndian.Uint64(b)), Stale) //nolint:gosec // a negative number is Stale
}

// FieldChange is the change of one field by one write. Old and New are JSON values: a string,
// number, boolean, null, or for "properties.7", "logins" and "membership" a list. For a password,
// only the path is stored.
type FieldChange struct {
	Path string `json:"path"`
	Old  any    `json:"old"`
	New  any    `json:"new"`
}

// rfc3339 is the date-time of RFC 3339, section 5.6, with any number of fractional digits.
// time.Parse alone also takes a comma, hours of one digit, and offsets of 24 hours or 60 minutes.
var rfc3339 = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$`)

// ErrNotTime is the error of ParseTime for a text that is not a time of RFC 3339.
var ErrNotTime = errors.New("time is not RFC 3339")

// ParseTime reads a time of RFC 3339, with letters in either case. Digits beyond the nanosecond are
// cut. It fails with ErrNotTime.
func ParseTime(text string) (time.Time, error) {
	text = strings.ToUpper(text)
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil || !rfc3339.MatchString(text) {
		return time.Time{}, ErrNotTime
	}
	return t, nil
}

// FormatTime formats a time as RFC 3339 in UTC, to the microsecond and without trailing zeros, as
// the change log and GraphQL show it.
func FormatTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.999999Z07:00") }

// Blank returns the fields without their values, as they are after an erasure.
func Blank(fields []FieldChange) []FieldChange {
	blank := make([]FieldChange, len(fields))
	for i, f := range fields {
		blank[i].Path = f.Path
	}
	return blank
}
