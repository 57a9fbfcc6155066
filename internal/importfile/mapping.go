package importfile

import (
	"fmt"
	"strings"

	"contactgraph/ent"
	"contactgraph/internal/contact/field"
	"contactgraph/internal/interchange"
)

// Mapping says what the columns of a file are. Its JSON is stored, and given to the command line.
type Mapping struct {
	Columns []Rule `json:"columns"`
	// ClearEmpty makes empty cells clear what the contact has; otherwise they keep it.
	ClearEmpty bool `json:"clearEmpty,omitempty"`
	// Country is the ISO 3166 code of the country of phone numbers without a country code.
	Country string `json:"country,omitempty"`
	// Missing says what to do about companies, stores and segments that the account does not have.
	Missing Missing `json:"missing,omitempty"`
	// Segments are added to those of each row.
	Segments []string `json:"segments,omitempty"`
	// PermissionSource is the permission source of rows without one.
	PermissionSource string `json:"permissionSource,omitempty"`
	// RegistrationSource is the registration source of rows without one.
	RegistrationSource string `json:"registrationSource,omitempty"`
}

// Missing is what to do about a name that the account does not have. The reader passes it on: who
// writes the records knows the names.
type Missing string

// The values of Missing. The zero value is MissingError.
const (
	MissingError  Missing = "error"  // the row is invalid
	MissingCreate Missing = "create" // the object is created
	MissingIgnore Missing = "ignore" // as if the cell were empty
)

// Rule says what a column is.
type Rule struct {
	Column string `json:"column"`
	// To is what the values become: see Targets. "" ignores the column.
	To string `json:"to"`
	// Split is the text between several values of a cell, such as "; ".
	Split string `json:"split,omitempty"`
	// Skip lists values that are ignored.
	Skip []string `json:"skip,omitempty"`
	// Values replaces values, such as the id of a segment in another system by its name.
	Values map[string]string `json:"values,omitempty"`
	// Join is the text between the values that several columns add to one. Without it, those of a
	// name are joined by a space, the first value of another field counts, and a property has them
	// all.
	Join string `json:"join,omitempty"`
	// Date is the order of day, month and year: dmy, mdy or ymd.
	Date string `json:"date,omitempty"`
	// Invert exchanges true and false.
	Invert bool `json:"invert,omitempty"`
	// Filled makes any value true, such as the time when a contact unsubscribed.
	Filled bool `json:"filled,omitempty"`
	// Keep leaves a phone number as it is; otherwise its country code becomes phoneCountryCode.
	Keep bool `json:"keep,omitempty"`
	// Confidence is how likely a guess is right, from 0 to 1; 1 is that of a preset.
	Confidence float64 `json:"confidence,omitempty"`
}

// What a column can be, in the order of the console. The fields of a contact have the names of the
// GraphQL API.
const (
	toID                 = interchange.PathContactID
	toEmail              = "email"
	toPhoneCountryCode   = "phoneCountryCode"
	toPhone              = "phone"
	toFirstName          = "firstName"
	toLastName           = "lastName"
	toLimitPermanently   = "limitMailsPermanently"
	toLimitUntil         = "limitMailsTemporarilyUntil"
	toPermissionSource   = "latestPermissionSource"
	toSecret             = field.PathSecret
	toPasswordHash       = interchange.PathPasswordHash
	toRegisteredAt       = field.PathRegisteredAt
	toRegistrationSource = field.PathRegistrationSource
	toRegistrationIP     = field.PathRegistrationIP
	toLastModified       = interchange.PathLastModified
	toName               = "name" // first and last name in one cell
	toCompany            = interchange.PathCompany
	toStore              = interchange.PathPreferredStore
	toRegistrationStore  = interchange.PathRegistrationStore
	toLogins             = field.PathLogins
	toSegments           = interchange.PathSegments
	suffixID             = "Id"          // of company, preferredStore and registrationStore: ids instead of names
	toSegmentIDs         = "segmentIds"  //
	prefixProperty       = "properties." // followed by the API name or the name of a property
	prefixExternalID     = "externalIds."
)

// Targets returns what a column can be: fields, then the account's properties by their keys in
// exports. Not listed are the external ids, "externalIds." followed by the name of a system.
func (c Catalog) Targets() []string {
	all := []string{
		toID, toEmail, toPhoneCountryCode, toPhone, toFirstName, toLastName, toName, toCompany, toCompany + suffixID,
		toStore, toStore + suffixID, toLimitPermanently, toLimitUntil, toPermissionSource,
		toSegments, toSegmentIDs, toLogins, toSecret, toPasswordHash, toRegisteredAt, toRegistrationSource, toRegistrationIP,
		toRegistrationStore, toRegistrationStore + suffixID, toLastModified,
	}
	keys := interchange.PropertyKeys(c.Properties)
	for _, p := range c.Properties {
		if field.BoundTo(p) == nil {
			all = append(all, prefixProperty+keys[p.ID])
		}
	}
	return all
}

// Catalog is what an account defines: its properties.
type Catalog struct {
	Properties []*ent.Property
}

// property returns the property with the key of exports or, without regard to case, the name or the
// API name.
func (c Catalog) property(name string) *ent.Property {
	keys := interchange.PropertyKeys(c.Properties)
	for _, p := range c.Properties {
		if keys[p.ID] == name {
			return p
		}
	}
	for _, p := range c.Properties {
		if strings.EqualFold(p.Name, name) || p.APIName != nil && strings.EqualFold(*p.APIName, name) {
			return p
		}
	}
	return nil
}

// MappingError is a rule of a mapping that cannot be followed.
type MappingError struct {
	Column string
	Reason string
}

// Error returns the reason with the name of the column.
func (e *MappingError) Error() string {
	if e.Column == "" {
		return "mapping: " + e.Reason
	}
	return fmt.Sprintf("mapping of column %q: %s", e.Column, e.Reason)
}

// Check fails with a MappingError if a rule cannot be followed in an account. Rules for columns
// that a file does not have do not matter.
func (m Mapping) Check(c Catalog) error {
	_, err := newBuilder(m, c)
	return err
}
