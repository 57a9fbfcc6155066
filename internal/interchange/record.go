// Package interchange has the form of contacts in the files of exports and imports: NDJSON and CSV,
// and vCards, which are only written here. An export writes a Record for each contact; an import
// reads them from a file of any format, and writes what each has.
//
// Start reading at Record, and at Header for what precedes the contacts. members.go lists the
// members of a contact once, for all formats; ndjson.go and csv.go read and write a format, and
// vcard.go writes one.
package interchange

import (
	"time"

	"contactgraph/internal/contact/field"
	"contactgraph/internal/revision"
)

// Record is a contact in a file. What a file does not have is absent, which is not the same as
// null or empty: an import keeps it.
type Record struct {
	ContactID int // 0 if absent
	// Version is that of the export, 0 if absent; an import does not keep it.
	Version            revision.Version
	Secret             string
	RegisteredAt       time.Time // zero if absent
	RegistrationSource *string
	RegistrationIP     *string
	RegistrationStore  *Reference
	LastModified       time.Time // zero if absent
	// PasswordHash is in the format of package auth or of another system; imports of admins keep
	// it, exports never have it.
	PasswordHash string

	// Set has the contact's own fields, except for references to other objects; a nil value is
	// null.
	Set field.Patch
	// PreferredStore and Company are nil if absent, and NoReference if they are null.
	PreferredStore *Reference
	Company        *Reference
	// Properties are in the order of the file.
	Properties  []Property
	Logins      *[]field.Login
	ExternalIDs *[]field.ExternalID
	Segments    *[]Reference
}

// Reference is a store, company or segment: by its id, or by its name in a file of another account.
// If it has both, the id counts where it has this name.
type Reference struct {
	ID   int    `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
}

// NoReference stands for null.
var NoReference = Reference{}

// Property has the values of a property, which is found by its API name or, without one, by its
// name. Without values, the property is cleared.
type Property struct {
	Name   string
	Values []field.Value
}
