package revision

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Cursor is a position in the change log of an account: the sequence number of the change before
// it, 0 for the beginning.
type Cursor int64

// ErrNotCursor is the error of ParseCursor for a text that is not a cursor.
var ErrNotCursor = errors.New("not a cursor of the change log")

// String returns the text that clients see, the same in GraphQL and REST.
func (c Cursor) String() string { return encode(fmt.Sprintf("Log:%d", int64(c))) }

// ParseCursor reads the text of a cursor. It fails with ErrNotCursor.
func ParseCursor(text string) (Cursor, error) {
	n, _ := strconv.ParseInt(strings.TrimPrefix(decode(text), "Log:"), 10, 64)
	if c := Cursor(n); n >= 0 && c.String() == text {
		return c, nil
	}
	return 0, ErrNotCursor
}

// ChangeID identifies a change in the whole database.
type ChangeID struct {
	Contact int     `json:"contact"`
	Version Version `json:"version"` // that the change produced
}

// Merged names the other changes of a merge of contacts, in the change of each of them. A contact
// that was merged into another one has Into, the contact that it was merged into has From. The
// erasure of a contact that was merged into others, until that was undone, has Redacted.
type Merged struct {
	Into *ChangeID  `json:"into,omitempty"`
	From []ChangeID `json:"from,omitempty"`
	// Password is the contact whose password the other one got; 0 if it got none.
	Password int `json:"password,omitempty"`
	// Companies are those whose primary contact was the one that was merged into the other.
	Companies []int `json:"companies,omitempty"`
	// Redacted are the other contacts from whose changes values were removed, sorted.
	Redacted []int `json:"redacted,omitempty"`
}

// String returns the global id of the change.
func (id ChangeID) String() string {
	return encode(fmt.Sprintf("Change:%d.%d", id.Contact, int64(id.Version)))
}

// ParseChangeID reads the global id of a change. ok is false if the text is not one.
func ParseChangeID(text string) (id ChangeID, ok bool) {
	contact, version, _ := strings.Cut(strings.TrimPrefix(decode(text), "Change:"), ".")
	c, _ := strconv.ParseInt(contact, 10, 32)
	v, _ := strconv.ParseInt(version, 10, 64)
	id = ChangeID{int(c), Version(v)}
	return id, c > 0 && v > 0 && id.String() == text
}

func encode(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

func decode(text string) string {
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return ""
	}
	return string(b)
}
